import type { Call } from "../contracts.ts";
import type { Question, Reply } from "./message.ts";

/** One DNS server that the operator trusts. */
export interface DnsServer {
  /** For messages to the operator. */
  readonly label: string;
  /**
   * Asks once, and waits no longer than ATTEMPT_MILLISECONDS. Throws when no reply came.
   * A reply's `authenticated` is false when nobody vouches for the way it came.
   */
  ask(question: Question, call: Call): Promise<Exclude<Reply, { kind: "truncated" }>>;
}

/** Long enough for a resolver that has to ask around the world, which takes most of them 1 s. */
export const ATTEMPT_MILLISECONDS = 2_000;
