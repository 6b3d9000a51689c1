import assert from "node:assert/strict";
import { CarReader } from "@ipld/car";
import {
  fakeSource,
  fileTree,
  folderTree,
  holding,
  rawTree,
  type Tree,
} from "../../support/blocks.ts";
import { readerOver } from "../../support/content.ts";
import { ipfsApp } from "../../support/ipfs_app.ts";
import { patterned } from "../../support/source_files.ts";
import { unixfsNode } from "../../support/unixfs.ts";

const VIDEO = patterned(20 * 1_024);
const FILE = await fileTree(VIDEO);
const FOLDER = await folderTree({
  "feed.xml": "<rss/>",
  "media/a.jpg": patterned(900),
  "media/b.jpg": patterned(800, 2),
});
const SHARDED = await folderTree(
  Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}.txt`, `${index}`])),
  { shardSplitThresholdBytes: 0 },
);

/** The routes over a machine that holds these trees, and a peer that is never asked. */
function appOver(...trees: Tree[]) {
  const blocks = new Map(trees.flatMap((tree) => [...tree.blocks]));
  const peer = fakeSource("peer", () => assert.fail("Somebody else was asked"));
  return ipfsApp(readerOver([fakeSource("local", holding(blocks), true), peer]));
}

async function carAt(app: ReturnType<typeof appOver>, path: string) {
  const response = await app.request(path);
  assert.equal(response.status, 200, path);
  const reader = await CarReader.fromBytes(await response.bytes());
  const blocks = [];
  for await (const { cid } of reader.blocks()) blocks.push(cid.toString());
  return { blocks, roots: (await reader.getRoots()).map(String), response };
}

Deno.test("a DAG is given whole as CAR, each block once, and its headers say what it is", async () => {
  const app = appOver(FILE, FOLDER);
  for (const tree of [FILE, FOLDER]) {
    const { blocks, roots, response } = await carAt(app, `/ipfs/${tree.root}?format=car`);
    assert.deepEqual(roots, [tree.root.toString()]);
    assert.deepEqual(blocks.toSorted(), [...tree.blocks.keys()].sort());
    assert.equal(blocks[0], tree.root.toString());
    const { headers } = response;
    assert.equal(
      headers.get("Content-Type"),
      "application/vnd.ipld.car; version=1; order=dfs; dups=n",
    );
    assert.match(headers.get("Cache-Control") ?? "", /immutable/);
    assert.match(headers.get("Content-Disposition") ?? "", /^attachment; filename=".*\.car"/);
    assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
    const etag = headers.get("ETag") ?? "";
    assert.match(etag, /^W\//);
    const again = await app.request(`/ipfs/${tree.root}?format=car`, {
      headers: { "If-None-Match": etag },
    });
    assert.equal(again.status, 304);
  }
});

Deno.test("the header alone asks for it as well, and HEAD sends no body", async () => {
  const headers = { Accept: "application/vnd.ipld.car;version=1;order=dfs;dups=n" };
  const response = await appOver(FILE).request(`/ipfs/${FILE.root}`, { headers });
  assert.match(response.headers.get("Content-Type") ?? "", /^application\/vnd\.ipld\.car/);
  await response.body?.cancel();
  const head = await appOver(FILE).request(`/ipfs/${FILE.root}?format=car`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal((await head.bytes()).length, 0);
});

Deno.test("a scope takes the one block, the entity, or all under it", async () => {
  const app = appOver(FOLDER, SHARDED);
  const count = async (tree: Tree, query: string) =>
    (await carAt(app, `/ipfs/${tree.root}?format=car&${query}`)).blocks.length;
  assert.equal(await count(FOLDER, "dag-scope=block"), 1);
  assert.equal(await count(FOLDER, "dag-scope=entity"), 1);
  assert.equal(await count(FOLDER, "dag-scope=all"), FOLDER.blocks.size);
  const shards = [...SHARDED.blocks].filter(([cid]) => cid.startsWith("bafy")).length;
  assert.ok(shards > 10);
  assert.equal(await count(SHARDED, "dag-scope=entity"), shards);
  assert.equal(await count(SHARDED, "dag-scope=all"), SHARDED.blocks.size);
});

Deno.test("of a path come the blocks on the way and what lies at its end", async () => {
  const app = appOver(FOLDER, SHARDED);
  const path = `/ipfs/${FOLDER.root}/media/a.jpg?format=car&dag-scope=entity`;
  const { blocks, roots } = await carAt(app, path);
  assert.equal(blocks.length, 3);
  assert.equal(blocks[0], FOLDER.root.toString());
  assert.deepEqual(roots, [blocks[2]]);
  const shard = await carAt(app, `/ipfs/${SHARDED.root}/42.txt?format=car`);
  assert.ok(shard.blocks.length >= 3);
  const nothing = await app.request(`/ipfs/${FOLDER.root}/media/c.jpg?format=car`);
  assert.equal(nothing.status, 404);
  assert.match((await nothing.json()).type, /path-not-found/);
});

Deno.test("of a file come the blocks of a range, from its beginning or from its end", async () => {
  const app = appOver(FILE);
  const leaves = [...FILE.blocks].filter(([cid]) => cid.startsWith("bafk")).map(([cid]) => cid);
  const blocks = async (range: string) =>
    (await carAt(app, `/ipfs/${FILE.root}?format=car&dag-scope=entity&entity-bytes=${range}`))
      .blocks.slice(1);
  assert.deepEqual(await blocks("0:0"), leaves.slice(0, 1));
  assert.deepEqual(await blocks("1024:2047"), leaves.slice(1, 2));
  assert.deepEqual(await blocks("1023:1024"), leaves.slice(0, 2));
  assert.deepEqual(await blocks("18432:*"), leaves.slice(18));
  assert.deepEqual(await blocks("-1:*"), leaves.slice(19));
  assert.deepEqual(await blocks("0:-19457"), leaves.slice(0, 1));
  assert.deepEqual(await blocks("999999:*"), []);
  assert.deepEqual((await blocks("0:*")).length, 20);
});

Deno.test("a DAG with more ways through it than anybody can walk goes out in a moment", async () => {
  let tree = await rawTree(patterned(1));
  for (let level = 0; level < 60; level++) {
    const links = [{ name: "a", cid: tree.root }, { name: "b", cid: tree.root }];
    tree = await unixfsNode({ type: "directory", links }, tree.blocks);
  }
  const { blocks } = await carAt(appOver(tree), `/ipfs/${tree.root}?format=car`);
  assert.equal(blocks.length, 61);

  let file = await rawTree(patterned(1));
  for (let level = 0, size = 1; level < 30; level++, size *= 2) {
    const links = [{ cid: file.root }, { cid: file.root }];
    file = await unixfsNode({ blockSizes: [size, size], links }, file.blocks);
  }
  for (const range of ["0:*", "1:-2"]) {
    const path = `/ipfs/${file.root}?format=car&entity-bytes=${range}`;
    assert.equal((await carAt(appOver(file), path)).blocks.length, 31);
  }
});

Deno.test("what is not held is 404, and in the middle breaks the connection", async () => {
  const missing = await rawTree(patterned(1));
  const nothing = await appOver(FILE).request(`/ipfs/${missing.root}?format=car`);
  assert.equal(nothing.status, 404);
  assert.equal(nothing.headers.get("Cache-Control"), "no-store");
  assert.match((await nothing.json()).type, /block-not-held/);

  const blocks = new Map([...FILE.blocks].filter((_, index) => index !== 7));
  const partial = await appOver({ ...FILE, blocks }).request(`/ipfs/${FILE.root}?format=car`);
  assert.equal(partial.status, 200);
  await assert.rejects(partial.bytes());
});

Deno.test("what cannot be read in the question is told in words", async () => {
  const app = appOver(FILE);
  const queries = [
    "dag-scope=everything",
    "entity-bytes=1",
    "entity-bytes=a:b",
    "entity-bytes=*:1",
  ];
  for (const query of queries) {
    const response = await app.request(`/ipfs/${FILE.root}?format=car&${query}`);
    assert.equal(response.status, 400, query);
    assert.match((await response.json()).remedy, /dag-scope=|entity-bytes=/);
  }
});
