import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { sha512 } from "multiformats/hashes/sha2";
import { RAW } from "../../resolver/content/cid.ts";
import { fileTree, folderTree, rawTree, type Tree } from "../support/blocks.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { trustlessService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";
import { openTestGateway } from "../support/test_gateway.ts";
import { type NodeParts, unixfsNode } from "../support/unixfs.ts";

const FEED = rssFeed(["Right"]);
const DOCUMENT = await rawTree(new TextEncoder().encode(FEED));
const PICTURE = patterned(3_000);

/** A folder with these links beside the feed; `under` holds what they lead to. */
async function folderWith(
  links: NonNullable<NodeParts["links"]>,
  ...under: readonly Tree[]
): Promise<Tree> {
  const all = [...links, { name: "feed.xml", cid: DOCUMENT.root }];
  const blocks = [DOCUMENT, ...under].flatMap((tree) => [...tree.blocks]);
  return await unixfsNode({ type: "directory", links: all }, new Map(blocks));
}

/** What a visitor gets of the feed and of files beside it, from a gateway that has all of it. */
async function visit(tree: Tree, paths: readonly string[] = []) {
  await using service = trustlessService({ blocks: tree.blocks });
  await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: service.url } });
  const cid = tree.root.toString();
  const path = await publishPointer(test, makeSigner(), { cid });
  const feed = await test.get(`${path}/feed.xml`);
  const answers = { feed: { status: feed.status, text: await feed.text() }, files: [] as number[] };
  for (const path of paths) {
    const file = await test.get(`/ipfs/${cid}/${path}`);
    answers.files.push(file.status);
    if (file.status === 200) assert.deepEqual(await file.bytes(), PICTURE, path);
    else await file.body?.cancel();
  }
  assert.deepEqual(test.problems, []);
  return answers;
}

Deno.test("a folder that is spread over shards is a feed with its pictures", async () => {
  const names = Array.from({ length: 300 }, (_, number) => `${number}.png`);
  const files = { "feed.xml": FEED, ...Object.fromEntries(names.map((name) => [name, PICTURE])) };
  const tree = await folderTree(files, { shardSplitThresholdBytes: 1 });
  const { feed, files: statuses } = await visit(tree, ["7.png", "299.png", "none.png"]);
  assert.equal(feed.status, 200, feed.text);
  assert.deepEqual(statuses, [200, 200, 404]);
});

Deno.test("a picture in a folder as deep as is read is shown; a deeper one is not there", async () => {
  const deep = (levels: number) => Array.from({ length: levels }, (_, n) => `${n}`).join("/");
  const near = `${deep(31)}/a.png`;
  const far = `${deep(200)}/a.png`;
  const tree = await folderTree({ "feed.xml": FEED, [near]: PICTURE, [far]: PICTURE });
  const { feed, files } = await visit(tree, [near, far]);
  assert.equal(feed.status, 200, feed.text);
  assert.deepEqual(files, [200, 404]);
});

Deno.test("a symbolic link, another hash and another codec are told; the feed beside them is read", async () => {
  const target = new TextEncoder().encode("feed.xml");
  const link = await unixfsNode({ type: "symlink", data: target });
  const file = await fileTree(PICTURE);
  const links = [
    { name: "a-cbor.png", cid: CID.createV1(0x71, file.root.multihash) },
    { name: "b-good.png", cid: file.root },
    { name: "c-hash.png", cid: CID.createV1(RAW, await sha512.digest(PICTURE)) },
    { name: "d-link.png", cid: link.root },
  ];
  const tree = await folderWith(links, link, file);
  const { feed, files } = await visit(tree, [
    "b-good.png",
    "d-link.png",
    "c-hash.png",
    "a-cbor.png",
  ]);
  assert.equal(feed.status, 200, feed.text);
  assert.deepEqual(files, [200, 502, 502, 502]);
});

Deno.test("a feed that is itself a symbolic link is wrong content, in words", async () => {
  const link = await unixfsNode({
    type: "symlink",
    data: new TextEncoder().encode("/etc/hostname"),
  });
  const links = [{ name: "feed.xml", cid: link.root }];
  const tree = await unixfsNode({ type: "directory", links }, link.blocks);
  const { feed } = await visit(tree);
  assert.equal(feed.status, 502, feed.text);
  assert.match(feed.text, /symbolic link, which is not followed/);
});

Deno.test("a feed inside its own CID is read; one of more than 128 bytes is refused", async () => {
  const small = '<rss version="2.0"><channel><title>Right</title></channel></rss>';
  for (const [text, status] of [[small, 200], [FEED, 502]] as const) {
    const cid = CID.createV1(RAW, identity.digest(new TextEncoder().encode(text)));
    const tree = await unixfsNode({ type: "directory", links: [{ name: "feed.xml", cid }] });
    const { feed } = await visit(tree);
    assert.equal(feed.status, status, feed.text);
  }
});
