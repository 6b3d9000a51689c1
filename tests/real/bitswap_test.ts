import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { bitswapBlocks } from "../../resolver/blocks/bitswap.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import { concatenate } from "../../resolver/content/verified.ts";
import { fileTree } from "../support/blocks.ts";
import { CALL, readerOver } from "../support/content.ts";
import { eventually } from "../support/eventually.ts";
import { type Kubo, startKubo } from "../support/kubo.ts";
import { startNetworkNode } from "../support/network.ts";
import { partContext } from "../support/parts.ts";
import { patterned } from "../support/source_files.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

/** Kubo's default chunks. */
const CHUNK_BYTES = 262_144;

realTest("ipfs", "Kubo connects to a node and reads a file from it by bitswap", async () => {
  const bytes = patterned(3_000_000);
  const { root, blocks } = await fileTree(bytes, { chunkBytes: CHUNK_BYTES });
  await using one = await startNetworkNode();
  for (const [name, block] of blocks) await one.node.blocks.put(CID.parse(name), block);
  const kubo = await startKubo({ online: true });
  try {
    const [address = ""] = one.network.addresses();
    await kubo.run(["swarm", "connect", address]);
    await using folder = await temporaryFolder();
    await kubo.run(["get", "--output", `${folder.path}/file`, root.toString()]);
    assert.deepEqual(await Deno.readFile(`${folder.path}/file`), bytes);
    assert.equal(one.network.content.counters().sentBytes >= bytes.length, true);
  } finally {
    await kubo.stop();
  }
});

realTest("ipfs", "a node reads a file from a Kubo among its BITSWAP_PEERS", async () => {
  const bytes = patterned(3_000_000);
  await using folder = await temporaryFolder();
  await Deno.writeFile(`${folder.path}/file`, bytes);
  const kubo = await startKubo({ online: true });
  try {
    const add = ["add", "--quieter", "--cid-version=1"];
    const root = CID.parse(await kubo.run([...add, `${folder.path}/file`]));
    const address = await swarmAddress(kubo);
    await using one = await startNetworkNode({ environment: { BITSWAP_PEERS: address } });
    await eventually(
      "Kubo has said what it speaks",
      () => one.network.peers().some(({ addresses }) => addresses.length > 0),
    );
    const sources = await bitswapBlocks.create(partContext({}, { network: one.network }));
    const file = await readerOver(sources).open(root, "", CALL);
    assert.ok(file.kind === "file");
    assert.deepEqual(concatenate(await Array.fromAsync(file.read(CALL))), bytes);
    assert.equal(one.network.content.counters().receivedBytes >= bytes.length, true);
    // Kubo opens a stream for a block, and sends all of it before anybody can read there.
    const large = patterned(contentLimits.blockBytes - 256);
    await Deno.writeFile(`${folder.path}/large`, large);
    const chunks = ["--chunker", `size-${large.length}`, "--raw-leaves"];
    const block = await kubo.run([...add, ...chunks, `${folder.path}/large`]);
    assert.deepEqual(await one.network.content.block(CID.parse(block), CALL), large);
    const missing = await fileTree(patterned(100));
    assert.equal(await one.network.content.block(missing.root, CALL), null);
  } finally {
    await kubo.stop();
  }
});

async function swarmAddress(kubo: Kubo): Promise<string> {
  const { Addresses: addresses } = JSON.parse(await kubo.run(["id"]));
  return addresses.find((text: string) => /^\/ip4\/127.0.0.1\/tcp\/\d+\/p2p\//.test(text));
}
