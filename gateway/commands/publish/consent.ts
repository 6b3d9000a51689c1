import type { Call } from "../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { PublishArguments } from "./arguments.ts";
import type { Survey } from "./survey.ts";
import type { Terminal } from "./terminal.ts";

const FIRST_PUBLICATION = [
  "This is the first feed of this account, as far as anybody who was asked knows.",
  "Its key is the only proof that the feed is yours: nobody can replace a lost key, or take back a",
  "stolen one. Keep a copy of it in a safe place before readers follow you.",
];

/** What an identity's first signature means. */
export function explainFirst(terminal: Terminal): void {
  for (const line of FIRST_PUBLICATION) terminal.note(line);
}

/**
 * Asks before what cannot be undone: an identity's first signature, and telling readers that the feed
 * is gone. A signature made elsewhere was explained with the text. Throws OurSpaceError on a no.
 */
export async function askConsent(
  args: PublishArguments,
  { held }: Survey,
  terminal: Terminal,
  call: Call,
): Promise<void> {
  if (args.path === null) {
    terminal.note("Readers will be told that the feed was withdrawn.");
    await consent("Withdraw it?", terminal, args.yes, call);
  } else if (held === null && args.key.kind !== "signature") {
    explainFirst(terminal);
    await consent("Do you have such a copy, and go on?", terminal, args.yes, call);
  }
}

async function consent(
  question: string,
  terminal: Terminal,
  yes: boolean,
  call: Call,
): Promise<void> {
  const answer = yes || await terminal.confirm(question, call);
  if (answer === true) return;
  throw new OurSpaceError(
    answer === null
      ? "Nobody is there to be asked. Nothing was published."
      : "Nothing was published.",
    { remedy: answer === null ? "Give --yes to go on without being asked." : "" },
  );
}
