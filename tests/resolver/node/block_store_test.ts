import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { identity } from "multiformats/hashes/identity";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import { blockOf, blockPath, temporaryBlocks } from "../../support/block_stores.ts";
import { settled } from "../../support/clock.ts";

Deno.test("a block that was put is there, in a folder of its last two characters", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const { cid, bytes } = await blockOf(new TextEncoder().encode("hello"));
  assert.equal(await store.has(cid), false);
  assert.equal(await store.get(cid), null);
  await store.put(cid, bytes);
  assert.equal(await store.has(cid), true);
  assert.deepEqual(await store.get(cid), bytes);
  assert.deepEqual(await Deno.readFile(blockPath(blocks.path, cid)), bytes);
});

Deno.test("bytes without the CID's hash are refused", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const { cid } = await blockOf(new TextEncoder().encode("hello"));
  await assert.rejects(store.put(cid, new TextEncoder().encode("hallo")), ContentWrongError);
  assert.equal(await store.has(cid), false);
});

Deno.test("a hash that is not sha2-256 is refused: it could not be checked when it is read", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const bytes = new TextEncoder().encode("hello");
  const cid = CID.createV1(raw.code, identity.digest(bytes));
  await assert.rejects(store.put(cid, bytes), ContentWrongError);
});

Deno.test("a block of 2 MiB is taken, one byte more is not", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const largest = await blockOf(new Uint8Array(contentLimits.blockBytes));
  await store.put(largest.cid, largest.bytes);
  const larger = await blockOf(new Uint8Array(contentLimits.blockBytes + 1));
  await assert.rejects(store.put(larger.cid, larger.bytes), /limit/);
});

Deno.test("the empty block is a block", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const { cid, bytes } = await blockOf(new Uint8Array(0));
  await store.put(cid, bytes);
  assert.deepEqual(await store.get(cid), bytes);
});

Deno.test("a flipped bit on the disk is a missing block, reported once, and can be put again", async () => {
  const reports: string[] = [];
  await using blocks = await temporaryBlocks({ report: (problem) => reports.push(problem) });
  const { store } = blocks;
  const { cid, bytes } = await blockOf(new TextEncoder().encode("hello"));
  await store.put(cid, bytes);
  await Deno.writeTextFile(blockPath(blocks.path, cid), "hellp");
  assert.equal(await store.get(cid), null);
  assert.equal(await store.get(cid), null);
  assert.equal(reports.length, 1);
  assert.match(reports[0] ?? "", new RegExp(cid.toString()));
  await store.put(cid, bytes);
  assert.deepEqual(await store.get(cid), bytes);
});

Deno.test("a damaged block is repaired by putting it", async () => {
  await using blocks = await temporaryBlocks({ report: () => {} });
  const { store } = blocks;
  const { cid, bytes } = await blockOf(new TextEncoder().encode("hello"));
  await store.put(cid, bytes);
  await Deno.truncate(blockPath(blocks.path, cid), 2);
  await store.put(cid, bytes);
  assert.deepEqual(await store.get(cid), bytes);
});

Deno.test("one block put by many at once is held once and whole", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const { cid, bytes } = await blockOf(crypto.getRandomValues(new Uint8Array(65_536)));
  await Promise.all(Array.from({ length: 20 }, () => store.put(cid, bytes)));
  assert.deepEqual(await store.get(cid), bytes);
});

Deno.test("what a killed process left half-written is gone after the next start", async () => {
  await using blocks = await temporaryBlocks();
  await Deno.writeTextFile(`${blocks.path}/incoming/1`, "half");
  await blocks.reopen();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${blocks.path}/incoming`)), []);
});

Deno.test("who reads a damaged block takes nothing from who writes it again", async () => {
  await using blocks = await temporaryBlocks({ report: () => {} });
  const { store } = blocks;
  const content = new Uint8Array(500_000);
  for (let round = 0; round < 30; round++) {
    content[0] = round;
    const { cid, bytes } = await blockOf(content.slice());
    await store.put(cid, bytes, cid);
    await Deno.writeFile(blockPath(blocks.path, cid), new Uint8Array(bytes.length).fill(1));
    const readers = [store.get(cid), store.get(cid)];
    const write = store.put(cid, bytes, cid);
    for (let count = 0; count < 8; count++) readers.push(store.get(cid));
    await Promise.all([write, ...readers]);
    assert.deepEqual(await store.get(cid), bytes);
  }
});

Deno.test("who looks for a block while it is written leaves it counted", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  for (let round = 0; round < 100; round++) {
    const { cid, bytes } = await blockOf(new Uint8Array([round]));
    const readers: Promise<unknown>[] = [];
    let isWritten = false;
    const write = store.put(cid, bytes).finally(() => isWritten = true);
    while (!isWritten) {
      readers.push(store.get(cid));
      await settled();
    }
    await Promise.all([write, ...readers]);
    assert.notEqual(store.size(cid), null);
  }
});

Deno.test("a block that is here is pinned where it lies; one that is not, as soon as it comes", async () => {
  await using blocks = await temporaryBlocks();
  const { store } = blocks;
  const here = await blockOf(new Uint8Array([1]));
  const coming = await blockOf(new Uint8Array([2]));
  await store.put(here.cid, here.bytes);
  assert.equal(store.usage().pinnedBytes, 0);
  assert.equal(await store.pin(here.cid, here.cid), true);
  assert.equal(await store.pin(coming.cid, here.cid), false);
  assert.equal(store.usage().pinnedBytes, store.usage().bytes);
  await store.put(coming.cid, coming.bytes);
  assert.equal(store.usage().blocks, 2);
  assert.equal(store.usage().pinnedBytes, store.usage().bytes);
});

Deno.test("a block that a power cut damaged is not taken for one that is kept", async () => {
  await using blocks = await temporaryBlocks({ report: () => {} });
  const { store } = blocks;
  const { cid, bytes } = await blockOf(new Uint8Array(10_000).fill(7));
  await store.put(cid, bytes);
  // What is not pinned is not synced: its file may have a name and no bytes.
  await Deno.truncate(blockPath(blocks.path, cid), 0);
  assert.equal(await store.pin(cid, cid), false);
  assert.equal(store.size(cid), null);
  await store.put(cid, bytes, cid);
  assert.deepEqual(await store.get(cid), bytes);
  assert.equal(await store.pin(cid, cid), true);
});
