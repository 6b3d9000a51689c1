/** How long other nodes may take; milliseconds. */
export interface NetworkTimes {
  /**
   * One node for one message, the connection to it included: the least, and what a slow network may
   * stretch it to.
   */
  readonly message: { readonly minTimeout: number; readonly maxTimeout: number };
  /** All of a look-up, and all of a put. The engine ends its walks by itself; this is in case it does not. */
  readonly lookUp: number;
  readonly put: number;
  /** Telling the closest nodes who provides content; looking for who does, and one node's answer to that. */
  readonly provide: number;
  readonly search: number;
  readonly question: number;
  /** Connecting to who is said to provide it, and their word that they hold it. */
  readonly connect: number;
  readonly presence: number;
}

/** What this program gives them; tests that share one processor among many nodes may give more. */
export const networkTimes: NetworkTimes = {
  /** With 20 nodes of which a third is dead, a look-up meets two dead ones after another at most. */
  message: { minTimeout: 700, maxTimeout: 2_000 },
  lookUp: 6_000,
  put: 10_000,
  provide: 20_000,
  search: 8_000,
  question: 2_000,
  connect: 4_000,
  presence: 3_000,
};
