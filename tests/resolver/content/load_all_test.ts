import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { Keeping } from "../../../resolver/content/tally.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  PathNotFoundError,
} from "../../../resolver/errors.ts";
import {
  type Behaviour,
  type Blocks,
  fakeSource,
  fileTree,
  folderTree,
  holding,
  rawTree,
  silent,
  type Tree,
} from "../../support/blocks.ts";
import { CALL, readerOver, rejection } from "../../support/content.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";
import { dagPbNode, unixfsNode } from "../../support/unixfs.ts";

const FEED = "<rss/>";

/** Keeps in memory, and counts bytes as they are. */
function keepingIn(kept: Blocks, options: Partial<Keeping> = {}): Keeping {
  return {
    maxBytes: 1_000_000,
    takes: (length) => length,
    held: (cid) => kept.get(cid.toString())?.length ?? null,
    pin: (cid) => Promise.resolve(kept.has(cid.toString())),
    keep: (cid, block) => Promise.resolve(void kept.set(cid.toString(), block)),
    ...options,
  };
}

async function load(
  root: CID,
  behaviour: Behaviour,
  { kept = new Map(), limits = contentLimits, signal = CALL.signal, ...options }:
    & { kept?: Blocks; limits?: typeof contentLimits; signal?: AbortSignal }
    & Partial<Keeping> = {},
) {
  const source = fakeSource("peer", behaviour);
  const reader = readerOver([source], { limits });
  const pointer = await verifiedPointer(makeSigner(), { cid: root.toString() });
  const { holds, ...loaded } = await reader.loadAll(pointer, keepingIn(kept, options), { signal });
  return { loaded, holds, kept, source };
}

function sizeOf({ blocks }: { blocks: Blocks }): number {
  return [...blocks.values()].reduce((sum, { length }) => sum + length, 0);
}

async function assertWhole(tree: Tree): Promise<void> {
  const { loaded, holds, kept } = await load(tree.root, holding(tree.blocks));
  assert.ok([...tree.blocks.keys()].every((cid) => holds(CID.parse(cid))));
  assert.deepEqual(loaded, {
    outcome: "whole",
    blocks: tree.blocks.size,
    bytes: sizeOf(tree),
    cause: null,
  });
  assert.deepEqual(new Set(kept.keys()), new Set(tree.blocks.keys()));
}

Deno.test("a folder comes whole: the feed, pictures that nobody opened, folders in folders", async () => {
  await assertWhole(
    await folderTree({
      "feed.xml": FEED,
      "a.jpg": patterned(700_000),
      "deep/er/b.jpg": patterned(3_000, 2),
      "again.jpg": patterned(700_000),
    }),
  );
});

Deno.test("a single raw block, a file in chunks, and a folder in shards come whole", async () => {
  await assertWhole(await rawTree(new TextEncoder().encode(FEED)));
  await assertWhole(await fileTree(patterned(20_000)));
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`picture-${i}.jpg`, `picture ${i}`] as const),
  );
  const shards = await folderTree({ "feed.xml": FEED, ...many }, { shardSplitThresholdBytes: 1 });
  await assertWhole(shards);
});

Deno.test("the feed is kept first, then the files in their order", async () => {
  const tree = await folderTree({ "a.jpg": "a", "feed.xml": FEED, "z.jpg": "z" });
  const { kept } = await load(tree.root, holding(tree.blocks), {
    limits: { ...contentLimits, keptAtOnce: 1 },
  });
  const texts = [...kept.values()].slice(1).map((bytes) => new TextDecoder().decode(bytes));
  assert.deepEqual(texts, [FEED, "a", "z"]);
});

Deno.test("what is kept already is not fetched again", async () => {
  const tree = await folderTree({ "feed.xml": FEED, "a.jpg": "a", "b.jpg": "b" });
  const b = await rawTree(new TextEncoder().encode("b"));
  const { loaded, source } = await load(tree.root, holding(tree.blocks), {
    kept: new Map(b.blocks),
  });
  assert.equal(loaded.outcome, "whole");
  assert.ok(!source.asked.includes(b.root.toString()));
});

Deno.test("a block that nobody has does not keep the others from coming; the next try completes", async () => {
  const tree = await folderTree({ "feed.xml": FEED, "a.jpg": "a", "b.jpg": "b", "c.jpg": "c" });
  const lost = await rawTree(new TextEncoder().encode("b"));
  const others = new Map(tree.blocks);
  others.delete(lost.root.toString());
  const { loaded, kept } = await load(tree.root, holding(others));
  assert.equal(loaded.outcome, "missing");
  assert.ok(loaded.cause instanceof ContentUnreachableError);
  assert.deepEqual(new Set(kept.keys()), new Set(others.keys()));

  const again = await load(tree.root, holding(tree.blocks), { kept });
  assert.equal(again.loaded.outcome, "whole");
  assert.equal(again.source.asked.filter((cid) => cid === lost.root.toString()).length, 1);
});

Deno.test("when very much is missing the rest is left for the next try", async () => {
  const files = Array.from({ length: 50 }, (_, i) => [`${i}.jpg`, `picture ${i}`] as const);
  const tree = await folderTree({ "feed.xml": FEED, ...Object.fromEntries(files) });
  const feed = await rawTree(new TextEncoder().encode(FEED));
  const root = tree.blocks.get(tree.root.toString());
  assert.ok(root);
  const { loaded, source } = await load(
    tree.root,
    holding(new Map([...feed.blocks, [tree.root.toString(), root]])),
    { limits: { ...contentLimits, keptFailures: 4, keptAtOnce: 2 } },
  );
  assert.equal(loaded.outcome, "missing");
  assert.ok(source.asked.length < 12, `${source.asked.length}`);
});

Deno.test("content over the limit is kept as far as it goes, the feed first", async () => {
  const tree = await folderTree({
    "a.jpg": patterned(5_000, 1),
    "b.jpg": patterned(5_000, 2),
    "feed.xml": FEED,
  });
  const { loaded, kept } = await load(tree.root, holding(tree.blocks), {
    maxBytes: 7_000,
    limits: { ...contentLimits, keptAtOnce: 1 },
  });
  assert.equal(loaded.outcome, "too-large");
  assert.equal(loaded.bytes, sizeOf({ blocks: kept }));
  const feed = await rawTree(new TextEncoder().encode(FEED));
  assert.ok(kept.has(feed.root.toString()));
  assert.equal(kept.size, 3);

  const none = await load(tree.root, holding(tree.blocks), { maxBytes: 10 });
  assert.deepEqual(none.loaded, { outcome: "too-large", blocks: 0, bytes: 0, cause: null });
});

Deno.test("more blocks than the limit, or a node that claims more than it may, end it", async () => {
  const files = Array.from({ length: 50 }, (_, i) => [`${i}.jpg`, `picture ${i}`] as const);
  const tree = await folderTree({ "feed.xml": FEED, ...Object.fromEntries(files) });
  const limits = { ...contentLimits, keptBlocks: 20 };
  const { loaded } = await load(tree.root, holding(tree.blocks), { limits });
  assert.equal(loaded.outcome, "too-large");
});

Deno.test("links to what nobody reads, symbolic links and strange nodes do not stop it", async () => {
  const feed = await rawTree(new TextEncoder().encode(FEED));
  const link = await unixfsNode({ type: "symlink", data: new TextEncoder().encode("feed.xml") });
  const strange = await dagPbNode(new Uint8Array([255, 255]));
  const tree = await unixfsNode({
    type: "directory",
    links: [
      { name: "cbor", cid: CID.createV1(0x71, feed.root.multihash) },
      { name: "feed.xml", cid: feed.root },
      { name: "inline", cid: CID.createV1(RAW, identity.digest(new Uint8Array(5))) },
      { name: "link", cid: link.root },
      { name: "strange", cid: strange.root },
      {
        name: "version 0",
        cid: strange.root.toV0(),
      },
    ],
  }, new Map([...feed.blocks, ...link.blocks, ...strange.blocks]));
  await assertWhole(tree);
});

Deno.test("without a feed that can be read there is nothing to keep", async () => {
  const noFeed = await folderTree({ "a.jpg": "a" });
  await rejection(load(noFeed.root, holding(noFeed.blocks)), ContentWrongError);
  await rejection(load(noFeed.root, holding(new Map())), ContentUnreachableError);
});

Deno.test("what the keeper throws ends it at once, and so does its caller", async () => {
  const tree = await folderTree({ "feed.xml": FEED, "a.jpg": "a", "b.jpg": "b" });
  const full = new Error("full");
  await assert.rejects(
    load(tree.root, holding(tree.blocks), { keep: () => Promise.reject(full) }),
    (error) => error === full,
  );
  const stop = new AbortController();
  const feed = await rawTree(new TextEncoder().encode(FEED));
  const held = holding(tree.blocks);
  const slow: Behaviour = (cid, signal) => {
    if (cid.equals(tree.root) || cid.equals(feed.root)) return held(cid, signal);
    stop.abort(new Error("left"));
    return silent(cid, signal);
  };
  await assert.rejects(load(tree.root, slow, { signal: stop.signal }), /left/);
});

/** What is kept of the file at a path. */
async function loadFile(tree: Tree, path: string, options: Partial<Keeping> = {}) {
  const kept: Blocks = new Map();
  const source = fakeSource("peer", holding(tree.blocks));
  const place = { root: tree.root, path };
  const { outcome } = await readerOver([source]).loadFile(place, keepingIn(kept, options), CALL);
  return { outcome, kept, source };
}

Deno.test("content is not whole because its caller left while some of it was at hand", async () => {
  const tree = await folderTree({
    "feed.xml": FEED,
    "a.jpg": patterned(50, 1),
    "b.jpg": patterned(50, 2),
  });
  const kept: Blocks = new Map();
  const leave = new AbortController();
  const keep: Keeping["keep"] = (cid, block) => {
    kept.set(cid.toString(), block);
    // The feed has been read; everything else would have to be fetched.
    if (block.length === FEED.length) leave.abort(new Error("The node is stopped"));
    return Promise.resolve();
  };
  const loading = load(tree.root, holding(tree.blocks), { kept, keep, signal: leave.signal });
  await assert.rejects(loading, /The node is stopped/);
  assert.equal(kept.size, 2);
});

Deno.test("a file comes whole, by its own CID with or without a name, and by a path with what leads to it", async () => {
  const file = await fileTree(patterned(5_000));
  for (const path of ["", "film.mp4"]) {
    const { outcome, kept } = await loadFile(file, path);
    assert.equal(outcome, "whole");
    assert.deepEqual(new Set(kept.keys()), new Set(file.blocks.keys()));
  }
  const archive = await folderTree({ "a/b.jpg": "b", "a/c.jpg": "c", "d.jpg": "d" });
  const { outcome, kept } = await loadFile(archive, "a/b.jpg");
  assert.equal(outcome, "whole");
  const left = await Promise.all(["c", "d"].map((text) => rawTree(new TextEncoder().encode(text))));
  for (const { root } of left) assert.ok(!kept.has(root.toString()));
  assert.equal(kept.size, archive.blocks.size - left.length);
});

Deno.test("a folder, a path that leads nowhere, and a file that says that it is too large are no file to keep", async () => {
  const archive = await folderTree({ "a/b.jpg": patterned(5_000) });
  await assert.rejects(loadFile(archive, "a"), ContentWrongError);
  await assert.rejects(loadFile(archive, "a/none.jpg"), PathNotFoundError);
  const file = await fileTree(patterned(5_000));
  const { outcome, kept } = await loadFile(file, "", { maxBytes: 4_000 });
  assert.equal(outcome, "too-large");
  assert.deepEqual([...kept.keys()], [file.root.toV1().toString()]);
});
