import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { type Identify, identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, Listener, PrivateKey } from "@libp2p/interface";
import type { KadDHT } from "@libp2p/kad-dht";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { webSockets } from "@libp2p/websockets";
import { createLibp2p, type Libp2pOptions } from "libp2p";
import { type Bitswap, type BitswapOptions, createBitswap } from "../bitswap/bitswap.ts";
import type { Alarm } from "../deadline.ts";
import { createDht, type DhtGuards } from "./dht_service.ts";
import { createHttpPort, type HttpPort } from "./http_port.ts";
import { createInboundLimit, type InboundLimit } from "./inbound_limit.ts";
import type { Listening } from "./listening.ts";
import { PEER_STORE_AGES, type PeerData } from "./peer_data.ts";
import type { NetworkTimes } from "./times.ts";

/** Connections at the same time, and those of them that have not said yet who they are. */
const MAX_CONNECTIONS = 300;
const MAX_PENDING_CONNECTIONS = 100;
const HANDSHAKE_MILLISECONDS = 5_000;

/** Connections that one address may open a second; not where many nodes share one. */
const CONNECTIONS_PER_SECOND = 10;

/** Dials at the same time, those that wait, and how many addresses of one peer are tried. */
const MAX_DIALS = 50;
const MAX_WAITING_DIALS = 200;
const MAX_ADDRESSES = 8;

const DIAL_MILLISECONDS = 5_000;
const ADDRESS_DIAL_MILLISECONDS = 3_000;

/**
 * What a peer may have sent before a stream that it opened has its reader: Kubo opens one for a block,
 * and sends all of it at once.
 */
const UNREAD_BYTES = 2_304 * 1_024;

/**
 * On one connection. libp2p closes a connection on which more than `maxEarlyStreams` are opened before
 * it is set up completely: with its 10, look-ups that run at the same time end in resets.
 */
const STREAMS = {
  maxEarlyStreams: 128,
  maxInboundStreams: 128,
  maxOutboundStreams: 128,
  streamOptions: { maxReadBufferLength: UNREAD_BYTES },
};

type Discovery = NonNullable<Libp2pOptions["peerDiscovery"]>[number];

/** What runs on the libp2p node. */
export type HostServices = {
  readonly identify: Identify;
  readonly ping: Ping;
  readonly dht: KadDHT;
  readonly httpPort: HttpPort;
  readonly bitswap: Bitswap;
};

/** A libp2p node. */
export interface Host {
  readonly libp2p: Libp2p<HostServices>;
  /** Nodes in the DHT's routing table. */
  routingTable(): number;
  /** Where libp2p's own listeners are, whatever others are told. */
  listeningOn(): readonly string[];
}

/** Starts it. Throws when an address cannot be listened on. */
export async function startHost(
  options: {
    privateKey: PrivateKey;
    peerData: PeerData;
    guards: DhtGuards;
    bitswap: BitswapOptions;
    listening: Listening;
    mode: "server" | "client";
    times: NetworkTimes;
    /** Many nodes may share one address: a test, or a network behind one. */
    relaxed: boolean;
    discovery: readonly Discovery[];
    alarm: Alarm;
    signal: AbortSignal;
  },
): Promise<Host> {
  const { privateKey, peerData, guards, bitswap, listening, relaxed, discovery } = options;
  const { mode, times } = options;
  const libp2p = await createLibp2p<HostServices>({
    start: false,
    privateKey,
    nodeInfo: { name: "ourspace", version: "1", userAgent: "ourspace/1" },
    datastore: peerData,
    peerStore: PEER_STORE_AGES,
    addresses: {
      listen: [...listening.listen],
      appendAnnounce: [...listening.append],
      announce: [...listening.announce],
    },
    transports: [tcp(), webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(STREAMS)],
    connectionGater: gaterOf(guards, relaxed ? null : createInboundLimit()),
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      inboundConnectionThreshold: relaxed ? Infinity : CONNECTIONS_PER_SECOND,
      inboundUpgradeTimeout: HANDSHAKE_MILLISECONDS,
      maxParallelDials: MAX_DIALS,
      maxDialQueueLength: MAX_WAITING_DIALS,
      maxPeerAddrsToDial: MAX_ADDRESSES,
      dialTimeout: DIAL_MILLISECONDS,
      addressDialTimeout: ADDRESS_DIAL_MILLISECONDS,
      // Names of names (`/dnsaddr`) could lead anywhere.
      resolvers: {},
    },
    peerDiscovery: [...discovery],
    services: {
      identify: identify(),
      ping: ping(),
      dht: (components) => createDht(components, guards, { mode, times }),
      httpPort: (components) => createHttpPort(components, options),
      bitswap: (components) => createBitswap(components, bitswap),
    },
  });
  const listeners = new Set<Listener>();
  libp2p.addEventListener("transport:listening", ({ detail }) => listeners.add(detail));
  try {
    await libp2p.start();
  } catch (error) {
    await libp2p.stop();
    throw error;
  }
  return {
    libp2p,
    routingTable: () => routingTableSize(libp2p.services.dht),
    listeningOn: () => [...listeners].flatMap((listener) => listener.getAddrs().map(String)),
  };
}

function gaterOf({ dialRules }: DhtGuards, inbound: InboundLimit | null): ConnectionGater {
  return {
    denyInboundConnection: (connection) => inbound?.admit(connection) === false,
    denyDialMultiaddr: async (address) => !await dialRules.mayDial(address),
    filterMultiaddrForPeer: (_peer, address) => dialRules.mayKeep(address),
  };
}

/** The engine has a public routing table that its interface does not mention. */
function routingTableSize(dht: KadDHT): number {
  const table: unknown = "routingTable" in dht ? dht.routingTable : null;
  const size: unknown = typeof table === "object" && table !== null && "size" in table
    ? table.size
    : 0;
  return typeof size === "number" ? size : 0;
}
