import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identity } from "multiformats/hashes/identity";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { decodeNode } from "../../../resolver/content/unixfs.ts";
import { verifyContent } from "../../../resolver/content/verified.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import type { Tree } from "../../support/blocks.ts";
import { rejection } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";
import { unixfsNode } from "../../support/unixfs.ts";

async function decoded({ root, blocks }: Tree) {
  const [bytes = assert.fail()] = blocks.values();
  return await decodeNode(root, verifyContent(root, bytes) ?? assert.fail(), contentLimits);
}

Deno.test("a link may hold a small block in its CID; a node with a larger one is refused", async () => {
  const linking = (length: number) =>
    unixfsNode({
      type: "directory",
      links: [{ name: "inline", cid: CID.createV1(RAW, identity.digest(patterned(length))) }],
    });
  const node = await decoded(await linking(128));
  assert.equal(node.kind, "folder");
  const error = await rejection(decoded(await linking(129)), ContentWrongError);
  assert.match(error.message, /CID of a link is too long/);
});

Deno.test("a node that tells the sizes of parts that it does not have is refused", async () => {
  const blockSizes = Array<number>(contentLimits.nodeLinks + 100).fill(1);
  const error = await rejection(decoded(await unixfsNode({ blockSizes })), ContentWrongError);
  assert.match(error.message, /no UnixFS/);
});
