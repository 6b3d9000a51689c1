import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { networkTimes } from "../../../resolver/network/times.ts";
import {
  type BitswapBehaviour,
  prefixOf,
  startBitswapPeer,
  wanted,
} from "../../support/bitswap_peer.ts";
import { type Blocks, rawTree } from "../../support/blocks.ts";
import { CALL } from "../../support/content.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { patterned } from "../../support/source_files.ts";

const HELLO = await rawTree(new TextEncoder().encode("hello"));
const LARGE = await rawTree(patterned(contentLimits.blockBytes));
const TOO_LARGE = await rawTree(patterned(contentLimits.blockBytes + 1));
const MISSING = await rawTree(new Uint8Array([1]));

/** A node, and peers with these manners that it is connected to. */
async function setUp(...behaviours: readonly BitswapBehaviour[]) {
  await using cleanUp = new AsyncDisposableStack();
  const one = cleanUp.use(await startNetworkNode({ network: { times: networkTimes } }));
  const peers = [];
  for (const behave of behaviours) {
    const peer = cleanUp.use(await startBitswapPeer(behave));
    await one.network.connect(peer.address, { ...CALL, trusted: true });
    peers.push(peer);
  }
  const { content } = one.network;
  const identified = () => one.network.peers().filter(({ addresses }) => addresses.length > 0);
  await until("all are known", () => identified().length === behaviours.length);
  const stack = cleanUp.move();
  return { one, peers, content, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Gives what it has, and says what it has not; `change` may alter the data. */
function holding(blocks: Blocks, change = (data: Uint8Array) => data): BitswapBehaviour {
  return ({ wants = [] }, from, peer) => {
    const asked = wants.filter(({ cancel }) => !cancel).map(({ cid, have }) => {
      const name = CID.decode(cid);
      return { cid, have, name, data: blocks.get(name.toV1().toString()) };
    });
    const sent = asked.flatMap(({ have, name, data }) =>
      have || data === undefined ? [] : [{ prefix: prefixOf(name), data: change(data) }]
    );
    const presences = asked.filter(({ have, data }) => have || data === undefined)
      .map(({ cid, data }) => ({ cid, has: data !== undefined }));
    if (asked.length > 0) peer.send(from, { blocks: sent, presences }).catch(() => {});
  };
}

const silent: BitswapBehaviour = () => {};

/** Says that it has everything, and gives nothing. */
const boasting: BitswapBehaviour = ({ wants = [] }, from, peer) => {
  const presences = wants.filter(({ cancel }) => !cancel).map(({ cid }) => ({ cid, has: true }));
  if (presences.length > 0) peer.send(from, { presences }).catch(() => {});
};

Deno.test("a block comes from the peer that says it has it, up to 2 MiB", LIBP2P_TEST, async () => {
  await using test = await setUp(
    holding(new Map()),
    holding(new Map([...HELLO.blocks, ...LARGE.blocks])),
  );
  const hello = await test.content.block(HELLO.root, CALL);
  assert.equal(new TextDecoder().decode(hello ?? undefined), "hello");
  assert.equal((await test.content.block(LARGE.root, CALL))?.length, contentLimits.blockBytes);
});

Deno.test(
  "whoever gave a block is asked for the next one without a question before",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp(
      holding(new Map()),
      holding(new Map([...HELLO.blocks, ...LARGE.blocks])),
    );
    const [other, useful] = test.peers;
    await test.content.block(HELLO.root, CALL);
    await test.content.block(LARGE.root, CALL);
    assert.deepEqual(other?.received.flatMap(wanted), [HELLO.root.toString()]);
    const asked = useful?.received.flatMap(({ wants = [] }) => wants) ?? [];
    assert.deepEqual(
      asked.filter(({ cancel }) => !cancel).map(({ have }) => have),
      [true, false, false],
    );
  },
);

Deno.test("nobody has it, and says so: null", LIBP2P_TEST, async () => {
  await using test = await setUp(holding(new Map()), holding(new Map()));
  assert.equal(await test.content.block(MISSING.root, CALL), null);
});

Deno.test("nobody is there to be asked: null", LIBP2P_TEST, async () => {
  await using test = await setUp();
  assert.equal(await test.content.block(MISSING.root, CALL), null);
});

Deno.test("a peer that never answers is a failure, and no null", LIBP2P_TEST, async () => {
  await using test = await setUp(silent);
  await assert.rejects(test.content.block(HELLO.root, CALL), { name: "UnavailableError" });
});

Deno.test(
  "one that is silent, one that boasts and one that forges keep nobody from the block",
  LIBP2P_TEST,
  async () => {
    const forging = holding(HELLO.blocks, (data) => data.map((byte) => byte ^ 1));
    await using test = await setUp(silent, boasting, forging, holding(HELLO.blocks));
    const hello = await test.content.block(HELLO.root, CALL);
    assert.equal(new TextDecoder().decode(hello ?? undefined), "hello");
  },
);

Deno.test("a forged block is not handed on, and is counted", LIBP2P_TEST, async () => {
  await using test = await setUp(holding(HELLO.blocks, (data) => data.map((byte) => byte ^ 1)));
  await assert.rejects(test.content.block(HELLO.root, CALL), { name: "UnavailableError" });
  assert.equal(test.content.counters().unaskedBlocks, 1);
  assert.equal(test.content.counters().receivedBlocks, 0);
  assert.equal(await test.one.node.blocks.has(HELLO.root), false);
});

Deno.test(
  "a block whose prefix is broken is no block, and does nothing else",
  LIBP2P_TEST,
  async () => {
    const prefix = new Uint8Array(12).fill(0xff);
    const broken: BitswapBehaviour = (message, from, peer) => {
      const blocks = wanted(message).map(() => ({ prefix, data: new Uint8Array(5) }));
      if (blocks.length > 0) peer.send(from, { blocks }).catch(() => {});
    };
    await using test = await setUp(broken, holding(HELLO.blocks));
    assert.equal((await test.content.block(HELLO.root, CALL))?.length, 5);
    assert.equal(test.content.counters().unaskedBlocks, 1);
  },
);

Deno.test("a block of more than 2 MiB is refused for its size", LIBP2P_TEST, async () => {
  await using test = await setUp(holding(TOO_LARGE.blocks));
  await assert.rejects(test.content.block(TOO_LARGE.root, CALL), { reason: "too-large" });
});

Deno.test(
  "a caller who leaves is gone at once, and the wants are cancelled on the wire",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp(silent);
    const [peer] = test.peers;
    const leaver = new AbortController();
    const asking = test.content.block(HELLO.root, leaver);
    await until("it is wanted", () => peer?.received.flatMap(wanted).length === 1);
    leaver.abort();
    await assert.rejects(asking, { name: "AbortError" });
    await until(
      "it is cancelled",
      () => peer?.received.some(({ wants = [] }) => wants.some(({ cancel }) => cancel)) === true,
    );
  },
);

Deno.test("a peer that leaves is a failure at once", LIBP2P_TEST, async () => {
  await using test = await setUp(silent);
  const [peer] = test.peers;
  const asking = assert.rejects(test.content.block(HELLO.root, CALL), { name: "UnavailableError" });
  await until("it is wanted", () => peer?.received.flatMap(wanted).length === 1);
  await peer?.libp2p.stop();
  await asking;
});

Deno.test("nothing that comes is written to the node's own blocks", LIBP2P_TEST, async () => {
  await using test = await setUp(holding(HELLO.blocks));
  await test.content.block(HELLO.root, CALL);
  assert.equal(await test.one.node.blocks.has(HELLO.root), false);
});
