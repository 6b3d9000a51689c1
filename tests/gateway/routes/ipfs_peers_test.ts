import assert from "node:assert/strict";
import { blockSources } from "../../../resolver/blocks/mod.ts";
import { createContentReader } from "../../../resolver/content/create.ts";
import type { Node } from "../../../resolver/node/node.ts";
import { CID } from "multiformats/cid";
import { folderTree } from "../../support/blocks.ts";
import { CALL, unexpected } from "../../support/content.ts";
import { ipfsApp } from "../../support/ipfs_app.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { partContext } from "../../support/parts.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { startService } from "../../support/services.ts";
import { patterned } from "../../support/source_files.ts";

const PICTURE = patterned(700_000);
const TREE = await folderTree({ "feed.xml": "<rss/>", "media/cat.jpg": PICTURE });

/** A node's content, with the nodes at these addresses as its peers. */
async function contentOf(node: Node, peers: string) {
  const context = partContext({ PEERS: peers }, { node });
  const sources = await Promise.all(blockSources.map((part) => part.create(context)));
  return createContentReader({
    blockSources: sources.flat(),
    transports: [],
    store: node.blocks,
    clock: Date.now,
    report: unexpected,
  });
}

Deno.test("a second node reads from the first, and goes on when the first is gone", async () => {
  await using one = await temporaryNode();
  await using two = await temporaryNode();
  for (const [name, block] of TREE.blocks) await one.node.blocks.put(CID.parse(name), block);

  const pointer = await verifiedPointer(makeSigner(), { cid: TREE.root.toString() });
  const service = startService(ipfsApp(await contentOf(one.node, "")).fetch);
  const content = await contentOf(two.node, service.url);
  const document = await content.feedDocument(pointer, CALL);
  assert.equal(new TextDecoder().decode(document.bytes), "<rss/>");
  const path = `/ipfs/${TREE.root}/media/cat.jpg`;
  const response = await ipfsApp(content).request(path);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), PICTURE);
  await content.close();
  await service[Symbol.asyncDispose]();

  // A reader without the other one's memory: what it gives comes from its node's disk.
  const restarted = await contentOf(two.node, service.url);
  assert.equal((await restarted.feedDocument(pointer, CALL)).bytes.length, 6);
  const again = await ipfsApp(restarted).request(path);
  assert.deepEqual(new Uint8Array(await again.arrayBuffer()), PICTURE);
});

Deno.test("nodes that are each other's peers do not send a question round in circles", async () => {
  await using one = await temporaryNode();
  await using two = await temporaryNode();
  const apps: ReturnType<typeof ipfsApp>[] = [];
  await using first = startService((request) => apps[0]?.fetch(request) ?? new Response());
  await using second = startService((request) => apps[1]?.fetch(request) ?? new Response());
  apps.push(
    ipfsApp(await contentOf(one.node, second.url)),
    ipfsApp(await contentOf(two.node, first.url)),
  );
  const response = await fetch(`${first.url}/ipfs/${TREE.root}`);
  assert.equal(response.status, 504);
  await response.body?.cancel();
  assert.deepEqual(first.asked, [`/ipfs/${TREE.root}`]);
  // For all of it, and for its first block alone.
  assert.deepEqual(second.asked, [
    `/ipfs/${TREE.root}?format=car&dag-scope=entity`,
    `/ipfs/${TREE.root}?format=raw`,
  ]);
});
