import assert from "node:assert/strict";
import type { Part, PartContext, PointerSource } from "../../resolver/contracts.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import type { Node } from "../../resolver/node/node.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { pointerSources } from "../../resolver/sources/mod.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { LIBP2P_TEST, startNetwork } from "../support/network.ts";
import { SENDER, temporaryNode } from "../support/nodes.ts";
import { NOW, peerApi } from "../support/peer_api.ts";
import { peerRecords } from "../support/parts.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { startService } from "../support/services.ts";
import { settingsOf } from "../support/settings.ts";

const call = { signal: new AbortController().signal };

/** What a source is made of. */
interface WorldParts {
  readonly environment: Readonly<Record<string, string>>;
  /** The embedded node, when the place is one. */
  readonly node: Node | null;
  /** Its place in the pointer network, when the place is that. */
  readonly network?: PointerNetwork | null;
  /** Nodes that were heard of. */
  readonly learned?: readonly string[];
}

/** A place that the source leads to, for real. */
interface World extends WorldParts, AsyncDisposable {
  /** What is put here must be found. */
  readonly holder: Node;
  /** From now on the place cannot be asked. */
  breakDown(): Promise<void>;
}

/** A node that the operator named. */
async function peersWorld(): Promise<World> {
  const temporary = await temporaryNode();
  const api = peerApi(temporary);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, api);
  return {
    environment: { PEERS: `http://127.0.0.1:${server.addr.port}` },
    node: null,
    holder: temporary.node,
    breakDown: () => server.shutdown(),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

/** The node was heard of, and answered before. */
async function learnedPeersWorld(): Promise<World> {
  const peers = await peersWorld();
  const learned = Object.values(peers.environment);
  return { ...peers, environment: { ...peers.environment, ALLOW_PRIVATE: "127.0.0.0/8" }, learned };
}

/** The node is found by a Delegated Routing service, which says where its web server is. */
async function rendezvousWorld(): Promise<World> {
  const peers = await peersWorld();
  const { port } = new URL(peers.environment["PEERS"] ?? "");
  const routing = startService(() =>
    Response.json({
      Providers: [{ Schema: "peer", ID: "12D3KooW", Addrs: [`/ip4/127.0.0.1/tcp/${port}/http`] }],
    })
  );
  return {
    ...peers,
    environment: { DELEGATED_ROUTING: routing.url },
    breakDown: async () => await routing[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await routing[Symbol.asyncDispose]();
      await peers[Symbol.asyncDispose]();
    },
  };
}

/** A network of two: the other one holds what is put there. */
async function dhtWorld(): Promise<World> {
  const { nodes, ...all } = await startNetwork({ size: 2 });
  const [other, own] = nodes;
  assert.ok(other !== undefined && own !== undefined);
  return {
    environment: {},
    node: null,
    network: own.network,
    holder: other.node,
    breakDown: () => other.network.close(),
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

/** A new source needs its place here, by its part's id. */
const worlds: Readonly<Record<string, () => Promise<World>>> = {
  async store() {
    const temporary = await temporaryNode();
    const { node } = temporary;
    return {
      environment: {},
      node,
      holder: node,
      breakDown: () => node.close(),
      [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
    };
  },
  peers: peersWorld,
  "learned-peers": learnedPeersWorld,
  dht: dhtWorld,
  rendezvous: rendezvousWorld,
};

function contextOf({ environment, node, network = null, learned = [] }: WorldParts): PartContext {
  const settings = settingsOf(environment);
  const records = peerRecords(settings, () => NOW);
  records.book.learn(learned);
  for (const url of learned) records.book.confirm(url);
  const dns = fakeDns({});
  const clock = () => NOW;
  return {
    settings,
    outbound: createOutbound({ dns, allowPrivate: parseAddressRanges("127.0.0.0/8"), clock }),
    dns,
    node,
    network,
    peerRecords: records,
    clock,
  };
}

async function sourceIn(part: Part<PointerSource>, world: World): Promise<PointerSource> {
  const [source, ...others] = await part.create(contextOf(world));
  assert.ok(source !== undefined, `${part.id} gives no source in its world`);
  assert.equal(others.length, 0);
  return source;
}

for (const part of pointerSources) {
  const open = () => {
    const world = worlds[part.id];
    assert.ok(world !== undefined, `tests need a place that the source "${part.id}" leads to`);
    return world();
  };
  // A client's connections close a tick after the last await.
  const contract = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `pointer source ${part.id}: ${name}`, fn, ...LIBP2P_TEST });

  contract("is nothing when it is not configured", async () => {
    assert.deepEqual(await part.create(contextOf({ environment: {}, node: null })), []);
  });

  contract("yields nothing for an identity that is not known there", async () => {
    await using world = await open();
    const source = await sourceIn(part, world);
    assert.deepEqual(await Array.fromAsync(source.find(makeSigner().identity, call)), []);
  });

  contract("yields the exact bytes that are held there", async () => {
    await using world = await open();
    const source = await sourceIn(part, world);
    const pointer = await verifiedPointer(makeSigner());
    world.holder.pointers.put(pointer, SENDER);
    assert.deepEqual(await Array.fromAsync(source.find(pointer.identity, call)), [pointer.bytes]);
  });

  contract("keeps what it is offered, as often as it is offered", async () => {
    await using world = await open();
    const source = await sourceIn(part, world);
    if (source.offer === undefined) return;
    const pointer = await verifiedPointer(makeSigner());
    for (let i = 0; i < 2; i++) assert.equal(await source.offer(pointer, call), undefined);
    assert.deepEqual(world.holder.pointers.get(pointer.identity), pointer.bytes);
  });

  contract("answers a lesser offer with the greater pointer, which stays", async () => {
    await using world = await open();
    const source = await sourceIn(part, world);
    if (source.offer === undefined) return;
    const signer = makeSigner();
    const lesser = await verifiedPointer(signer);
    const greater = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });
    world.holder.pointers.put(greater, SENDER);
    assert.deepEqual(await source.offer(lesser, call), greater.bytes);
    assert.deepEqual(world.holder.pointers.get(signer.identity), greater.bytes);
  });

  contract("fails, rather than yield nothing, when the place cannot be asked", async () => {
    await using world = await open();
    const source = await sourceIn(part, world);
    const pointer = await verifiedPointer(makeSigner());
    await world.breakDown();
    await assert.rejects(Array.fromAsync(source.find(pointer.identity, call)));
    if (source.offer !== undefined) await assert.rejects(source.offer(pointer, call));
  });
}

Deno.test("pointer sources have ids of their own", () => {
  const ids = pointerSources.map((part) => part.id);
  assert.equal(new Set(ids).size, ids.length);
});
