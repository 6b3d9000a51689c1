import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { Clock, FindCall, PeerAnswer, PointerSource } from "./contracts.ts";
import { abortable } from "./deadline.ts";
import { PointerRefusedError, type RefusalReason, RefusedByOperatorError } from "./errors.ts";
import { newest } from "./select.ts";
import type { Verifier } from "./verify.ts";

/**
 * Where a source is cut off. An honest one yields a single candidate, or one for each of the 20
 * closest peers of a DHT; each costs up to 1 ms to verify.
 */
const MAX_CANDIDATES = 32;

/** Peers of one source whose answers are told apart. */
const MAX_PEERS = 64;

/** What one of a source's peers has said. */
export interface AskedPeer {
  readonly peer: string;
  readonly outcome: PeerAnswer["outcome"];
  /** Its record, verified; only with `pointer`. */
  readonly pointer?: VerifiedPointer;
  /** Why its record was refused here; a source that verifies by itself keeps the reason to itself. */
  readonly refusal?: RefusalReason;
  readonly milliseconds: number;
}

/** What one source has said so far. */
export interface SourceAnswer {
  readonly source: PointerSource;
  /** The greatest of its candidates that passed verification. */
  readonly greatest: VerifiedPointer | null;
  /** Why its other candidates were refused, each reason once. */
  readonly refusals: ReadonlySet<RefusalReason>;
  /** Who answered what, of a source that asks many; the first of them. */
  readonly peers: readonly AskedPeer[];
  /**
   * `declined`: its operator does not serve the identity. `late`: ended from outside before it had
   * finished. `skipped-failing` and `skipped-lying`: it was not asked, for what it did before.
   */
  readonly state:
    | "asked"
    | "finished"
    | "declined"
    | "failed"
    | "late"
    | "skipped-failing"
    | "skipped-lying";
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
  const peers: AskedPeer[] = [];
  const judging: Promise<void>[] = [];
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

  /** The same bytes come as a candidate too: the verifier remembers their signature. */
  async function judgePeer({ peer, outcome, bytes, milliseconds }: PeerAnswer): Promise<void> {
    if (bytes === undefined) return void peers.push({ peer, outcome, milliseconds });
    try {
      const pointer = await verifier.verify(bytes, identity);
      peers.push({ peer, outcome, pointer, milliseconds });
    } catch (error) {
      const refusal = error instanceof PointerRefusedError ? { refusal: error.reason } : {};
      peers.push({ peer, outcome: "refused", ...refusal, milliseconds });
    }
  }

  function onAnswer(answer: PeerAnswer): void {
    if (judging.length < MAX_PEERS && !signal.aborted) judging.push(judgePeer(answer));
  }

  async function read(): Promise<void> {
    try {
      for await (const candidate of candidates(source, identity, { signal, onAnswer })) {
        await judge(candidate);
      }
      await abortable(Promise.all(judging), signal);
      end = { state: "finished", milliseconds: clock() - askedAt };
    } catch (error) {
      end = {
        state: signal.aborted ? "late" : stateAfter(error),
        error,
        milliseconds: clock() - askedAt,
      };
    }
  }

  return {
    ended: read(),
    answer: () => ({
      source,
      greatest: newest(verified),
      refusals: new Set(refusals),
      peers: [...peers],
      ...(end ?? { state: "asked", milliseconds: clock() - askedAt }),
    }),
  };
}

function stateAfter(error: unknown): "declined" | "failed" {
  return error instanceof RefusedByOperatorError ? "declined" : "failed";
}

/** A source that is left alone for now: it is as silent as one that fails, at no cost. */
export function skipSource(source: PointerSource, conduct: "failed" | "lied"): AskedSource {
  const answer: SourceAnswer = {
    source,
    greatest: null,
    refusals: new Set(),
    peers: [],
    state: conduct === "lied" ? "skipped-lying" : "skipped-failing",
    milliseconds: 0,
  };
  return { ended: Promise.resolve(), answer: () => answer };
}

async function* candidates(
  source: PointerSource,
  identity: Identity,
  call: FindCall,
): AsyncGenerator<Uint8Array, void> {
  const { signal } = call;
  const iterator = source.find(identity, call)[Symbol.asyncIterator]();
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
