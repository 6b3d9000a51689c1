import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { Clock, PointerSource } from "./contracts.ts";
import { abortable } from "./deadline.ts";
import { PointerRefusedError, type RefusalReason } from "./errors.ts";
import { newest } from "./select.ts";
import type { Verifier } from "./verify.ts";

/**
 * Where a source is cut off. An honest one yields a single candidate, or one for each of the 20
 * closest peers of a DHT; each costs up to 1 ms to verify.
 */
const MAX_CANDIDATES = 32;

/** What one source has said so far. */
export interface SourceAnswer {
  readonly source: PointerSource;
  /** The greatest of its candidates that passed verification. */
  readonly greatest: VerifiedPointer | null;
  /** Why its other candidates were refused, each reason once. */
  readonly refusals: ReadonlySet<RefusalReason>;
  /** `late`: ended from outside before it had finished. */
  readonly state: "asked" | "finished" | "failed" | "late";
  /** Why it failed or ended; only then. */
  readonly error?: unknown;
  /** From the question to the end, or to now. */
  readonly milliseconds: number;
}

/** A source that is being asked. */
export interface AskedSource {
  /** What it has said up to now. */
  answer(): SourceAnswer;
  /** When it has finished, failed, or the signal aborted. Never rejects. */
  readonly ended: Promise<void>;
}

/**
 * Asks one source and verifies what it yields. The source may be anybody's: it may throw, lie, never
 * end, or ignore the signal, and still has no way to hold up more than its own answer.
 */
export function askSource(
  source: PointerSource,
  identity: Identity,
  options: {
    verifier: Verifier;
    clock: Clock;
    signal: AbortSignal;
    onPointer: () => void;
  },
): AskedSource {
  const { verifier, clock, signal, onPointer } = options;
  const askedAt = clock();
  const verified: VerifiedPointer[] = [];
  const refusals = new Set<RefusalReason>();
  let end: Pick<SourceAnswer, "state" | "error" | "milliseconds"> | null = null;

  async function judge(candidate: Uint8Array): Promise<void> {
    try {
      const pointer = await abortable(verifier.verify(candidate, identity), signal);
      verified.push(pointer);
      onPointer();
    } catch (error) {
      if (!(error instanceof PointerRefusedError)) throw error;
      refusals.add(error.reason);
    }
  }

  async function read(): Promise<void> {
    try {
      for await (const candidate of candidates(source, identity, signal)) await judge(candidate);
      end = { state: "finished", milliseconds: clock() - askedAt };
    } catch (error) {
      const state = signal.aborted ? "late" : "failed";
      end = { state, error, milliseconds: clock() - askedAt };
    }
  }

  return {
    ended: read(),
    answer: () => ({
      source,
      greatest: newest(verified),
      refusals: new Set(refusals),
      ...(end ?? { state: "asked", milliseconds: clock() - askedAt }),
    }),
  };
}

async function* candidates(
  source: PointerSource,
  identity: Identity,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const iterator = source.find(identity, { signal })[Symbol.asyncIterator]();
  try {
    for (let count = 0; count < MAX_CANDIDATES; count++) {
      const next = await abortable(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that hangs in `next` never comes to its `return`.
    Promise.try(() => iterator.return?.()).catch(() => {});
  }
}
