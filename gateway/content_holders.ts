import type { CID } from "multiformats/cid";
import type { Call } from "../resolver/contracts.ts";
import { deadline } from "../resolver/deadline.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import type { Node } from "../resolver/node/node.ts";
import type { Outbound } from "../resolver/outbound/outbound.ts";
import { createPeerClient } from "../resolver/peers/client.ts";
import { peerName, peersSetting } from "../resolver/peers/setting.ts";
import type { Settings } from "../schemas/setting.ts";
import { holdsBlock } from "./holds_block.ts";

/** A place that holds content's root, and said so when it was asked. */
export interface ContentHolder {
  /** For people: a peer's name, or a node's peer id. */
  readonly name: string;
  /** `here`: this node; `peer`: one of PEERS; `network`: another node of the pointer network. */
  readonly kind: "here" | "peer" | "network";
}

/** Who can be asked. */
export interface HolderParts {
  readonly node: Node | null;
  readonly network: PointerNetwork | null;
  /** `PEERS`. */
  readonly peers: readonly string[];
  readonly outbound: Outbound;
}

/** Asks these, with the peers that the settings name. */
export function holdersFrom(
  { settings, ...parts }: Omit<HolderParts, "peers"> & { readonly settings: Settings },
): (cid: CID, call: Call) => Promise<readonly ContentHolder[]> {
  const peers = settings.get(peersSetting);
  return (cid, call) => contentHolders(cid, { ...parts, peers }, call);
}

/** Those who have not answered by then are not counted. */
const ASKING_MILLISECONDS = 6_000;

/** More than this are not listed: somebody plays with peer ids. */
const HOLDERS_MAX = 100;

interface PeerHolder {
  readonly name: string;
  readonly holds: boolean;
  /** What the peer says its multiaddresses are. */
  readonly addresses: readonly string[];
}

/**
 * Who holds content, asked now: this node, the peers over HTTP, and those whom the network's DHT names
 * or who are connected, by bitswap. Each place is counted once, also when it is reached by two ways.
 */
export async function contentHolders(
  cid: CID,
  { node, network, peers, outbound }: HolderParts,
  call: Call,
): Promise<readonly ContentHolder[]> {
  using limit = deadline(ASKING_MILLISECONDS, { parent: call.signal });
  const [isHere, asked, inNetwork] = await Promise.all([
    node === null ? false : node.blocks.has(cid),
    Promise.all(peers.map((base, place) => askPeer(base, place, cid, outbound, limit))),
    network === null ? [] : askNetwork(network, cid, limit),
  ]);
  call.signal.throwIfAborted();
  const own = network?.peerId ?? "";
  const others = asked.filter(({ addresses }) => own === "" || !names(addresses, own));
  return [
    ...(isHere ? [{ name: "this node", kind: "here" as const }] : []),
    ...others.filter(({ holds }) => holds).map(({ name }) => ({ name, kind: "peer" as const })),
    ...inNetwork
      .filter((id) => !others.some(({ holds, addresses }) => holds && names(addresses, id)))
      .map((name) => ({ name, kind: "network" as const })),
  ];
}

async function askPeer(
  base: string,
  place: number,
  cid: CID,
  outbound: Outbound,
  call: Call,
): Promise<PeerHolder> {
  const name = peerName(base, place);
  const client = createPeerClient({ base, name, trust: "operator", outbound });
  const [holds, addresses] = await Promise.all([
    holdsBlock(outbound, base, cid, call).catch(() => false),
    client.acquaintances(call).then((answer) => answer.addresses, () => []),
  ]);
  return { name, holds, addresses };
}

async function askNetwork(
  network: PointerNetwork,
  cid: CID,
  call: Call,
): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const peer of network.content.holders(cid, call)) {
      found.push(peer);
      if (found.length === HOLDERS_MAX) break;
    }
  } catch {
    // Whoever has answered by then counts.
  }
  return found;
}

function names(addresses: readonly string[], peer: string): boolean {
  return addresses.some((address) => address.endsWith(`/p2p/${peer}`));
}
