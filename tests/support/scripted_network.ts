import type { ContentNetwork } from "../../resolver/network/content_network.ts";
import type { NetworkStatus, PointerNetwork } from "../../resolver/network/network.ts";

/** Nothing has happened yet. */
export const QUIET: NetworkStatus = {
  connections: 0,
  routingTable: 0,
  lookUps: { found: 0, missing: 0, failed: 0, milliseconds: 0 },
  puts: { confirmed: 0, failed: 0 },
  refused: new Map(),
  received: new Map(),
};

/** Nobody has any, and nothing was given or taken. */
export const NO_CONTENT: ContentNetwork = {
  block: () => Promise.resolve(null),
  async *holders() {},
  provide: () => Promise.resolve({ confirmed: 0, failed: 0, among: false }),
  counters: () => ({
    sentBlocks: 0,
    sentBytes: 0,
    receivedBlocks: 0,
    receivedBytes: 0,
    unaskedBlocks: 0,
    refusedWants: 0,
  }),
};

/** A place in a network that exists only as told; by default nobody else is in it. */
export function scriptedNetwork(script: Partial<PointerNetwork> = {}): PointerNetwork {
  return {
    peerId: "12D3KooWGC6TvWhfapngX6mvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5",
    mode: "server",
    addresses: () => [],
    async *lookUp() {},
    put: () => Promise.resolve({ confirmed: 0, failed: 0, among: true }),
    content: NO_CONTENT,
    connect: () => Promise.resolve(),
    peers: () => [],
    accept: () => {},
    status: () => QUIET,
    close: () => Promise.resolve(),
    ...script,
  };
}
