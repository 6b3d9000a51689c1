import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";
import { deadline, systemAlarm } from "../deadline.ts";
import { UnavailableError } from "../errors.ts";
import { allowPrivateSetting } from "../outbound/setting.ts";
import { prepareSignatureChecks } from "../signature.ts";
import { beginContent, createContentNetwork } from "./content_network.ts";
import { createCounters } from "./counters.ts";
import { createDialRules } from "./dial_rules.ts";
import { closeWebSocket } from "./http_port.ts";
import { checked } from "./listening.ts";
import { createLookUps } from "./look_ups.ts";
import { watchPeers } from "./met_peers.ts";
import type { NetworkPut, PointerNetwork } from "./network.ts";
import type { NetworkOptions } from "./open_network.ts";
import { PeerData } from "./peer_data.ts";
import { openPeerKey } from "./peer_key.ts";
import { openProviderRecords } from "./provider_records.ts";
import { putPointer } from "./put_pointer.ts";
import { createRecordRules } from "./record_rules.ts";
import { RecordStore } from "./record_store.ts";
import { keepConnected } from "./redial.ts";
import { createSenders } from "./senders.ts";
import { bitswapPeersSetting, bootstrapSetting } from "./settings.ts";
import { startListening } from "./start_listening.ts";
import { networkTimes } from "./times.ts";

const CONNECT_MILLISECONDS = 5_000;

/** Joins the network. The part of `openNetwork` that is loaded with libp2p. */
export async function startNetwork(options: NetworkOptions): Promise<PointerNetwork> {
  const { node, settings, verifier, clock, dns, report } = options;
  const { alarm = systemAlarm, random = Math.random, onNotYetValid = () => {} } = options;
  const { times = networkTimes } = options;
  const allowPrivate = settings.get(allowPrivateSetting);
  const entries = [bootstrapSetting, bitswapPeersSetting]
    .flatMap((setting) => settings.get(setting).map(checked));
  const closing = new AbortController();

  const counters = createCounters();
  const senders = createSenders(clock);
  const dialRules = createDialRules({ allowPrivate, dns, clock, alarm });
  for (const address of entries) dialRules.trust(multiaddr(address));
  const rules = createRecordRules({ verifier, counters, senders, onNotYetValid });
  const { pointers, blocks } = node;
  const privateKey = await openPeerKey(node.dataDir);
  const path = `${node.dataDir}/providers.sqlite`;
  const providers = await openProviderRecords(path, { clock, alarm, random, report });
  const records = new RecordStore({ pointers, providers, rules, counters, clock, random });
  const self = peerIdFromPrivateKey(privateKey);
  const peerData = new PeerData({
    self,
    stored: node.keyValues,
    clock: Date.now,
    alarm,
    report,
  });
  const guards = { records, providers, rules, dialRules, senders, counters };
  const { signal } = closing;
  const { standings, onUnasked } = beginContent(clock);
  const bitswap = { ...options, blocks, clock, alarm, signal, onUnasked };

  await prepareSignatureChecks();
  const { host, mode, httpPort } = await startListening(options, {
    privateKey,
    peerData,
    guards,
    bitswap,
    times,
    alarm,
    signal,
  }).catch((error) => {
    closing.abort();
    peerData.close();
    providers.close();
    throw error;
  });
  const { libp2p, routingTable } = host;
  const { dht } = libp2p.services;
  const connectedPeers = watchPeers(libp2p);
  const stopRedialling = keepConnected({ libp2p, routingTable, entries, alarm, random });

  const puts = { confirmed: 0, failed: 0 };
  let closed: Promise<void> | undefined;

  async function put(pointer: VerifiedPointer, { signal }: Call): Promise<NetworkPut> {
    using limit = deadline(times.put, { parent: signal, alarm });
    const outcome = await putPointer(dht, libp2p.peerId, pointer, limit.signal);
    puts.confirmed += outcome.confirmed;
    puts.failed += outcome.failed;
    return outcome;
  }

  const lookUps = createLookUps({
    dht,
    self: libp2p.peerId.toMultihash().bytes,
    pointers,
    verifier,
    milliseconds: times.lookUp,
    clock,
    alarm,
    put: (pointer) => put(pointer, closing),
  });

  async function connect(
    address: string,
    { signal, trusted }: Call & { readonly trusted: boolean },
  ): Promise<void> {
    const target = multiaddr(checked(address));
    if (trusted) dialRules.trust(target);
    using limit = deadline(CONNECT_MILLISECONDS, { parent: signal, alarm });
    try {
      await libp2p.dial(target, { signal: limit.signal });
    } catch (cause) {
      signal.throwIfAborted();
      throw new UnavailableError(`No node answers at ${address}.`, {
        remedy: "Compare the address with the one that the node prints when it starts.",
        cause,
      });
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    stopRedialling();
    try {
      await libp2p.stop();
    } finally {
      peerData.close();
      providers.close();
    }
  }

  return {
    peerId: libp2p.peerId.toString(),
    mode,
    addresses: () => mode === "client" ? [] : libp2p.getMultiaddrs().map(String),
    lookUp: lookUps.lookUp,
    put,
    content: createContentNetwork({
      host,
      records: providers,
      dialRules,
      standings,
      times,
      clock,
      alarm,
    }),
    connect,
    peers: connectedPeers,
    accept: (socket, remote) => {
      if (httpPort) libp2p.services.httpPort.accept(socket, remote);
      else closeWebSocket(socket);
    },
    status: () => ({
      connections: libp2p.getPeers().length,
      routingTable: routingTable(),
      lookUps: lookUps.counters(),
      puts: { ...puts },
      refused: new Map(counters.refused),
      received: new Map(counters.received),
    }),
    close: () => closed ??= close(),
  };
}
