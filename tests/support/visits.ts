import type { Clock } from "../../resolver/contracts.ts";
import { NotFoundError, UnavailableError } from "../../resolver/errors.ts";
import type { NetworkPut } from "../../resolver/network/network.ts";
import type { Node } from "../../resolver/node/node.ts";
import { createResolver, type Resolution } from "../../resolver/resolver.ts";
import { dhtSource } from "../../resolver/sources/dht.ts";
import { storeSource } from "../../resolver/sources/store.ts";
import type { Identity } from "../../schemas/identity.ts";
import { parsePointer, pointerText, type VerifiedPointer } from "../../schemas/pointer.ts";
import { eventually } from "./eventually.ts";
import type { NetworkNode } from "./network.ts";
import { partContext } from "./parts.ts";

/** A walk over all sources ends within 8 s, whatever they do, where the processor keeps up. */
const VISIT_MILLISECONDS = 30_000;

type Member = Pick<NetworkNode, "node" | "network" | "verifier">;

/**
 * Resolves an identity as a gateway on this node does, over its store and the DHT, with a resolver
 * that remembers nothing: no floor hides what the sources say. Null when nobody has a pointer.
 */
export async function visit(
  { node, network, verifier }: Member,
  identity: Identity,
  { clock = Date.now }: { clock?: Clock } = {},
): Promise<Resolution | null> {
  const context = partContext({}, { node, network, clock });
  const sources = (await Promise.all([storeSource.create(context), dhtSource.create(context)]))
    .flat();
  const closing = new AbortController();
  const resolver = createResolver({ sources, verifier, clock, signal: closing.signal });
  const signal = AbortSignal.timeout(VISIT_MILLISECONDS);
  try {
    return await resolver.resolve(identity, { policy: "network-only", signal });
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof UnavailableError) return null;
    throw error;
  }
}

/** The timestamp that a visit comes to; null when nobody has a pointer. */
export async function visited(
  member: Member,
  identity: Identity,
  options?: { clock?: Clock },
): Promise<string | null> {
  return (await visit(member, identity, options))?.pointer.timestamp ?? null;
}

/** Publishes at a node as `publish` does: into its store, then into the network. */
export async function publishAt(
  { node, network }: Pick<Member, "node" | "network">,
  pointer: VerifiedPointer,
): Promise<NetworkPut> {
  node.pointers.put(pointer, { kind: "operator" });
  return await network.put(pointer, { signal: AbortSignal.timeout(VISIT_MILLISECONDS) });
}

/**
 * Publishes until so many others have confirmed it: nodes that share a busy processor with all the
 * others answer too late now and then, as the republisher knows too.
 */
export async function publishWidely(
  member: Pick<Member, "node" | "network">,
  pointer: VerifiedPointer,
  others: number,
): Promise<void> {
  await eventually(`${others} nodes confirm ${pointer.text}`, async () => {
    return (await publishAt(member, pointer)).confirmed === others;
  });
}

/** The signed text that a node's store holds for an identity. */
export function heldText(node: Pick<Node, "pointers">, identity: Identity): string | null {
  const bytes = node.pointers.get(identity);
  return bytes === null ? null : pointerText(parsePointer(bytes));
}

/** The timestamp of it. */
export function heldTimestamp(node: Pick<Node, "pointers">, identity: Identity): string | null {
  const bytes = node.pointers.get(identity);
  return bytes === null ? null : parsePointer(bytes).timestamp;
}
