import { type Connection, isPeerId, type Peer, type PeerId, type Stream } from "@libp2p/interface";
import type { KadDHTComponents } from "@libp2p/kad-dht";
import type { Multiaddr } from "@multiformats/multiaddr";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { NetworkCounters } from "./counters.ts";
import { currentBudget } from "./dial_budget.ts";
import type { DialRules } from "./dial_rules.ts";
import { guardStream } from "./message_guard.ts";
import type { ProviderRecords } from "./provider_records.ts";
import { currentSender, senderOf, type Senders } from "./senders.ts";

// The engine has no hooks for what stands here. It is given libp2p's parts, each behind a guard.

/** What the engine is given to live on; libp2p's own components have more. */
export type DhtSurroundings = Omit<KadDHTComponents, "datastore" | "metrics">;

/**
 * Addresses of one peer that others are told: as many as a node dials, and half of them of a provider, or of who is asked for itself.
 * None is longer than this, so that an answer with 20 of both stays within its size, whatever names
 * strangers give themselves.
 */
const ADDRESSES_TOLD = 8;
const PROVIDER_ADDRESSES_TOLD = 4;
const ADDRESS_TOLD_BYTES = 128;

/**
 * The same, but what goes into answers to others is only what they may be told: the engine takes it
 * from here as it is. Dialling has the original. Where a provider is stands with its records too: what
 * libp2p knows of peers may be forgotten before them.
 */
export function discreet(
  peerStore: DhtSurroundings["peerStore"],
  { dialRules, providers }: {
    dialRules: DialRules;
    providers: Pick<ProviderRecords, "locate" | "addressesOf">;
  },
): DhtSurroundings["peerStore"] {
  function tellable<T>(addresses: readonly T[], of: (one: T) => Multiaddr): T[] {
    return addresses.filter((one) =>
      of(one).bytes.length <= ADDRESS_TOLD_BYTES && dialRules.mayTell(of(one))
    );
  }
  return overlay(peerStore, {
    async get(id, options) {
      if (currentSender.getStore() === undefined) return await peerStore.get(id, options);
      const peer = await peerStore.get(id, options).catch((error) => forgotten(id, error));
      const known = tellable(peer.addresses, ({ multiaddr }) => multiaddr);
      const addresses = known.length > 0 ? known : tellable(
        providers.addressesOf(id.toString()).map(uncertified),
        ({ multiaddr }) => multiaddr,
      );
      return { ...peer, addresses: addresses.slice(0, PROVIDER_ADDRESSES_TOLD) };
    },
    async merge(id, data, options) {
      // Within somebody's message only a provider says where it is, after its record was taken.
      if (currentSender.getStore() !== undefined && data.multiaddrs !== undefined) {
        const multiaddrs = tellable(data.multiaddrs, (address) => address);
        providers.locate(id.toString(), multiaddrs.slice(0, PROVIDER_ADDRESSES_TOLD));
      }
      return await peerStore.merge(id, data, options);
    },
    async getInfo(id, options) {
      const peer = await peerStore.getInfo(id, options);
      if (currentSender.getStore() === undefined) return peer;
      const multiaddrs = tellable(peer.multiaddrs, (address) => address);
      return { ...peer, multiaddrs: multiaddrs.slice(0, ADDRESSES_TOLD) };
    },
  });
}

function uncertified(multiaddr: Multiaddr): Peer["addresses"][number] {
  return { multiaddr, isCertified: false };
}

/** Without addresses: a provider that was forgotten meanwhile hides no others. */
function forgotten(id: PeerId, error: unknown): Peer {
  if (!(error instanceof Error) || error.name !== "NotFoundError") throw error;
  return { id, addresses: [], protocols: [], metadata: new Map(), tags: new Map() };
}

/**
 * The same, but answers to the streams that it opens are looked at before the engine reads them, and
 * a walk opens only so many connections. Whether somebody may be dialled is asked here for everybody
 * whom an answer names: no name is looked up for that, only when one is dialled.
 */
export function guardedOutside(
  connectionManager: DhtSurroundings["connectionManager"],
  dialRules: DialRules,
): DhtSurroundings["connectionManager"] {
  return overlay(connectionManager, {
    async openStream(peer, protocols, options) {
      if (isPeerId(peer) && connectionManager.getConnections(peer).length === 0) {
        const mayDial = currentBudget.getStore()?.take(pathOf(options)) ?? true;
        if (!mayDial) throw new OurSpaceError("The walk has dialled as many nodes as it may.");
      }
      const stream = await connectionManager.openStream(peer, protocols, options);
      guardStream(stream, () => {});
      return stream;
    },
    isDialable: (addresses) =>
      Promise.resolve([addresses].flat().some((address) => dialRules.mayKeep(address))),
  });
}

/** Which of a walk's paths it is for: the engine passes all its options on. */
function pathOf(options: object | undefined): number {
  const path: unknown = options !== undefined && "path" in options ? options.path : null;
  const index: unknown = typeof path === "object" && path !== null && "index" in path
    ? path.index
    : -1;
  return typeof index === "number" ? index : -1;
}

/** The same, but the engine's handlers are called only for what may be handled, and say for whom. */
export function guardedInside(
  registrar: DhtSurroundings["registrar"],
  { senders, counters }: { senders: Senders; counters: NetworkCounters },
): DhtSurroundings["registrar"] {
  return overlay(registrar, {
    handle: (protocol, handler, options) =>
      registrar.handle(protocol, (stream: Stream, connection: Connection) => {
        const sender = senderOf(connection);
        if (senders.isDisgraced(sender)) {
          connection.abort(new OurSpaceError("The peer sent too many forged records."));
          return;
        }
        guardStream(stream, ({ kind }) => {
          counters.receive(kind);
          if (senders.mayAsk(sender)) return;
          counters.refuse("rate-limited");
          throw new RangeError("the peer sends too many messages");
        });
        return currentSender.run(sender, () => handler(stream, connection));
      }, options),
    // Who is met while somebody's message is handled is met for this node, not for the sender.
    register: (protocol, topology, options) =>
      registrar.register(protocol, {
        ...topology,
        onConnect: (peer, connection) =>
          currentSender.exit(() => topology.onConnect?.(peer, connection)),
      }, options),
  });
}

/** An object that answers like another one, but for some methods. */
function overlay<T extends object>(original: T, own: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (name in own) return Reflect.get(own, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
