import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { RAW } from "../../../resolver/content/cid.ts";
import type { VerifiedFolder } from "../../../resolver/content/content.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { concatenate } from "../../../resolver/content/verified.ts";
import type { Call, DagRequest } from "../../../resolver/contracts.ts";
import { ContentWrongError, PathNotFoundError } from "../../../resolver/errors.ts";
import {
  type FakeSource,
  fakeSource,
  folderTree,
  holding,
  rawTree,
  type Tree,
} from "../../support/blocks.ts";
import { sourceBlocks } from "../../support/cars.ts";
import { CALL, readerOver, rejection } from "../../support/content.ts";
import { unixfsNode } from "../../support/unixfs.ts";

async function openFolder(tree: Tree, limits = contentLimits) {
  const source = fakeSource("peer", holding(tree.blocks));
  const folder = await readerOver([source], { limits }).open(tree.root, "", CALL);
  if (folder.kind === "file") assert.fail("It is a file");
  return { folder, source };
}

async function textAt(folder: VerifiedFolder, path: string): Promise<string> {
  const file = await folder.find(path, CALL);
  if (file?.kind !== "file") assert.fail(`There is no file ${path}`);
  return new TextDecoder().decode(concatenate(await Array.fromAsync(file.read(CALL))));
}

Deno.test("a picture of one block that is read whole comes with the way to it, in one trip", async () => {
  const tree = await folderTree({ "feed.xml": "feed", "media/a.jpg": "picture" });
  const single = fakeSource("peer", holding(tree.blocks));
  const ended = Promise.withResolvers<void>();
  let trips = 0;
  const source = {
    ...single,
    dag(_request: DagRequest, { signal }: Call) {
      trips += 1;
      signal.addEventListener("abort", () => ended.resolve());
      return Promise.resolve((async function* () {
        for (const block of sourceBlocks(tree.blocks)) yield await Promise.resolve(block);
        // It never says that this was all.
        await ended.promise;
      })());
    },
  };
  const file = await readerOver([source]).open(tree.root, "media/a.jpg", CALL, { whole: true });
  assert.ok(file.kind === "file");
  assert.equal(await file.size(CALL), 7);
  const text = new TextDecoder().decode(concatenate(await Array.fromAsync(file.read(CALL))));
  assert.equal(text, "picture");
  assert.equal(trips, 1);
  assert.deepEqual(single.asked, []);
  await ended.promise;
});

Deno.test("files and folders are found by their paths, and by nothing else", async () => {
  const { folder } = await openFolder(
    await folderTree({ "feed.xml": "feed", "media/größe ☂.txt": "rain", "media/a/b.txt": "deep" }),
  );
  assert.equal(await textAt(folder, "feed.xml"), "feed");
  assert.equal(await textAt(folder, "media/größe ☂.txt"), "rain");
  assert.equal(await textAt(folder, "media/a/b.txt"), "deep");
  const media = await folder.find("media", CALL);
  assert.equal(media?.kind, "folder");
  assert.equal(await textAt(media as VerifiedFolder, "a/b.txt"), "deep");
  const file = await folder.find("media/a/b.txt", CALL);
  assert.equal(file?.kind === "file" && file.name, "b.txt");

  const nowhere = [
    "",
    "/",
    "x",
    "feed.xml/x",
    "media/",
    "/media",
    "media//a",
    "../x",
    ".",
    "media/a/b.txt/c",
  ];
  for (const path of nowhere) assert.equal(await folder.find(path, CALL), null, path);
});

Deno.test("looking a file up loads the folders on the way, and not its data", async () => {
  const { folder, source } = await openFolder(await folderTree({ "a/b/picture.jpg": "bytes" }));
  await folder.find("a/b/picture.jpg", CALL);
  assert.equal(source.asked.length, 3);
});

Deno.test("folders that are spread over shards are searched, whatever their fan-out", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 700 }, (_, index) => [`picture ${index}.jpg`, `content ${index}`]),
  );
  for (const shardFanoutBits of [3, 4, 5, 8, 10]) {
    const tree = await folderTree(files, { shardSplitThresholdBytes: 0, shardFanoutBits });
    const { folder, source } = await openFolder(tree);
    for (const [path, text] of Object.entries(files)) {
      assert.equal(await textAt(folder, path), text);
    }
    assert.equal(await folder.find("picture 700.jpg", CALL), null);
    assert.equal(await folder.find("00", CALL), null);
    assert.ok(source.asked.length <= tree.blocks.size);
  }
});

Deno.test("a name is found in a shard with one block a level", async () => {
  const files = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`${n}`, "x"]));
  const { folder, source } = await openFolder(
    await folderTree(files, { shardSplitThresholdBytes: 0 }),
  );
  await folder.find("1234", CALL);
  assert.ok(source.asked.length <= 4, `${source.asked.length} blocks`);
});

Deno.test("shards that lead to each other's prefix for ever end with the hash", async () => {
  let tree = await unixfsNode({
    type: "hamt-sharded-directory",
    data: new Uint8Array(1),
    fanout: 2,
  });
  for (let level = 0; level < 70; level++) {
    const links = [{ name: "0", cid: tree.root }, { name: "1", cid: tree.root }];
    tree = await unixfsNode(
      { type: "hamt-sharded-directory", data: new Uint8Array(1), fanout: 2, links },
      tree.blocks,
    );
  }
  const { folder, source } = await openFolder(tree);
  assert.equal(await folder.find("name", CALL), null);
  assert.equal(source.asked.length, 65);
});

Deno.test("a shard that holds something else in a shard's place is refused", async () => {
  const file = await unixfsNode({ data: new Uint8Array(1) });
  const links = ["0", "1"].map((name) => ({ name, cid: file.root }));
  const { folder } = await openFolder(
    await unixfsNode(
      { type: "hamt-sharded-directory", data: new Uint8Array(1), fanout: 2, links },
      file.blocks,
    ),
  );
  await rejection(folder.find("name", CALL), ContentWrongError);
});

Deno.test("paths have a bound on their parts, their length and the blocks that they load", async () => {
  const deep = Array.from({ length: 40 }, (_, level) => `${level}`).join("/");
  const { folder } = await openFolder(await folderTree({ [`${deep}/x`]: "deep", "y": "near" }));
  assert.equal(await folder.find(`${deep}/x`, CALL), null);
  assert.equal(await folder.find("y".repeat(contentLimits.pathCharacters + 1), CALL), null);

  const limits = { ...contentLimits, lookupBlocks: 3 };
  const near = await openFolder(await folderTree({ "a/b/c/d/e": "far" }), limits);
  const error = await rejection(near.folder.find("a/b/c/d/e", CALL), ContentWrongError);
  assert.match(error.message, /3 blocks/);
});

Deno.test("links to what this gateway does not read are refused when they are followed", async () => {
  const leaf = await rawTree(new Uint8Array(1));
  const inline = CID.createV1(RAW, identity.digest(new TextEncoder().encode("inline")));
  const folder = await unixfsNode({
    type: "directory",
    links: [
      { name: "cbor", cid: CID.createV1(0x71, leaf.root.multihash) },
      { name: "inline.txt", cid: inline },
    ],
  });
  const opened = await openFolder(folder);
  await rejection(opened.folder.find("cbor", CALL), ContentWrongError);
  assert.equal(await textAt(opened.folder, "inline.txt"), "inline");
});

Deno.test("what is not there is a path that is not found", async () => {
  const tree = await folderTree({ "feed.xml": "feed" });
  const reader = readerOver([fakeSource("peer", holding(tree.blocks))]);
  await rejection(reader.open(tree.root, "nothing.jpg", CALL), PathNotFoundError);
  await rejection(reader.open(tree.root, "feed.xml/more", CALL), PathNotFoundError);
  const leaf = await rawTree(new Uint8Array(1));
  const source: FakeSource = fakeSource("peer", holding(leaf.blocks));
  await rejection(readerOver([source]).open(leaf.root, "a/b", CALL), PathNotFoundError);
  assert.deepEqual(source.asked, []);
});

Deno.test("a file's own CID followed by one name is that file, under that name", async () => {
  const leaf = await rawTree(new Uint8Array(1));
  const reader = readerOver([fakeSource("peer", holding(leaf.blocks))]);
  const file = await reader.open(leaf.root, "cat.jpg", CALL);
  assert.equal(file.kind, "file");
  assert.equal(file.kind === "file" && file.name, "cat.jpg");
});
