import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { Call } from "./contracts.ts";

/**
 * How much an answer may cost, and what it guarantees:
 * - `cache-only`: no network. What is held, however old; NotFoundError when nothing is.
 * - `cache-first`: what is held answers at once and is refreshed in the background when it is not
 *   fresh; the network is awaited only when nothing is held. Never below what was answered before.
 * - `network-only`: every source answers, or the deadline passes. The greatest pointer that can be
 *   found now.
 */
export type ResolvePolicy = "cache-only" | "cache-first" | "network-only";

/** What one source said in the walk that led to an answer. */
export interface SourceReport {
  readonly source: string;
  readonly outcome: "newest" | "older" | "none" | "failed" | "refused" | "late";
  /** The timestamp of the greatest pointer it gave. */
  readonly timestamp?: string;
  readonly milliseconds: number;
  /** For people; names no internals. */
  readonly reason: string;
}

/** An answer about an identity. */
export interface Resolution {
  readonly pointer: VerifiedPointer;
  /** `stale`: the last try to ask the sources failed, so a newer pointer may exist. */
  readonly freshness: "fresh" | "stale";
  /** When sources were last asked with success, milliseconds since 1970. */
  readonly checkedAt: number;
  readonly sources: readonly SourceReport[];
}

/** Finds the newest pointer of an identity. */
export interface Resolver {
  /**
   * Throws NotFoundError (nobody has one), UnavailableError (nobody could be asked),
   * PointerRefusedError with reason `not-verifiable-here` (only contract-account pointers were found).
   * A withdrawn pointer is an answer like any other.
   */
  resolve(identity: Identity, call: Call & { policy: ResolvePolicy }): Promise<Resolution>;
  /** Raises the floor with a pointer that reached this process by another way (a PUT, a node event). */
  accept(pointer: VerifiedPointer): void;
}
