import assert from "node:assert/strict";
import { peerIdFromString } from "@libp2p/peer-id";
import { CID } from "multiformats/cid";
import { bitswapBlocks } from "../../resolver/blocks/bitswap.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import { concatenate } from "../../resolver/content/verified.ts";
import { systemAlarm } from "../../resolver/deadline.ts";
import { contentKey } from "../../resolver/network/content_key.ts";
import { startProvidingContents } from "../../resolver/network/provide_contents.ts";
import { PROVIDERS_MAX } from "../../resolver/network/provider_records.ts";
import { fileTree, rawTree, type Tree } from "../support/blocks.ts";
import { CALL, readerOver } from "../support/content.ts";
import { eventually } from "../support/eventually.ts";
import { ADD_PROVIDER, encodeMessage, framed, kadPeerInfo } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  startNetwork,
  startNetworkNode,
  until,
} from "../support/network.ts";
import { partContext } from "../support/parts.ts";
import { patterned } from "../support/source_files.ts";

const BYTES = patterned(300_000);

async function hold({ node }: NetworkNode, { blocks }: Tree): Promise<void> {
  for (const [name, block] of blocks) await node.blocks.put(CID.parse(name), block);
}

/** A network whose first node holds the content. */
interface ContentNet extends AsyncDisposable {
  readonly publisher: NetworkNode;
  /** In the order in which they joined. */
  readonly others: readonly NetworkNode[];
}

/** So many nodes that know each other. Nothing of the content has been said in the DHT. */
async function networkWith(tree: Tree, size: number): Promise<ContentNet> {
  const net = await startNetwork({ size });
  const [publisher, ...others] = net.nodes;
  assert.ok(publisher !== undefined);
  await hold(publisher, tree);
  return { publisher, others, [Symbol.asyncDispose]: () => net[Symbol.asyncDispose]() };
}

/** A node that has joined through one other, and knows everybody else only by it. */
async function newcomer(to: NetworkNode | undefined): Promise<NetworkNode> {
  const one = await startNetworkNode({
    environment: { BOOTSTRAP: to?.network.addresses().join(",") ?? "" },
  });
  await until("it has joined", () => one.network.status().routingTable > 0);
  return one;
}

/** Visitors have 10 s; what is said here is that it comes. */
const PATIENT = { ...contentLimits, blockMilliseconds: 120_000 };

/** The file as a reader has it whose only road is bitswap. */
async function read({ network }: NetworkNode, root: CID): Promise<Uint8Array> {
  const sources = await bitswapBlocks.create(partContext({}, { network }));
  const file = await readerOver(sources, { limits: PATIENT }).open(root, "", CALL);
  assert.ok(file.kind === "file");
  return concatenate(await Array.fromAsync(file.read(CALL)));
}

async function holders({ network }: NetworkNode, root: CID): Promise<string[]> {
  return await Array.fromAsync(network.content.holders(root, CALL));
}

Deno.test(
  "content is found through the DHT and fetched by bitswap, with no HTTP between them",
  LIBP2P_TEST,
  async () => {
    const tree = await fileTree(BYTES, { chunkBytes: 65_536 });
    await using net = await networkWith(tree, 6);
    const { publisher, others } = net;
    const { confirmed } = await publisher.network.content.provide(tree.root, CALL);
    assert.ok(confirmed >= 4);
    await using reader = await newcomer(others[0]);
    assert.deepEqual(await read(reader, tree.root), BYTES);
    assert.deepEqual(await holders(reader, tree.root), [publisher.network.peerId]);
  },
);

Deno.test(
  "when the publisher is gone, another that holds the content gives it; who lacks it does not count",
  LIBP2P_TEST,
  async () => {
    const tree = await fileTree(BYTES, { chunkBytes: 65_536 });
    await using net = await networkWith(tree, 4);
    const { publisher, others: [follower, liar, other] } = net;
    assert.ok(follower && liar && other);
    await hold(follower, tree);
    for (const { network } of [publisher, follower, liar]) {
      await network.content.provide(tree.root, CALL);
    }
    const both = [publisher.network.peerId, follower.network.peerId].sort();
    assert.deepEqual((await holders(other, tree.root)).sort(), both);
    await publisher.network.close();
    await using reader = await newcomer(other);
    assert.deepEqual(await read(reader, tree.root), BYTES);
    assert.deepEqual(await holders(reader, tree.root), [follower.network.peerId]);
  },
);

Deno.test(
  "20 fake providers cost questions, and hide nobody who was there before",
  LIBP2P_TEST,
  async () => {
    const tree = await rawTree(patterned(1_000));
    await using net = await networkWith(tree, 3);
    const { publisher, others } = net;
    await publisher.network.content.provide(tree.root, CALL);
    for (let fake = 0; fake < PROVIDERS_MAX; fake++) {
      await using peer = await startKadPeer();
      const id = peerIdFromString(peer.peerId).toMultihash().bytes;
      const own = kadPeerInfo(id, ["/ip4/127.0.0.1/tcp/9"]);
      const key = contentKey(tree.root);
      for (const { network } of [publisher, ...others]) {
        const stream = await peer.open(network.addresses()[0] ?? "");
        stream.send(framed(encodeMessage({ type: ADD_PROVIDER, key, providers: [own] })));
        const heard = network.status().received.get("ADD_PROVIDER") ?? 0;
        await until("it is heard", () => network.status().received.get("ADD_PROVIDER") !== heard);
      }
    }
    await using reader = await newcomer(others[0]);
    assert.equal((await reader.network.content.block(tree.root, CALL))?.length, 1_000);
    assert.deepEqual(await holders(reader, tree.root), [publisher.network.peerId]);
  },
);

Deno.test(
  "a node provides by itself what it holds, soon after it holds it",
  LIBP2P_TEST,
  async () => {
    const tree = await rawTree(patterned(1_000));
    await using net = await networkWith(tree, 3);
    const { publisher, others } = net;
    const stop = new AbortController();
    const providing = startProvidingContents({
      network: publisher.network,
      contents: () => Promise.resolve([tree.root]),
      clock: Date.now,
      alarm: systemAlarm,
      random: Math.random,
      signal: stop.signal,
      report: (problem) => assert.fail(String(problem)),
    });
    await using reader = await newcomer(others[0]);
    await eventually("it is found", async () => (await holders(reader, tree.root)).length === 1);
    stop.abort();
    await providing;
  },
);
