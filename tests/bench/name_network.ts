/** Nodes that publish signed names and resolve each other's, through relays. */
export interface NameNetwork extends AsyncDisposable {
  /** Resolves when it is told that the network has it. Each node has one name of its own. */
  publish(publisher: number, version: number): Promise<void>;
  /**
   * The version that a node answers with; null: none. `usual`: as the program does unless told
   * otherwise, with its cache.
   */
  resolve(place: number, publisher: number, usual: boolean): Promise<number | null>;
  /** Whether a node is one of those that keep a publisher's record for everybody. */
  holds(place: number, publisher: number): Promise<boolean>;
  /** A node stands still, as a computer does whose lid is closed; or goes on. */
  sleep(place: number, asleep: boolean): void;
  /** What went through the relays so far. */
  bytes(): number;
}

export interface NameNetworkOptions {
  readonly size: number;
  readonly delayMilliseconds: number;
}
