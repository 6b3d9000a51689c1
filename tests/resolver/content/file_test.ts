import fc from "fast-check";
import assert from "node:assert/strict";
import { balanced, trickle } from "ipfs-unixfs-importer/layout";
import { CID } from "multiformats/cid";
import type { VerifiedContent, VerifiedFile } from "../../../resolver/content/content.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import { concatenate } from "../../../resolver/content/verified.ts";
import {
  fakeSource,
  fileTree,
  forging,
  holding,
  rawTree,
  type Tree,
} from "../../support/blocks.ts";
import { settled } from "../../support/clock.ts";
import { CALL, readerOver, rejection } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";
import { dagPbNode, unixfsNode } from "../../support/unixfs.ts";

async function openFile(tree: Tree, limits = contentLimits): Promise<VerifiedFile> {
  const file = await readerOver([fakeSource("peer", holding(tree.blocks))], { limits })
    .open(tree.root, "", CALL);
  if (file.kind === "folder") assert.fail("It is a folder");
  return file;
}

async function bytesOf(pieces: AsyncIterable<VerifiedContent>): Promise<VerifiedContent> {
  return concatenate(await Array.fromAsync(pieces));
}

Deno.test("any file in any shape is read whole and by range, byte for byte", async () => {
  const shapes = fc.record({
    size: fc.integer({ min: 0, max: 20_000 }),
    chunkBytes: fc.integer({ min: 100, max: 3_000 }),
    maxChildrenPerNode: fc.integer({ min: 2, max: 5 }),
    isTrickle: fc.boolean(),
    rawLeaves: fc.boolean(),
    leafType: fc.constantFrom("file" as const, "raw" as const),
    cidVersion: fc.constantFrom(0 as const, 1 as const),
    cuts: fc.tuple(fc.nat(20_000), fc.nat(20_000)),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ size, cuts, isTrickle, maxChildrenPerNode, ...shape }) => {
      const bytes = patterned(size);
      const layout = isTrickle ? trickle({ maxChildrenPerNode }) : balanced({ maxChildrenPerNode });
      const file = await openFile(await fileTree(bytes, { ...shape, layout }));
      assert.equal(await file.size(CALL), size);
      assert.deepEqual(await bytesOf(file.read(CALL)), bytes);
      const [start = 0, end = 0] = cuts.toSorted((a, b) => a - b);
      assert.deepEqual(await bytesOf(file.read(CALL, { start, end })), bytes.subarray(start, end));
    }),
    { numRuns: 60 },
  );
});

Deno.test("a range loads the blocks that hold it, and the nodes above them", async () => {
  const tree = await fileTree(patterned(100 * 1_024));
  const source = fakeSource("peer", holding(tree.blocks));
  const file = await readerOver([source]).open(tree.root, "", CALL) as VerifiedFile;
  await bytesOf(file.read(CALL, { start: 50_000, end: 50_001 }));
  assert.equal(source.asked.length, 2);
});

Deno.test("a file's first block is loaded once, however often the file is read", async () => {
  const { root, blocks } = await rawTree(patterned(3_000));
  const source = fakeSource("peer", holding(blocks));
  const limits = { ...contentLimits, cacheBytes: 1_000 };
  const file = await readerOver([source], { limits }).open(root, "", CALL);
  assert.ok(file.kind === "file");
  for (let time = 0; time < 3; time++) assert.equal((await bytesOf(file.read(CALL))).length, 3_000);
  assert.deepEqual(source.asked, [root.toString()]);
});

Deno.test("a reader who stops holds a bounded number of blocks, and leaving stops the rest", async () => {
  const tree = await fileTree(patterned(100 * 1_024));
  const source = fakeSource("peer", holding(tree.blocks));
  const file = await readerOver([source]).open(tree.root, "", CALL) as VerifiedFile;
  const pieces = file.read(CALL)[Symbol.asyncIterator]();
  await pieces.next();
  await settled();
  const root = 1;
  assert.equal(source.asked.length, root + 1 + contentLimits.lookAhead);
  await pieces.return?.();

  const root2 = tree.blocks.get(tree.root.toString());
  const stalling = fakeSource(
    "peer",
    (cid) => cid.equals(tree.root) ? Promise.resolve(root2 ?? null) : new Promise(() => {}),
  );
  const file2 = await readerOver([stalling]).open(tree.root, "", CALL) as VerifiedFile;
  const visit = new AbortController();
  const waiting = bytesOf(file2.read(visit));
  await settled();
  visit.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  await settled();
  assert.equal(stalling.abandoned, stalling.asked.length - root);
});

Deno.test("a wrong or missing block in the middle ends the file there", async () => {
  const bytes = patterned(10 * 1_024);
  const tree = await fileTree(bytes);
  const victim = [...tree.blocks.keys()][5] ?? "";
  const kinds = [
    { bad: forging(tree.blocks), error: ContentWrongError },
    { bad: () => Promise.resolve(null), error: ContentUnreachableError },
  ];
  for (const { bad, error } of kinds) {
    const source = fakeSource(
      "peer",
      (cid, signal) => (cid.toString() === victim ? bad : holding(tree.blocks))(cid, signal),
    );
    const file = await readerOver([source]).open(tree.root, "", CALL) as VerifiedFile;
    const read: VerifiedContent[] = [];
    await rejection(
      (async () => {
        for await (const piece of file.read(CALL)) read.push(piece);
      })(),
      error,
    );
    assert.deepEqual(concatenate(read), bytes.subarray(0, 5 * 1_024));
  }
});

Deno.test("parts that are longer or shorter than their parent says are refused", async () => {
  const [a, b] = await Promise.all([rawTree(patterned(10)), rawTree(patterned(20, 2))]);
  const under = new Map([...a.blocks, ...b.blocks]);
  const links = [{ cid: a.root }, { cid: b.root }];
  // The sum is right: readers that only count bytes take this for a file of 30 bytes.
  for (const blockSizes of [[20, 10], [10, 19], [10, 21], [9, 20]]) {
    const file = await openFile(await unixfsNode({ blockSizes, links }, under));
    const error = await rejection(bytesOf(file.read(CALL)), ContentWrongError);
    assert.match(error.message, /not as long/);
  }
  const honest = await openFile(await unixfsNode({ blockSizes: [10, 20], links }, under));
  assert.equal((await bytesOf(honest.read(CALL))).length, 30);
});

Deno.test("what is no file is refused in words, not by an engine's error", async () => {
  const leaf = await rawTree(patterned(10));
  const folder = await unixfsNode({ type: "directory" });
  const cases: [Tree, RegExp][] = [
    [await dagPbNode(new Uint8Array([0xff, 0xff, 0xff])), /no UnixFS/],
    [await dagPbNode(new Uint8Array([8, 99])), /no UnixFS/],
    [await dagPbNode(new Uint8Array()), /no UnixFS/],
    [await unixfsNode({ type: "symlink", data: patterned(4) }), /symbolic link/],
    [await unixfsNode({ type: "metadata" }), /neither/],
    [await unixfsNode({ links: [{ cid: leaf.root }] }), /do not match/],
    [await unixfsNode({ blockSizes: [1, 2] }), /do not match/],
    [
      await unixfsNode({ type: "hamt-sharded-directory", data: new Uint8Array(1), fanout: 7 }),
      /form/,
    ],
    [await unixfsNode({ type: "hamt-sharded-directory", data: new Uint8Array(1) }), /form/],
    [
      await unixfsNode({ type: "hamt-sharded-directory", data: new Uint8Array(1), fanout: 4_096 }),
      /form/,
    ],
  ];
  for (const [tree, message] of cases) {
    const error = await rejection(openFile(tree), ContentWrongError);
    assert.match(error.message, message);
  }
  const garbage = patterned(500);
  const named = CID.createV1(0x70, (await rawTree(garbage)).root.multihash);
  const tree = { root: named, blocks: new Map([[named.toString(), garbage]]) };
  assert.match((await rejection(openFile(tree), ContentWrongError)).message, /no UnixFS/);

  const parent = await unixfsNode(
    { blockSizes: [5], links: [{ cid: folder.root }] },
    folder.blocks,
  );
  const file = await openFile(parent);
  const error = await rejection(bytesOf(file.read(CALL)), ContentWrongError);
  assert.match(error.message, /folder/);
});

Deno.test("a chain of nodes that is too deep is refused", async () => {
  let tree = await rawTree(patterned(1));
  for (let level = 0; level < contentLimits.fileDepth + 1; level++) {
    tree = await unixfsNode({ blockSizes: [1], links: [{ cid: tree.root }] }, tree.blocks);
  }
  const file = await openFile(tree);
  assert.match((await rejection(bytesOf(file.read(CALL)), ContentWrongError)).message, /levels/);
});

Deno.test("a node that repeats one block without end is stopped by size and by number", async () => {
  const leaf = await rawTree(patterned(1_000));
  const links = Array.from({ length: 1_000 }, () => ({ cid: leaf.root }));
  const sizes = (size: number) => links.map(() => size);
  const million = await unixfsNode({ blockSizes: sizes(1_000), links }, leaf.blocks);
  const limits = { ...contentLimits, fileBytes: 999_999 };
  const large = await openFile(million, limits);
  assert.match(
    (await rejection(large.size(CALL), ContentWrongError)).message,
    /larger than 999999/,
  );

  const many = await openFile(million, { ...contentLimits, readBlocks: 100 });
  assert.match(
    (await rejection(bytesOf(many.read(CALL)), ContentWrongError)).message,
    /100 blocks/,
  );
});

Deno.test("a node with too many links is refused before they are decoded", async () => {
  const leaf = await rawTree(patterned(1));
  for (const [count, isRefused] of [[contentLimits.nodeLinks, false], [40_000, true]] as const) {
    const links = Array.from({ length: count }, () => ({ cid: leaf.root }));
    const tree = await unixfsNode({ blockSizes: links.map(() => 1), links }, leaf.blocks);
    if (isRefused) {
      assert.match((await rejection(openFile(tree), ContentWrongError)).message, /8192 links/);
    } else assert.equal(await (await openFile(tree)).size(CALL), count);
  }
});

Deno.test("parts that hold nothing are never loaded", async () => {
  const missing = await rawTree(new Uint8Array());
  const file = await openFile(
    await unixfsNode({ data: patterned(3), blockSizes: [0], links: [{ cid: missing.root }] }),
  );
  assert.deepEqual(await bytesOf(file.read(CALL)), patterned(3));
});
