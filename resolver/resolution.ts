import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { Call } from "./contracts.ts";

/**
 * How much an answer may cost, and what it guarantees:
 * - `cache-only`: no network. What is held, however old; NotFoundError when nothing is.
 * - `cache-first`: what is held answers at once and is refreshed in the background when it is not
 *   fresh; the network is awaited only when nothing is held. Never below what was answered before.
 * - `network-only`: every source answers, or the deadline passes. The greatest pointer that can be
 *   found now; what is held, marked stale, when no source answers.
 */
export type ResolvePolicy = "cache-only" | "cache-first" | "network-only";

/** What one peer of a source that asks many said. */
export interface PeerReport {
  readonly peer: string;
  readonly outcome: "newest" | "older" | "none" | "failed" | "refused";
  /** The timestamp of the verified pointer it gave. */
  readonly timestamp?: string;
  readonly milliseconds: number;
}

/** What one source said in the last walk over all sources. */
export interface SourceReport {
  readonly source: string;
  /**
   * `refused`: what it sent did not pass verification. `declined`: its operator does not serve it. `late`:
   * still silent when the report was made, or when the deadline passed. `skipped`: not asked, because it
   * failed or lied before.
   */
  readonly outcome:
    | "newest"
    | "older"
    | "none"
    | "failed"
    | "refused"
    | "declined"
    | "late"
    | "skipped";
  /** The timestamp of the greatest pointer it gave. */
  readonly timestamp?: string;
  readonly milliseconds: number;
  /** For people; names no internals. */
  readonly reason: string;
  /** Who answered what, of a source that asks many: up to 64. */
  readonly peers?: readonly PeerReport[];
}

/** An answer about an identity. */
export interface Resolution {
  readonly pointer: VerifiedPointer;
  /** `stale`: the last try to ask the sources failed, so a newer pointer may exist. */
  readonly freshness: "fresh" | "stale";
  /** When sources were last asked with success, milliseconds since 1970; 0 = not yet. */
  readonly checkedAt: number;
  /** Empty when no source was asked yet. */
  readonly sources: readonly SourceReport[];
}

/** Finds the newest pointer of an identity. */
export interface Resolver {
  /**
   * Throws NotFoundError (nobody has one), UnavailableError (nobody could be asked),
   * RefusedByOperatorError (a peer of the operator's choice does not serve it, and nobody else knows it),
   * PointerRefusedError with reason `not-verifiable-here` (only contract-account pointers were found),
   * or the signal's reason. A withdrawn pointer is an answer like any other.
   */
  resolve(identity: Identity, call: Call & { policy: ResolvePolicy }): Promise<Resolution>;
  /** Raises the floor with a pointer that reached this process by another way (a PUT, a node event). */
  accept(pointer: VerifiedPointer): void;
}

/** An answer of a race whose rest may still be under way. */
export interface NetworkResolution extends Resolution {
  /** The final answer. Never rejects. */
  readonly rest: Promise<Resolution>;
}

/** A resolver that asks the sources for every answer and remembers nothing. */
export interface NetworkResolver extends Resolver {
  resolve(...question: Parameters<Resolver["resolve"]>): Promise<NetworkResolution>;
  /** The pointer takes part in every race under way, that of the call made just before included. */
  accept(pointer: VerifiedPointer): void;
  /** Races under way about it, that of the call made just before included, leave nobody out any longer. */
  askEverybody(identity: Identity): void;
}
