import type { NetworkView, Status } from "../../gateway/status/status.ts";
import type { ConnectedPeer, PointerNetwork } from "../../resolver/network/network.ts";
import type { FollowStatus } from "../../resolver/peers/follow.ts";
import type { PeersStatus } from "../../resolver/peers/start.ts";
import { NO_CONTENT, QUIET, scriptedNetwork } from "./scripted_network.ts";

/** A node's own address. */
export const OWN_ADDRESS =
  "/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWGC6TvWhfapngX6mvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5";

/** Follows nobody, and its clock is right. */
export const NO_PEERS: PeersStatus = { followed: [], learned: 0, waiting: 0, clock: null };

/** A network as its operator sees it. */
export function networkView(script: Partial<PointerNetwork> = {}): NetworkView {
  const network = scriptedNetwork({ addresses: () => [OWN_ADDRESS], ...script });
  return {
    peerId: network.peerId,
    mode: network.mode,
    addresses: network.addresses(),
    connected: network.peers(),
    figures: network.status(),
    exchanged: network.content.counters(),
  };
}

/** A node that has just started and knows nobody, but for these fields. */
export function nodeStatus(fields: Partial<Status> = {}): Status {
  return {
    startedAt: 0,
    now: 1_000,
    store: { pointers: 3, maxPointers: 1_000_000, bytes: 1_011, maxBytes: 2_000_000_000 },
    blocks: {
      blocks: 12,
      bytes: 1_234_944,
      maxBytes: 8 * 1024 ** 3,
      pinnedBytes: 1_015_808,
      evicted: 0,
    },
    followed: new Map(),
    network: networkView(),
    seeks: false,
    peers: NO_PEERS,
    onionUrl: null,
    warnings: [],
    ...fields,
  };
}

const STARTED = "12D3KooWEwJwFjEvyFA4QbKb1V9qS5R28b5ztumvWtHhQCeV";

/** So many nodes, every third of them a client. */
export function connectedPeers(count: number): ConnectedPeer[] {
  return Array.from({ length: count }, (_, place) => ({
    peer: `${STARTED}${String(place).padStart(4, "o")}`,
    addresses: ["/ip4/198.51.100.7/tcp/4001"],
    server: place % 3 !== 0,
  }));
}

function following(peer: string, state: FollowStatus["state"], taken: number): FollowStatus {
  return { peer, state, taken, refused: 0, answeredAt: 0 };
}

const JOINED: NetworkView = networkView({
  addresses: () => [OWN_ADDRESS, OWN_ADDRESS.replace("/p2p", "/ws/p2p")],
  peers: () => connectedPeers(25),
  content: {
    ...NO_CONTENT,
    counters: () => ({
      sentBlocks: 98_765,
      sentBytes: 12_345_678_901,
      receivedBlocks: 1,
      receivedBytes: 262_158,
      unaskedBlocks: 2,
      refusedWants: 3,
    }),
  },
  status: () => ({
    ...QUIET,
    connections: 25,
    routingTable: 1_040,
    lookUps: { found: 12_345, missing: 678, failed: 9, milliseconds: 1_234_567 },
    puts: { confirmed: 45_678, failed: 321 },
    refused: new Map([["older", 1_234], ["bad-signature", 7]]),
  }),
});

/** Every state that a node can be seen in. */
export const STATUSES: Readonly<Record<string, Status>> = {
  "no-node": nodeStatus({ store: null, blocks: null, network: null, peers: null }),
  "no-network": nodeStatus({ network: null }),
  "knows-nobody": nodeStatus(),
  looking: nodeStatus({ seeks: true }),
  lost: nodeStatus({
    network: networkView({ status: () => ({ ...QUIET, routingTable: 5 }) }),
    seeks: true,
  }),
  "asks-nobody": nodeStatus({
    network: networkView({
      peers: () => connectedPeers(2),
      status: () => ({ ...QUIET, connections: 2 }),
    }),
  }),
  client: nodeStatus({
    network: networkView({
      mode: "client",
      addresses: () => [],
      peers: () => connectedPeers(2),
      status: () => ({ ...QUIET, connections: 2, routingTable: 5 }),
    }),
  }),
  well: nodeStatus({
    network: JOINED,
    store: { pointers: 123_456, maxPointers: 1_000_000, bytes: 45_678_901, maxBytes: 2 ** 31 },
  }),
  following: nodeStatus({
    network: JOINED,
    followed: new Map([
      ["held", 1_234],
      ["loading", 2],
      ["waiting", 3],
      ["incomplete", 4],
      ["too-large", 5],
      ["no-room", 6],
      ["wrong", 7],
      ["withdrawn", 8],
      ["refused", 9],
    ]),
    peers: {
      ...NO_PEERS,
      followed: [
        following("peer gateway.example", "in-step", 12_345),
        following(`peer ${"long".repeat(15)}.example`, "catching-up", 17),
        following("peer 3", "starting", 0),
        following("peer off.example", "failing", 0),
        following("peer edge.example", "no-node", 0),
      ],
      learned: 14,
      waiting: 2,
    },
  }),
  "wrong-clock": nodeStatus({
    network: JOINED,
    peers: { ...NO_PEERS, clock: { offsetMilliseconds: 600_000, peers: 3 } },
  }),
  damaged: nodeStatus({
    network: JOINED,
    peers: { ...NO_PEERS, clock: { offsetMilliseconds: -70_000, peers: 1 } },
    warnings: ["/home/alice/pointers.sqlite was damaged."],
  }),
};
