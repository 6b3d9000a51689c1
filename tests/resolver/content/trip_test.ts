import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { createTraffic, startTrip } from "../../../resolver/content/trip.ts";
import { bytesInMemory } from "../../../resolver/content/verified.ts";
import type { BlockSource, DagRequest, SourceBlock } from "../../../resolver/contracts.ts";
import { fileTree } from "../../support/blocks.ts";
import { sourceBlocks } from "../../support/cars.ts";
import { settled } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";

const TREE = await fileTree(patterned(20 * 1_024));
const BLOCKS = sourceBlocks(TREE.blocks);
const REQUEST: DagRequest = { root: TREE.root, scope: "all" };
const QUESTION = { ...CALL, onSign: () => {} };

function block(place: number): SourceBlock {
  return BLOCKS[place] ?? assert.fail(`There is no block ${place}`);
}

interface ScriptedSource extends BlockSource {
  /** How many blocks were taken from it. */
  sent: number;
  /** Whether whoever took them has left. */
  left: boolean;
}

/** Sends these blocks whenever the next one is wanted. */
function sending(blocks: Iterable<SourceBlock>): ScriptedSource {
  const source: ScriptedSource = {
    id: "scripted",
    sent: 0,
    left: false,
    get: () => Promise.resolve(null),
    dag: () => Promise.resolve(stream()),
  };
  async function* stream(): AsyncGenerator<SourceBlock> {
    try {
      for (const block of blocks) {
        source.sent += 1;
        yield await Promise.resolve(block);
      }
    } finally {
      source.left = true;
    }
  }
  return source;
}

function tripTo(
  source: BlockSource,
  limits: Partial<typeof contentLimits> = {},
  traffic = createTraffic(),
) {
  const end = new AbortController();
  const options = { limits: { ...contentLimits, ...limits }, traffic, signal: end.signal };
  return { trip: startTrip(source, REQUEST, options), end };
}

Deno.test("blocks are given in whatever order they come and are asked for", async () => {
  const { trip } = tripTo(sending([...BLOCKS].reverse()));
  for (const { cid, bytes } of BLOCKS) assert.equal(await trip.take(cid, QUESTION), bytes);
});

Deno.test("a block that does not come is null, before the end and after it", async () => {
  const { trip } = tripTo(sending(BLOCKS.slice(1)));
  const waiting = trip.take(block(0).cid, QUESTION);
  assert.equal(await trip.take(block(1).cid, QUESTION), block(1).bytes);
  assert.equal(await waiting, null);
  assert.equal(await trip.take(block(0).cid, QUESTION), null);
});

Deno.test("a source that has nothing, cannot be asked so, fails or breaks off gives null", async () => {
  async function* breaking(): AsyncGenerator<SourceBlock> {
    yield await Promise.resolve(block(1));
    throw new Error("The test's source breaks off");
  }
  const ways: Pick<BlockSource, "dag">[] = [
    {},
    { dag: () => Promise.resolve(null) },
    { dag: () => Promise.reject(new Error("The test's source fails")) },
    { dag: () => Promise.resolve(breaking()) },
  ];
  for (const way of ways) {
    const { trip } = tripTo({ id: "broken", get: () => Promise.resolve(null), ...way });
    assert.equal(await trip.take(block(0).cid, QUESTION), null);
  }
});

Deno.test("a source has to wait when nobody asks for what it sends", async () => {
  const source = sending(BLOCKS);
  const { trip } = tripTo(source, { tripBytes: 4 * bytesInMemory(block(0).bytes) });
  await settled();
  assert.equal(source.sent, 5);
  await trip.take(block(0).cid, QUESTION);
  await settled();
  assert.equal(source.sent, 6);
});

Deno.test("what all trips together have aside is bounded: more comes when somebody waits", async () => {
  const traffic = createTraffic();
  const limits = { tripsBytes: 3 * bytesInMemory(block(0).bytes) };
  const [first, second] = [sending(BLOCKS), sending(BLOCKS)];
  const firstTrip = tripTo(first, limits, traffic);
  await settled();
  const { trip } = tripTo(second, limits, traffic);
  await settled();
  assert.deepEqual([first.sent, second.sent], [4, 1]);
  for (const place of [0, 1, 2]) await trip.take(block(place).cid, QUESTION);
  await settled();
  assert.equal(second.sent, 3);
  firstTrip.end.abort();
  assert.equal(traffic.asideBytes, 0);
  await trip.take(block(3).cid, QUESTION);
  await settled();
  assert.equal(second.sent, 8);
});

Deno.test("whoever asks for a later block gets it, and what lay aside for longest is gone", async () => {
  const source = sending(BLOCKS);
  const { trip } = tripTo(source, { tripBytes: 4_096 });
  assert.equal(await trip.take(block(10).cid, QUESTION), block(10).bytes);
  assert.equal(await trip.take(block(9).cid, QUESTION), block(9).bytes);
  for (const { cid } of BLOCKS.slice(11)) assert.notEqual(await trip.take(cid, QUESTION), null);
  assert.equal(await trip.take(block(0).cid, QUESTION), null);
});

Deno.test("who asks again for what has come by does not wait for it, and takes nothing from others", async () => {
  const source = sending(BLOCKS);
  const { trip } = tripTo(source, { tripBytes: 4_096 });
  for (const { cid } of BLOCKS.slice(0, 5)) await trip.take(cid, QUESTION);
  assert.equal(await trip.take(block(1).cid, QUESTION), null);
  for (const { cid, bytes } of BLOCKS.slice(5)) assert.equal(await trip.take(cid, QUESTION), bytes);
});

Deno.test("the same block many times, and blocks that nobody wants, end the trip in time", async () => {
  const repeating = {
    *[Symbol.iterator]() {
      for (;;) yield block(0);
    },
  };
  const strangers = { [Symbol.iterator]: () => strange(block(0).bytes) };
  for (const blocks of [repeating, strangers]) {
    const source = sending(blocks);
    const { trip } = tripTo(source, { tripBytes: 4_096, tripWaste: 100 });
    assert.equal(await trip.take(block(7).cid, QUESTION), null);
    assert.ok(source.sent < 120, `${source.sent} blocks were read`);
    assert.ok(source.left);
  }
});

Deno.test("what lies in its own CID is in nobody's way, and does not come without end", async () => {
  const inside = {
    cid: CID.createV1(RAW, identity.digest(Uint8Array.of(1))),
    bytes: Uint8Array.of(1),
  };
  const limits = { tripBytes: 4_096, tripWaste: 3, readBlocks: 100 };
  const { trip } = tripTo(sending([...Array(50).fill(inside), block(0)]), limits);
  assert.equal(await trip.take(block(0).cid, QUESTION), block(0).bytes);

  const source = sending({
    *[Symbol.iterator]() {
      for (;;) yield inside;
    },
  });
  assert.equal(await tripTo(source, limits).trip.take(block(0).cid, QUESTION), null);
  assert.equal(source.sent, 101);
  assert.ok(source.left);
});

Deno.test("blocks without a byte in them cannot fill the memory", async () => {
  const source = sending({ [Symbol.iterator]: () => strange(new Uint8Array()) });
  const { trip } = tripTo(source);
  assert.equal(await trip.take(block(7).cid, QUESTION), null);
  assert.ok(source.sent < 3_000, `${source.sent} blocks were read`);
  assert.ok(source.left);
});

Deno.test("whoever waits is told when a block comes that somebody else waits for", async () => {
  const { trip } = tripTo(sending(BLOCKS.slice(0, 4)));
  let signs = 0;
  const waiting = [
    trip.take(block(0).cid, QUESTION),
    trip.take(block(2).cid, QUESTION),
    trip.take(block(3).cid, { ...CALL, onSign: () => signs++ }),
  ];
  await Promise.all(waiting);
  assert.equal(signs, 2);
});

Deno.test("who leaves alone leaves the trip to others; when the reading ends, the source is left", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const source: BlockSource = {
    id: "silent",
    get: () => Promise.resolve(null),
    dag: (_request, { signal }) => {
      signal.addEventListener("abort", () => resolve());
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  };
  const { trip, end } = tripTo(source);
  const leaver = new AbortController();
  const left = trip.take(block(0).cid, { signal: leaver.signal, onSign: () => {} });
  const staying = trip.take(block(0).cid, QUESTION);
  leaver.abort();
  await assert.rejects(left, { name: "AbortError" });
  end.abort();
  await promise;
  assert.equal(await staying, null);
});

/** 100,000 blocks that are none of the DAG's. */
function* strange(bytes: Uint8Array<ArrayBuffer>): Generator<SourceBlock> {
  for (const [place] of Array(100_000).entries()) {
    const digest = Uint8Array.from(block(0).cid.multihash.digest);
    new DataView(digest.buffer).setUint32(0, place);
    yield { cid: withDigest(block(0).cid, digest), bytes };
  }
}

function withDigest(cid: CID, digest: Uint8Array): CID {
  const bytes = cid.bytes.slice();
  bytes.set(digest, bytes.length - digest.length);
  return CID.decode(bytes);
}
