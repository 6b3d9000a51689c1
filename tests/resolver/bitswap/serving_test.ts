import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { bitswapLimits } from "../../../resolver/bitswap/protocol.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { type BitswapPeer, encode, startBitswapPeer, wanted } from "../../support/bitswap_peer.ts";
import { rawTree, type Tree } from "../../support/blocks.ts";
import { concat } from "../../../resolver/concat.ts";
import { varint } from "../../support/kad_messages.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  type NetworkNodeOptions,
  startNetworkNode,
  until,
} from "../../support/network.ts";
import { patterned } from "../../support/source_files.ts";

const HELLO = await rawTree(new TextEncoder().encode("hello"));
const SECRET = await rawTree(new TextEncoder().encode("secret"));
const MISSING = await rawTree(new Uint8Array([1]));

/** A node that holds these, and a peer that is connected to it. */
async function setUp(trees: readonly Tree[], options: NetworkNodeOptions = {}) {
  await using cleanUp = new AsyncDisposableStack();
  const one = cleanUp.use(await startNetworkNode(options));
  for (const { root, blocks } of trees) {
    for (const block of blocks.values()) await one.node.blocks.put(root, block);
  }
  const peer = cleanUp.use(await startBitswapPeer());
  await peer.connect(one.network.addresses()[0] ?? "");
  const stack = cleanUp.move();
  const node = one.network.peerId;
  return { one, peer, node, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function blocksOf({ received }: BitswapPeer): string[] {
  return received.flatMap(({ blocks = [] }) =>
    blocks.map(({ data }) => new TextDecoder().decode(data.subarray(0, 100)))
  );
}

function presencesOf({ received }: BitswapPeer): [string, boolean][] {
  return received.flatMap(({ presences = [] }) =>
    presences.map(({ cid, has }): [string, boolean] => [CID.decode(cid).toString(), has])
  );
}

function counters({ network }: NetworkNode) {
  return network.content.counters();
}

Deno.test(
  "a held block is given, and it is said what is held and what is not",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp([HELLO]);
    const { peer, node } = test;
    await peer.send(node, {
      wants: [
        { cid: HELLO.root.bytes },
        { cid: MISSING.root.bytes, tellMissing: true },
        { cid: SECRET.root.bytes, have: true, tellMissing: true },
      ],
    });
    await peer.send(node, { wants: [{ cid: HELLO.root.bytes, have: true, tellMissing: true }] });
    await until("everything is answered", () => presencesOf(peer).length === 3);
    assert.deepEqual(blocksOf(peer), ["hello"]);
    assert.deepEqual(
      new Map(presencesOf(peer)),
      new Map([
        [MISSING.root.toString(), false],
        [SECRET.root.toString(), false],
        [HELLO.root.toString(), true],
      ]),
    );
  },
);

Deno.test(
  "who does not ask to be told what is missing hears nothing of it",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp([HELLO]);
    const { peer, node } = test;
    await peer.send(node, { wants: [{ cid: MISSING.root.bytes }] });
    await peer.send(node, { wants: [{ cid: HELLO.root.bytes }] });
    await until("the block has come", () => blocksOf(peer).length === 1);
    assert.deepEqual(presencesOf(peer), []);
  },
);

Deno.test("a block under another hash than SHA-256 is not held", LIBP2P_TEST, async () => {
  await using test = await setUp([HELLO]);
  const { peer, node } = test;
  const digest = (await sha256.digest(new TextEncoder().encode("hello"))).digest;
  const blake = CID.createV1(0x55, {
    code: 0xb220,
    digest,
    size: 32,
    bytes: concat([varint(0xb220), varint(32), digest]),
  });
  await peer.send(node, { wants: [{ cid: blake.bytes, tellMissing: true }] });
  await until("it is answered", () => presencesOf(peer).length === 1);
  assert.equal(presencesOf(peer)[0]?.[1], false);
});

Deno.test("blocks of 2 MiB are given, several one after another", LIBP2P_TEST, async () => {
  const trees = await Promise.all([0, 1, 2].map(async (index) => {
    const bytes = patterned(contentLimits.blockBytes);
    bytes[0] = index;
    return await rawTree(bytes);
  }));
  await using test = await setUp(trees);
  const { one, peer, node } = test;
  await peer.send(node, { wants: trees.map(({ root }) => ({ cid: root.bytes })) });
  await until("all have come", () => blocksOf(peer).length === 3, 30_000);
  assert.ok(peer.received.every(({ blocks = [] }) => blocks.length <= 1));
  assert.equal(counters(one).sentBytes, 3 * contentLimits.blockBytes);
});

Deno.test("millions of empty messages cost nobody else's time", LIBP2P_TEST, async () => {
  await using test = await setUp([HELLO]);
  const { peer, node } = test;
  const stream = await peer.open(node);
  for (let sent = 0; sent < 64; sent++) {
    if (!stream.send(new Uint8Array(64 * 1_024))) await stream.onDrain();
  }
  const want = encode({ wants: [{ cid: HELLO.root.bytes }] });
  stream.send(concat([varint(want.length), want]));
  await until("the want behind them is answered", () => blocksOf(peer).length === 1);
});

Deno.test("a flood of wants is cut off, and others are served meanwhile", LIBP2P_TEST, async () => {
  await using test = await setUp([HELLO]);
  const { one, peer, node } = test;
  await using honest = await startBitswapPeer();
  await honest.connect(one.network.addresses()[0] ?? "");
  const wants = Array.from({ length: 2_000 }, (_, index) => {
    const digest = new Uint8Array(32).fill(index % 251);
    digest[0] = index >> 8;
    return { cid: concat([new Uint8Array([1, 0x55, 0x12, 32]), digest]), tellMissing: true };
  });
  for (let round = 0; round < 12; round++) await peer.send(node, { wants });
  await honest.send(node, { wants: [{ cid: HELLO.root.bytes }] });
  await until("the honest peer has its block", () => blocksOf(honest).length === 1);
  await until("wants were refused", () => counters(one).refusedWants > 10_000);
  assert.deepEqual(blocksOf(peer), []);
});

Deno.test(
  "messages of many tiny fields are cut off, and others are served",
  LIBP2P_TEST,
  async () => {
    const now = Date.now();
    await using test = await setUp([HELLO], { clock: () => now });
    const { one, peer, node } = test;
    const field = concat([Uint8Array.of(0x1a), varint(0)]);
    const message = concat(Array.from({ length: bitswapLimits.messageFields }, () => field));
    const want = encode({ wants: [{ cid: MISSING.root.bytes, tellMissing: true }] });
    /** Whether the want behind such a message is answered, or the stream ended. */
    const isTaken = async () => {
      const before = presencesOf(peer).length;
      const stream = await peer.open(node);
      let isEnded = false;
      stream.addEventListener("close", () => isEnded = true);
      stream.send(concat([varint(message.length), message, varint(want.length), want]));
      await until("it is over", () => isEnded || presencesOf(peer).length > before);
      return !isEnded;
    };
    let taken = 0;
    while (await isTaken()) taken += 1;
    assert.ok(taken <= 1 + bitswapLimits.senderFields.burst / bitswapLimits.messageFields);
    await using honest = await startBitswapPeer();
    await honest.connect(one.network.addresses()[0] ?? "");
    await honest.send(node, { wants: [{ cid: HELLO.root.bytes }] });
    await until("the honest peer has its block", () => blocksOf(honest).length === 1);
  },
);

Deno.test(
  "a message that is too large, or garbage, ends its stream and nothing else",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp([HELLO]);
    const { peer, node } = test;
    const tooLarge = varint(bitswapLimits.questionBytes + 1);
    const garbage = concat([varint(4), new Uint8Array([0xff, 0xff, 0xff, 0xff])]);
    const endless = new Uint8Array(16).fill(0xff);
    for (const bytes of [tooLarge, garbage, endless]) {
      const stream = await peer.open(node);
      const ended = new Promise((resolve) => stream.addEventListener("close", resolve));
      stream.send(bytes);
      await ended;
    }
    await peer.send(node, { wants: [{ cid: HELLO.root.bytes }] });
    await until("the block has come", () => blocksOf(peer).length === 1);
  },
);

Deno.test("several messages come on one stream, in any pieces", LIBP2P_TEST, async () => {
  await using test = await setUp([HELLO, SECRET]);
  const { peer, node } = test;
  const messages = [HELLO, SECRET].map(({ root }) => encode({ wants: [{ cid: root.bytes }] }));
  const bytes = concat(messages.flatMap((message) => [varint(message.length), message]));
  const stream = await peer.open(node);
  for (const byte of bytes) stream.send(Uint8Array.of(byte));
  await until("both have come", () => blocksOf(peer).length === 2);
});

Deno.test("unwanted blocks are dropped, counted, and never kept", LIBP2P_TEST, async () => {
  await using test = await setUp([]);
  const { one, peer, node } = test;
  const data = new TextEncoder().encode("hello");
  const prefix = new Uint8Array([1, 0x55, 0x12, 32]);
  await peer.send(node, { blocks: [{ prefix, data }] });
  await until("it is counted", () => counters(one).unaskedBlocks === 1);
  const broken = new Uint8Array(12).fill(0xff);
  await peer.send(node, { blocks: [{ prefix: broken, data }] });
  await until("that one is counted", () => counters(one).unaskedBlocks === 2);
  assert.equal(await one.node.blocks.has(HELLO.root), false);
  assert.equal(counters(one).receivedBlocks, 0);
  assert.deepEqual(peer.received.flatMap(wanted), []);
});
