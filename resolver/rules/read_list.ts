import { OurSpaceError } from "../../schemas/errors.ts";
import { createLineReader } from "./list_lines.ts";
import { parseRule } from "./rule.ts";
import { createRuleSet, type RuleSet } from "./rule_set.ts";

/** What a list may cost. */
export interface ListLimits {
  /** Of the file. */
  readonly bytes: number;
  /** Each takes some 80 bytes of memory. */
  readonly rules: number;
}

/** The largest public list, badbits, has half as many rules in 34 MB. */
export const LIST_LIMITS: ListLimits = { bytes: 64 * 1024 * 1024, rules: 1_000_000 };

/**
 * Read and taken in at once; in between others have their turn. Measured with 500,000 double hashes on
 * busy machines: 2.4 to 3.8 s, in which nobody waited longer than 25 to 80 ms.
 */
const PIECE_BYTES = 64 * 1024;

/** A list as it was read. */
export interface ReadList {
  readonly rules: RuleSet;
  /** Lines that were not understood, and the number of the first. */
  readonly unknown: { readonly count: number; readonly first: number };
  /** Which state of the file this is. */
  readonly state: FileState;
}

/** Tells one state of a file from another. */
export type FileState = string;

/** The file's state now. Throws what `Deno.stat` throws. */
export async function fileState(path: string): Promise<FileState> {
  return stateOf(await Deno.stat(path));
}

/**
 * Reads a list. Throws an OurSpaceError when the file cannot be read, is larger than the limits, is no
 * list, or changed while it was read.
 */
export async function readList(path: string, limits = LIST_LIMITS): Promise<ReadList> {
  try {
    using file = await Deno.open(path);
    const before = await file.stat();
    if (!before.isFile) throw new OurSpaceError("It is no file.");
    if (before.size > limits.bytes) throw tooLarge(limits);
    const { rules, unknown, bytes } = await readRules(file, limits);
    const state = stateOf(before);
    if (stateOf(await file.stat()) !== state) {
      throw new OurSpaceError("It was being written.", { remedy: "It is read again." });
    }
    if (bytes === 0) {
      throw new OurSpaceError("It is empty.", {
        remedy: "A list without rules has a comment in it: a line that begins with #.",
      });
    }
    if (rules.size === 0 && unknown.count > 0) {
      throw new OurSpaceError("No line of it is a rule.", {
        remedy: "resolver/rules/list_format.md says how a list is written.",
      });
    }
    return { rules, unknown, state };
  } catch (cause) {
    if (cause instanceof OurSpaceError) throw cause;
    throw unreadable(cause);
  }
}

async function readRules(file: Deno.FsFile, limits: ListLimits) {
  const rules = createRuleSet();
  const unknown = { count: 0, first: 0 };
  const lines = createLineReader((line, number) => {
    const rule = parseRule(line);
    if (rule === "nothing") return;
    if (rule !== "unknown") {
      if (rules.size === limits.rules) throw tooMany(limits);
      return rules.add(rule);
    }
    if (unknown.count === 0) unknown.first = number;
    unknown.count += 1;
  });
  const piece = new Uint8Array(PIECE_BYTES);
  let bytes = 0;
  for (;;) {
    const length = await file.read(piece);
    if (length === null) break;
    bytes += length;
    // A file that grows while it is read.
    if (bytes > limits.bytes) throw tooLarge(limits);
    lines.take(piece.subarray(0, length));
    // Reads that are done at once would keep timers from their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  lines.end();
  return { rules, unknown, bytes };
}

function unreadable(cause: unknown): OurSpaceError {
  if (cause instanceof Deno.errors.NotFound) {
    return new OurSpaceError("There is no such file.", { cause });
  }
  const remedy = cause instanceof Deno.errors.NotCapable
    ? "`deno task edge` may read what lies below the folder that it is started in: put it there."
    : "";
  return new OurSpaceError("It cannot be read.", { remedy, cause });
}

function tooLarge(limits: ListLimits): OurSpaceError {
  return new OurSpaceError(`It is larger than ${limits.bytes} bytes.`);
}

function tooMany(limits: ListLimits): OurSpaceError {
  return new OurSpaceError(`It has more than ${limits.rules} rules.`);
}

function stateOf({ mtime, ctime, size, ino, dev }: Deno.FileInfo): FileState {
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
}
