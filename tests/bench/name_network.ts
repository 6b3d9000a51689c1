/** Nodes that publish signed names and resolve each other's, through relays. */
export interface NameNetwork extends AsyncDisposable {
  /** Resolves when it is told that the network has it. Each node has one name of its own. */
  publish(publisher: number, version: number): Promise<void>;
  /**
   * The version that a node answers with; null: none. `usual`: as the program does unless told
   * otherwise, with its cache.
   */
  resolve(place: number, publisher: number, usual: boolean): Promise<number | null>;
  /** What went through the relays so far. */
  bytes(): number;
}

export interface NameNetworkOptions {
  readonly size: number;
  readonly delayMilliseconds: number;
}
