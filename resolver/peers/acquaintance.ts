import type { Call } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { PointerNetwork } from "../network/network.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { type Acquaintances, MAX_ACQUAINTANCES } from "./acquaintances.ts";
import { PeerGarbageError } from "./change_page.ts";
import { createPeerClient, type PeerClient } from "./client.ts";
import type { ConfiguredPeer } from "./configured.ts";
import { urlOfAddress } from "./learned_url.ts";
import type { PeerRecords } from "./records.ts";

/** What getting to know other nodes works with. */
export interface AcquaintanceOptions extends Call {
  /** The configured peers. */
  readonly peers: readonly ConfiguredPeer[];
  readonly records: PeerRecords;
  /** The DHT, which is joined through what peers tell; null without a node. */
  readonly network: PointerNetwork | null;
  readonly outbound: Outbound;
  readonly alarm: Alarm;
}

/** Strangers who are asked who they are, in one round. */
const MAX_CHECKS = 8;
/** One machine has some addresses: TCP, WebSockets, IPv4 and IPv6 of each. */
const MAX_ADDRESSES = 8;
const CONNECT_MILLISECONDS = 10_000;
/** More connections come from the DHT itself. */
const ENOUGH_CONNECTIONS = 8;

/** One round: asks the configured peers whom they know, and some of those. Never throws. */
export async function getAcquainted(options: AcquaintanceOptions): Promise<void> {
  const { peers, records, network, outbound, signal } = options;
  const { book, standings } = records;

  async function ask(client: PeerClient, name: string): Promise<Acquaintances | null> {
    try {
      const answer = await client.acquaintances({ signal });
      standings.note(name, "answered");
      book.learn(answer.peers);
      return answer;
    } catch (error) {
      if (!signal.aborted) {
        standings.note(name, error instanceof PeerGarbageError ? "lied" : "failed");
      }
      return null;
    }
  }

  async function join(addresses: readonly string[], host: string | null): Promise<void> {
    if (network === null) return;
    for (const address of addresses.slice(0, MAX_ADDRESSES)) {
      const peerId = peerIdOf(address);
      if (peerId === null || peerId === network.peerId) continue;
      if (network.peers().some(({ peer }) => peer === peerId)) return;
      const trusted = host !== null && hostOf(address) === host;
      using limit = deadline(CONNECT_MILLISECONDS, { parent: signal, alarm: options.alarm });
      const joined = network.connect(address, { trusted, signal: limit.signal });
      if (await joined.then(() => true, () => false)) return;
    }
  }

  async function askConfigured({ client, base }: ConfiguredPeer) {
    const answer = await ask(client, client.name);
    if (answer !== null) await join(answer.addresses, new URL(base).hostname);
  }

  async function check(url: string): Promise<void> {
    const client = createPeerClient({ base: url, name: url, trust: "stranger", outbound });
    const answer = await ask(client, url);
    if (answer === null) return standings.answeredAt(url) === 0 ? book.drop(url) : undefined;
    if (answer.addresses.some((address) => peerIdOf(address) === network?.peerId)) {
      return book.drop(url);
    }
    book.confirm(url);
    if ((network?.peers().length ?? 0) < ENOUGH_CONNECTIONS) await join(answer.addresses, null);
  }

  await Promise.all(peers.map(askConfigured));
  const doors = (network?.peers() ?? []).slice(0, MAX_ACQUAINTANCES)
    .flatMap(({ addresses }) => addresses.slice(0, MAX_ADDRESSES))
    .flatMap((address) => urlOfAddress(address) ?? []);
  book.learn(doors);
  await Promise.all(book.unchecked().slice(0, MAX_CHECKS).map(check));
  if (!signal.aborted) book.settle();
}

/** The peer id at the end of a multiaddress. */
function peerIdOf(address: string): string | null {
  return /\/p2p\/([A-Za-z0-9]{1,100})$/.exec(address)?.[1] ?? null;
}

/** The host that a multiaddress begins with, as a URL writes it. */
function hostOf(address: string): string | null {
  const [, kind, host = ""] = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\//.exec(address) ?? [];
  if (kind === undefined) return null;
  return kind === "ip6" ? `[${host}]` : host;
}
