import { OurSpaceError } from "../../../schemas/errors.ts";
import type { Identity } from "../../../schemas/identity.ts";
import {
  checkUnsignedPointer,
  pointerText,
  type UnsignedPointer,
  WITHDRAWN_CID,
} from "../../../schemas/pointer.ts";
import type { PublishArguments } from "./arguments.ts";
import { explainFirst } from "./consent.ts";
import type { PreparedContent } from "./content.ts";
import type { Survey } from "./survey.ts";
import type { Terminal } from "./terminal.ts";
import { datePointer } from "./timestamp.ts";
import type { Tools } from "./tools.ts";

/** What is going to be signed. Throws OurSpaceError when it could not replace what is held. */
export function draftPointer(
  args: PublishArguments,
  identity: Identity,
  content: PreparedContent | null,
  survey: Survey,
  { clock, terminal }: Tools,
): UnsignedPointer {
  const { timestamp, notes } = datePointer(clock(), survey);
  for (const note of notes) terminal.note(`Warning: ${note}`);
  const given = args.key.kind === "signature" ? args.key.timestamp : null;
  const draft: UnsignedPointer = {
    identity,
    timestamp: given ?? timestamp,
    cid: content === null ? WITHDRAWN_CID : content.dag.root.toString(),
    locations: args.locations,
  };
  checkUnsignedPointer(draft);
  const { held } = survey;
  if (held === null && content === null) throw nothingToWithdraw();
  if (held !== null && draft.timestamp < held.timestamp) throw outdated(held);
  return draft;
}

/** True when both say the same but for the date. */
export function isSame(draft: UnsignedPointer, held: UnsignedPointer): boolean {
  return draft.cid === held.cid && draft.locations.join("\n") === held.locations.join("\n");
}

/** Prints the text that is to be signed elsewhere, and the command that takes the signature. */
export function printDraft(
  draft: UnsignedPointer,
  args: PublishArguments,
  { held }: Survey,
  terminal: Terminal,
): void {
  if (held === null) explainFirst(terminal);
  if (held !== null && isSame(draft, held)) {
    terminal.note("Nothing has changed since the last publication: this need not be signed.");
  }
  terminal.note("Sign exactly this text, without a line feed at its end, as a message (EIP-191,");
  terminal.note("personal_sign):");
  terminal.exact(pointerText(draft));
  terminal.note("Then publish it with:");
  const command = [
    "deno task publish",
    args.path === null ? "--withdraw" : quoted(args.path),
    `--account ${draft.identity.address}`,
    `--timestamp ${draft.timestamp}`,
    ...draft.locations.map((location) => `--location ${quoted(location)}`),
    "--signature 0x…",
  ];
  terminal.note(`  ${command.join(" ")}`);
}

/** For a POSIX shell. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function nothingToWithdraw(): OurSpaceError {
  return new OurSpaceError("There is no feed of this account to withdraw.", {
    remedy: "Nobody who was asked holds a pointer of it: check the account, and PEERS.",
  });
}

function outdated(held: UnsignedPointer): OurSpaceError {
  return new OurSpaceError(
    `Since this text was printed another pointer was published, dated ${held.timestamp}.`,
    { remedy: "Print the text again with --dry-run, and sign the new one." },
  );
}
