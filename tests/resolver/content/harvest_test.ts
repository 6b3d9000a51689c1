import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { startHarvest } from "../../../resolver/content/harvest.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { SourceBlock } from "../../../resolver/contracts.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import { folderTree, rawTree } from "../../support/blocks.ts";
import { sourceBlocks } from "../../support/cars.ts";
import { CALL } from "../../support/content.ts";
import { othersTurns } from "../../support/others_turns.ts";
import { patterned } from "../../support/source_files.ts";
import { unixfsNode } from "../../support/unixfs.ts";

const TREE = await folderTree({
  "feed.xml": "<rss/>",
  "a.jpg": patterned(2_000),
  "more/b.jpg": patterned(3_000, 2),
});
const BLOCKS = sourceBlocks(TREE.blocks);
const QUESTION = { ...CALL, onSign: () => {} };

function harvestOf(
  blocks: Iterable<SourceBlock>,
  limits: Partial<typeof contentLimits> = {},
  root = TREE.root,
) {
  const kept = new Map<string, number>();
  const harvest = startHarvest(
    root,
    () =>
      Promise.resolve((async function* () {
        for (const block of blocks) yield await Promise.resolve(block);
      })()),
    {
      limits: { ...contentLimits, ...limits },
      signal: CALL.signal,
      expect: () => {},
      keep: (cid, { length }) => void kept.set(cid.toString(), length),
    },
  );
  return { harvest, kept };
}

Deno.test("all of a DAG is kept, from the root down, from its leaves up, and in any order", async () => {
  const orders = [BLOCKS, [...BLOCKS].reverse(), [...BLOCKS.slice(2), ...BLOCKS.slice(0, 2)]];
  for (const order of orders) {
    const { harvest, kept } = harvestOf(order);
    for (const { cid, bytes } of BLOCKS) assert.deepEqual(await harvest.take(cid, QUESTION), bytes);
    await harvest.end;
    assert.deepEqual([...kept.keys()].sort(), [...TREE.blocks.keys()].sort());
  }
});

Deno.test("blocks that come twice, and blocks of others, are not kept", async () => {
  const other = sourceBlocks((await rawTree(patterned(99))).blocks);
  const { harvest, kept } = harvestOf([...other, ...BLOCKS, ...BLOCKS, ...other]);
  await harvest.end;
  assert.equal(kept.size, BLOCKS.length);
  assert.equal(kept.has(String(other[0]?.cid)), false);
});

Deno.test("a missing block is null to whoever waits; the others are there", async () => {
  const missing = BLOCKS.find(({ bytes }) => bytes.length === 2_000) ?? assert.fail();
  const { harvest, kept } = harvestOf(BLOCKS.filter((block) => block !== missing));
  assert.equal(await harvest.take(missing.cid, QUESTION), null);
  assert.equal(kept.size, BLOCKS.length - 1);
});

Deno.test("a wrong block ends it as a lie, for those who wait and those who come later", async () => {
  const forged = BLOCKS.map(({ cid, bytes }) => ({
    cid,
    bytes: bytes.length === 3_000 ? patterned(3_000, 5) : bytes,
  }));
  const { harvest } = harvestOf(forged);
  const victim = BLOCKS.find(({ bytes }) => bytes.length === 3_000) ?? assert.fail();
  await assert.rejects(harvest.take(victim.cid, QUESTION), ContentWrongError);
  await assert.rejects(harvest.take(victim.cid, QUESTION), ContentWrongError);
});

Deno.test("after its end nothing is kept or read, even from a sender that heeds no signal", async () => {
  const isRoot = ({ cid }: SourceBlock) => cid.equals(TREE.root);
  const [root = assert.fail()] = BLOCKS.filter(isRoot);
  const others = BLOCKS.filter((block) => !isRoot(block));
  // It ends with the root: before the blocks that waited for that one, and what the sender goes on with.
  for (const blocks of [[...others, root, root, root], [root, ...others], [root, root, root]]) {
    const end = new AbortController();
    const sender = heedless(blocks);
    const kept: string[] = [];
    const harvest = startHarvest(TREE.root, () => Promise.resolve(sender.blocks), {
      limits: contentLimits,
      signal: end.signal,
      expect: () => {},
      keep(cid) {
        kept.push(cid.toString());
        end.abort(new Error("It is over"));
      },
    });
    const [other = assert.fail()] = others;
    await assert.rejects(harvest.take(other.cid, QUESTION), /It is over/);
    await sender.left;
    assert.deepEqual(kept, [TREE.root.toString()]);
    assert.ok(sender.sent() <= blocks.indexOf(root) + 2);
  }
});

Deno.test("10,000 blocks too many end it", async () => {
  const { blocks, sent } = flood(10_000, new Uint8Array(1));
  const { harvest } = harvestOf(blocks, { harvestBytes: 100 });
  await assert.rejects(harvest.take(TREE.root, QUESTION), /does not belong/);
  assert.ok(sent() < 1_500);
});

Deno.test("blocks without a byte in them cannot fill the memory", async () => {
  const { blocks, sent } = flood(100_000, new Uint8Array());
  const { harvest } = harvestOf(blocks);
  await assert.rejects(harvest.take(TREE.root, QUESTION), /does not belong/);
  assert.ok(sent() < 35_000, `${sent()} blocks were read`);
});

/** A folder with these links comes behind the blocks. */
async function turnsOf(blocks: readonly SourceBlock[], links: readonly { cid: CID }[]) {
  const folder = await unixfsNode({ type: "directory", links });
  const { harvest, kept } = harvestOf(
    [...blocks, ...sourceBlocks(folder.blocks)],
    {},
    folder.root,
  );
  const turns = await othersTurns(() => harvest.end);
  assert.equal(kept.size, blocks.length + 1);
  return turns;
}

Deno.test("thousands of tiny blocks that waited for their root leave others their turn", async () => {
  const leaves = await Promise.all(
    Array.from({ length: 2_000 }, (_, place) => rawTree(new TextEncoder().encode(`${place}`))),
  );
  const links = leaves.map(({ root: cid }, place) => ({ name: `${place}`.padStart(4, "0"), cid }));
  const turns = await turnsOf(leaves.flatMap(({ blocks }) => sourceBlocks(blocks)), links);
  assert.ok(turns > 3, `${turns} turns`);
});

Deno.test("thousands of links in nodes that waited for their root leave others their turn", async () => {
  const { root: leaf } = await rawTree(patterned(1));
  const nodes = await Promise.all(Array.from({ length: 20 }, (_, place) => {
    const links = Array.from({ length: 2_000 }, () => ({ name: `${place}`, cid: leaf }));
    return unixfsNode({ type: "directory", links });
  }));
  const links = nodes.map(({ root: cid }) => ({ cid }));
  const turns = await turnsOf(nodes.flatMap(({ blocks }) => sourceBlocks(blocks)), links);
  assert.ok(turns > 20, `${turns} turns`);
});

Deno.test("nodes that link to more blocks than anybody reads end it", async () => {
  const leaf = await rawTree(patterned(1));
  const links = await Promise.all(Array.from({ length: 50 }, async (_, index) => ({
    name: String(index).padStart(2, "0"),
    cid: (await rawTree(patterned(1, index + 1))).root,
  })));
  const folder = await unixfsNode({ type: "directory", links }, leaf.blocks);
  const harvest = startHarvest(
    folder.root,
    () =>
      Promise.resolve((async function* () {
        yield* await Promise.resolve(sourceBlocks(folder.blocks));
      })()),
    {
      limits: { ...contentLimits, readBlocks: 40 },
      signal: CALL.signal,
      expect: () => {},
      keep: () => {},
    },
  );
  await harvest.end;
  await assert.rejects(harvest.take(leaf.root, QUESTION), /too many blocks/);
});

Deno.test("a folder with a symbolic link is kept like any other", async () => {
  const link = await unixfsNode({ type: "symlink", data: patterned(4) });
  const folder = await unixfsNode(
    { type: "directory", links: [{ name: "link", cid: link.root }] },
    link.blocks,
  );
  const kept: string[] = [];
  const harvest = startHarvest(
    folder.root,
    () =>
      Promise.resolve((async function* () {
        yield* await Promise.resolve(sourceBlocks(folder.blocks).reverse());
      })()),
    {
      limits: contentLimits,
      signal: CALL.signal,
      expect: () => {},
      keep: (cid) => kept.push(cid.toString()),
    },
  );
  await harvest.end;
  assert.equal(kept.length, 2);
});

/** Sends until nobody takes any more. */
function heedless(blocks: readonly SourceBlock[]) {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  async function* send(): AsyncGenerator<SourceBlock> {
    try {
      for (const block of blocks) {
        sent += 1;
        yield await Promise.resolve(block);
      }
    } finally {
      resolve();
    }
  }
  return { blocks: send(), sent: () => sent, left };
}

/** Blocks that are none of the DAG's. */
function flood(size: number, bytes: Uint8Array<ArrayBuffer>) {
  const [some = assert.fail()] = BLOCKS;
  let sent = 0;
  function* blocks(): Generator<SourceBlock> {
    for (; sent < size; sent++) {
      const cid = some.cid.bytes.slice();
      new DataView(cid.buffer).setUint32(cid.length - 4, sent);
      yield { cid: CID.decode(cid), bytes };
    }
  }
  return { blocks: blocks(), sent: () => sent };
}
