import { OurSpaceError } from "../../schemas/errors.ts";
import type { Alarm } from "../deadline.ts";
import { type FileState, fileState, LIST_LIMITS, type ReadList, readList } from "./read_list.ts";
import type { RuleSet } from "./rule_set.ts";

/** Between two looks at the file: one `stat`. A change is taken up at the second look that sees it. */
const LOOK_MILLISECONDS = 1_000;

/** A list that is read again when its file changes. */
export interface FollowedList {
  /** The newest that could be read. */
  rules(): RuleSet;
}

/** What following needs. */
export interface FollowListOptions {
  /** For people, e.g. the setting's name. */
  readonly what: string;
  readonly path: string;
  readonly alarm: Alarm;
  /** Ends the looking. */
  readonly signal: AbortSignal;
  readonly limits?: typeof LIST_LIMITS;
  /** Told once of each problem, not at every look. */
  readonly report: (problem: string) => void;
  /** Other rules count now. */
  readonly onChange: () => void;
}

/**
 * Reads a list and looks after its file. A file that is being written, cannot be read or is gone leaves
 * the rules as they are. At the beginning there are none to keep: then it throws an OurSpaceError.
 */
export async function followList(options: FollowListOptions): Promise<FollowedList> {
  const { what, path, alarm, signal, limits, report, onChange } = options;
  let list = await readList(path, limits).catch((error) => {
    throw unusable(what, path, error);
  });
  /** The state at the last look. */
  let seen: FileState | null = list.state;
  /** The state that could not be read: it is not tried again before it changes. */
  let broken: FileState | null = null;
  let reported = "";

  reportUnknown(list);

  function reportUnknown({ unknown: { count, first } }: ReadList): void {
    if (count === 0) return;
    report(
      count === 1
        ? `${what}: line ${first} of ${path} is not understood and counts for nothing.`
        : `${what}: ${count} lines of ${path} are not understood and count for nothing; ` +
          `the first is line ${first}.`,
    );
  }

  function reportOnce(problem: string): void {
    if (problem !== "" && problem !== reported) {
      report(`${what}: ${path} cannot be used. ${problem} The rules stay as they were.`);
    }
    reported = problem;
  }

  /** Null when it does not exist, or cannot be looked at: reading it will tell. */
  const stateNow = () => fileState(path).catch(() => null);

  async function look(): Promise<void> {
    const before = seen;
    seen = await stateNow();
    if (seen === list.state) return reportOnce("");
    // Somebody may be writing it: whoever is at it for longer than a look writes beside it, and renames.
    if (seen !== before || (seen !== null && seen === broken)) return;
    try {
      list = await readList(path, limits);
    } catch (error) {
      broken = seen;
      return reportOnce(error instanceof Error ? error.message : String(error));
    }
    if (signal.aborted) return;
    reportOnce("");
    reportUnknown(list);
    onChange();
  }

  function lookLater(): void {
    const cancel = alarm(LOOK_MILLISECONDS, () => {
      signal.removeEventListener("abort", cancel);
      if (!signal.aborted) void look().finally(lookLater);
    });
    signal.addEventListener("abort", cancel);
    if (signal.aborted) cancel();
  }

  lookLater();
  return { rules: () => list.rules };
}

function unusable(what: string, path: string, cause: unknown): OurSpaceError {
  const { message, remedy } = cause instanceof OurSpaceError
    ? cause
    : new OurSpaceError("It cannot be read.");
  return new OurSpaceError(`${what}: ${path} cannot be used. ${message}`, {
    remedy: remedy || "Without its rules this gateway does not start.",
    cause,
  });
}
