import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { DAG_PB } from "../../../resolver/content/cid.ts";
import { createWholeContents } from "../../../resolver/node/whole_contents.ts";
import { NO_RULES } from "../../../resolver/rules/operator_rules.ts";
import { WITHDRAWN_CID } from "../../../schemas/cid.ts";
import { fileTree, folderTree, rawTree } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";
import { unixfsNode } from "../../support/unixfs.ts";

const OPERATOR = { kind: "operator" } as const;

Deno.test("contents of which every block is held, of the pointers that are held", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const clock = createTestClock();
  const file = await fileTree(patterned(5_000));
  const folder = await folderTree({ "feed.xml": "<rss/>", "a/b.jpg": patterned(3_000) });
  const raw = await rawTree(new TextEncoder().encode("hello"));
  for (const { root } of [file, folder, raw]) {
    node.pointers.put(
      await verifiedPointer(makeSigner(), { cid: root.toV1().toString() }),
      OPERATOR,
    );
  }
  node.pointers.put(await verifiedPointer(makeSigner(), { cid: WITHDRAWN_CID }), OPERATOR);

  const look = createWholeContents(node, { clock: clock.now });
  const found = async () => (await look()).map((cid) => cid.toV1().toString()).sort();
  const roots = (...trees: { root: CID }[]) =>
    trees.map(({ root }) => root.toV1().toString()).sort();
  assert.deepEqual(await found(), []);

  for (const { blocks } of [file, folder, raw]) {
    const [last] = [...blocks.keys()].slice(-1);
    for (const [name, block] of blocks) {
      // Of the folder, all but one.
      if (blocks === folder.blocks && name !== last) continue;
      await node.blocks.put(CID.parse(name), block);
    }
  }
  assert.deepEqual(await found(), []);
  await clock.advance(10 * 60_000);
  assert.deepEqual(await found(), roots(file, raw));

  for (const [name, block] of folder.blocks) await node.blocks.put(CID.parse(name), block);
  await clock.advance(10 * 60_000);
  assert.deepEqual(await found(), roots(file, folder, raw));
});

Deno.test("what a later rule refuses is not among them, however lately it was looked at", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const { root, blocks } = await folderTree({ "feed.xml": "<rss/>" });
  for (const [name, block] of blocks) await node.blocks.put(CID.parse(name), block);
  node.pointers.put(await verifiedPointer(makeSigner(), { cid: `${root}` }), OPERATOR);
  let isRefused = false;
  const rules = { ...NO_RULES, refusesPath: () => isRefused };
  const look = createWholeContents(node, { clock: Date.now, rules });
  assert.deepEqual((await look()).map(String), [`${root}`]);
  isRefused = true;
  assert.deepEqual(await look(), []);
});

Deno.test("content with more links than blocks are looked at is left before its leaves", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const leaf = (await rawTree(patterned(1))).root.bytes;
  const leaves = (from: number) =>
    Array.from({ length: 7_000 }, (_, place) => {
      const bytes = leaf.slice();
      new DataView(bytes.buffer).setUint32(bytes.length - 4, from + place);
      return { name: "0", cid: CID.decode(bytes) };
    });
  // What comes last is looked at first.
  let tree = await unixfsNode({ type: "directory" });
  for (let level = 0; level < 3; level++) {
    const links = [...leaves(7_000 * level), { name: "1", cid: tree.root }];
    tree = await unixfsNode({ type: "directory", links }, tree.blocks);
  }
  for (const [name, block] of tree.blocks) await node.blocks.put(CID.parse(name), block);
  node.pointers.put(await verifiedPointer(makeSigner(), { cid: `${tree.root}` }), OPERATOR);
  let looks = 0;
  const has = () => Promise.resolve((looks += 1) > 0);
  const blocks = { ...node.blocks, has };
  const look = createWholeContents({ ...node, blocks }, { clock: Date.now });
  assert.deepEqual(await look(), []);
  assert.equal(looks, 0);
});

Deno.test("what a folder inside a CID leads to belongs to the whole", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const picture = await rawTree(patterned(3_000));
  const inner = await unixfsNode({
    type: "directory",
    links: [{ name: "a.jpg", cid: picture.root }],
  });
  const [innerBytes = assert.fail()] = inner.blocks.values();
  const inline = CID.createV1(DAG_PB, identity.digest(innerBytes));
  const tree = await unixfsNode({ type: "directory", links: [{ name: "a", cid: inline }] });
  for (const [name, block] of tree.blocks) await node.blocks.put(CID.parse(name), block);
  node.pointers.put(await verifiedPointer(makeSigner(), { cid: `${tree.root}` }), OPERATOR);
  const clock = createTestClock();
  const look = createWholeContents(node, { clock: clock.now });
  assert.deepEqual(await look(), []);
  for (const [name, block] of picture.blocks) await node.blocks.put(CID.parse(name), block);
  await clock.advance(10 * 60_000);
  assert.deepEqual((await look()).map(String), [`${tree.root}`]);
});
