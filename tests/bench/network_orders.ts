/** What a process of network_node.ts is started with, as JSON in its only argument. */
export interface NodesPlan {
  /** Nodes of this process, the first of which carries out the orders. */
  readonly nodes: readonly {
    /** Multiaddresses, as in the settings `BOOTSTRAP`, `DHT_LISTEN` and `DHT_ANNOUNCE`. */
    readonly bootstrap: string;
    readonly listen: string;
    readonly announce: string;
  }[];
  /** Records that the verifiers remember. */
  readonly memoSize: number;
}

/** What a process can be told, a JSON line each, and what it answers in the same order. */
export interface Orders {
  /** Full multiaddresses of the first node. */
  start: { readonly ask: Record<never, never>; readonly answer: { readonly addresses: string[] } };
  /** Into the store and then into the network, as `publish` does. */
  publish: {
    readonly ask: { readonly record: string };
    readonly answer: { readonly milliseconds: number; readonly confirmed: number };
  };
  /** One walk through the network; the store is not asked. */
  lookUp: { readonly ask: { readonly address: string }; readonly answer: LookUp };
  /** Walks, one after another, until one meets this pointer. */
  lookUpUntil: {
    readonly ask: { readonly address: string; readonly timestamp: string };
    readonly answer: { readonly walks: number };
  };
  /** As a gateway on this node does, with its cache. */
  resolve: {
    readonly ask: {
      readonly address: string;
      readonly policy: "cache-first" | "network-only";
    };
    readonly answer: { readonly timestamp: string | null };
  };
  /** Whether the first node's own store has a pointer. */
  holds: {
    readonly ask: { readonly address: string };
    readonly answer: { readonly held: boolean };
  };
  figures: { readonly ask: Record<never, never>; readonly answer: NodeFigures };
}

/** How a walk went. */
export interface LookUp {
  /** Until the first record; null: none came. */
  readonly firstMilliseconds: number | null;
  /** Until the end. */
  readonly milliseconds: number;
  /** Nodes that gave a record. */
  readonly records: number;
  /** Nodes that answered. */
  readonly answers: number;
  readonly failures: number;
}

/** What the process has used so far, and holds. */
export interface NodeFigures {
  readonly routingTable: number;
  readonly cpuMilliseconds: number;
  readonly residentBytes: number;
}

export type OrderName = keyof Orders;

/** A line as it is sent. */
export type OrderLine = {
  [Name in OrderName]: { readonly order: Name } & Orders[Name]["ask"];
}[OrderName];
