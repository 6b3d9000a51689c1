import assert from "node:assert/strict";
import type { CID } from "multiformats/cid";
import { NoRoomError } from "../../../resolver/errors.ts";
import type { PinningBlockStore } from "../../../resolver/node/node.ts";
import { blockOf, blockPath, someBlocks, temporaryBlocks } from "../../support/block_stores.ts";
import { createTestClock } from "../../support/clock.ts";

/** What a block of some bytes takes on the disk. */
const PAGE = 4_096;

type Block = Awaited<ReturnType<typeof blockOf>>;

async function put(store: PinningBlockStore, blocks: readonly Block[], root?: CID): Promise<void> {
  for (const { cid, bytes } of blocks) await store.put(cid, bytes, root);
}

/** The places of those that are held. */
async function held(store: PinningBlockStore, blocks: readonly Block[]): Promise<number[]> {
  const found = await Promise.all(blocks.map(({ cid }) => store.has(cid)));
  return found.flatMap((isHeld, place) => isHeld ? [place] : []);
}

async function full(count: number) {
  const clock = createTestClock();
  const temporary = await temporaryBlocks({
    maxBytes: count * PAGE,
    clock: clock.now,
    alarm: clock.alarm,
  });
  await temporary.store.scanned;
  return {
    clock,
    temporary,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

Deno.test("in a full store the block that was not read for longest makes room", async () => {
  await using test = await full(3);
  const { clock, temporary: { store } } = test;
  const blocks = await someBlocks(5);
  for (const block of blocks.slice(0, 3)) {
    await put(store, [block]);
    await clock.advance(1_000);
  }
  const [first] = blocks;
  assert.ok(first !== undefined);
  await store.get(first.cid);
  await put(store, blocks.slice(3));
  assert.deepEqual(await held(store, blocks), [0, 3, 4]);
  assert.deepEqual(store.usage(), {
    blocks: 3,
    bytes: 3 * PAGE,
    maxBytes: 3 * PAGE,
    pinnedBytes: 0,
    evicted: 2,
  });
});

Deno.test("when it was read is written once a minute, and known after a restart", async () => {
  await using test = await full(2);
  const { clock, temporary } = test;
  const [first, second, third] = await someBlocks(3);
  assert.ok(first && second && third);
  for (const block of [first, second]) {
    await put(temporary.store, [block]);
    await clock.advance(1_000);
  }
  await temporary.store.get(first.cid);
  assert.equal(clock.pending(), 1);
  await clock.advance(60_000);
  assert.equal(clock.pending(), 0);
  const store = await temporary.reopen();
  await put(store, [third]);
  assert.deepEqual(await held(store, [first, second, third]), [0, 2]);
});

Deno.test("a large block pushes out as many small ones as it takes", async () => {
  await using test = await full(4);
  const { clock, temporary: { store } } = test;
  const blocks = await someBlocks(4);
  for (const block of blocks) {
    await put(store, [block]);
    await clock.advance(1_000);
  }
  const large = await blockOf(new Uint8Array(2 * PAGE + 1));
  await put(store, [large]);
  assert.deepEqual(await held(store, [...blocks, large]), [3, 4]);
});

Deno.test("what is pinned never makes room; unpinned, it does again", async () => {
  await using test = await full(3);
  const { clock, temporary: { store } } = test;
  const [root, leaf, ...others] = await someBlocks(6);
  assert.ok(root && leaf);
  await put(store, [root, leaf], root.cid);
  assert.equal(store.pins.isComplete(root.cid), false);
  store.pins.complete(root.cid);
  assert.equal(store.pins.isComplete(root.cid), true);
  for (const other of others) {
    await clock.advance(1_000);
    await put(store, [other]);
  }
  assert.deepEqual(await held(store, [root, leaf, ...others]), [0, 1, 5]);
  assert.equal(store.usage().pinnedBytes, 2 * PAGE);

  await store.pins.release(root.cid);
  assert.deepEqual(store.pins.all(), []);
  assert.equal(store.usage().pinnedBytes, 0);
  await put(store, others.slice(0, 2));
  assert.deepEqual(await held(store, [root, leaf]), []);
});

Deno.test("a block of two pinned roots stays until both are let go", async () => {
  await using test = await full(2);
  const { temporary: { store } } = test;
  const [shared, one, two, other] = await someBlocks(4);
  assert.ok(shared && one && two && other);
  await put(store, [shared], one.cid);
  assert.equal(store.size(shared.cid), PAGE);
  store.pins.add(two.cid, shared.cid);
  store.pins.add(two.cid, two.cid);
  await store.pins.release(one.cid);
  assert.equal(store.usage().pinnedBytes, PAGE);
  await store.pins.release(two.cid);
  assert.equal(store.usage().pinnedBytes, 0);
});

Deno.test("a block that is pinned before it comes is pinned when it comes", async () => {
  await using test = await full(1);
  const { temporary: { store } } = test;
  const [root, other] = await someBlocks(2);
  assert.ok(root && other);
  assert.equal(store.size(root.cid), null);
  store.pins.add(root.cid, root.cid);
  await put(store, [root]);
  await assert.rejects(put(store, [other]), NoRoomError);
  assert.deepEqual(await held(store, [root, other]), [0]);
});

Deno.test("when pinned content fills the store, more of it fails with what to do", async () => {
  await using test = await full(2);
  const { temporary: { store } } = test;
  const [root, second, third] = await someBlocks(3);
  assert.ok(root && second && third);
  await put(store, [root, second], root.cid);
  await assert.rejects(
    put(store, [third], root.cid),
    (error: unknown) =>
      error instanceof NoRoomError && /8192 bytes/.test(error.message) &&
      /MAX_BLOCK_BYTES/.test(error.remedy),
  );
  assert.equal(store.usage().blocks, 2);
});

Deno.test("what is too large for what is not pinned evicts nobody in vain", async () => {
  await using test = await full(4);
  const { temporary: { store } } = test;
  const blocks = await someBlocks(4);
  const [root] = blocks;
  assert.ok(root);
  await put(store, [root], root.cid);
  await put(store, blocks.slice(1));
  await assert.rejects(put(store, [await blockOf(new Uint8Array(4 * PAGE))]), NoRoomError);
  assert.deepEqual(await held(store, blocks), [0, 1, 2, 3]);
});

Deno.test("a lost index is found again in the folder, and evicts nothing before all is pinned again", async () => {
  await using test = await full(10);
  const { temporary } = test;
  const blocks = await someBlocks(5);
  const [root, another, newcomer] = await someBlocks(3, 1);
  assert.ok(root && another && newcomer);
  await put(temporary.store, blocks);
  await put(temporary.store, [root], root.cid);
  await temporary.store.close();
  await Deno.remove(`${temporary.path}.sqlite`);

  const store = await temporary.reopen({ maxBytes: 6 * PAGE });
  await store.scanned;
  assert.equal(store.usage().blocks, 6);
  assert.equal(store.usage().pinnedBytes, 0);
  await test.clock.advance(1_000);
  await assert.rejects(put(store, [newcomer]), NoRoomError);
  store.pins.add(root.cid, root.cid);
  store.pins.complete(root.cid);
  store.pins.settle();
  await put(store, [newcomer, another]);
  assert.deepEqual(await held(store, [root, newcomer, another]), [0, 1, 2]);
  assert.equal(store.usage().blocks, 6);
});

for (
  const [what, damage] of Object.entries({
    "whose bytes are wrong": (bytes: Uint8Array) => bytes.fill(0xff, 0, 4_096),
    "of another program": (bytes: Uint8Array) => bytes.fill(1, 68, 72),
    "of another version": (bytes: Uint8Array) => bytes.fill(9, 60, 64),
    "that is cut off": (bytes: Uint8Array) => bytes.subarray(0, 5_000),
  })
) {
  Deno.test(`an index ${what} is reported, and made anew`, async () => {
    const reports: string[] = [];
    await using temporary = await temporaryBlocks({ report: (problem) => reports.push(problem) });
    const blocks = await someBlocks(3);
    await put(temporary.store, blocks);
    await temporary.store.close();
    const path = `${temporary.path}.sqlite`;
    await Deno.writeFile(path, damage(await Deno.readFile(path)));
    const store = await temporary.reopen();
    await store.scanned;
    assert.equal(store.usage().blocks, 3);
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? "", /index of blocks .* is made anew/);
  });
}

Deno.test("files that the index does not know, and rows without a file, are found after a kill", async () => {
  await using temporary = await temporaryBlocks();
  const [root, gone, orphan] = await someBlocks(3);
  assert.ok(root && gone && orphan);
  await put(temporary.store, [root, gone], root.cid);
  temporary.store.pins.complete(root.cid);
  await Deno.remove(blockPath(temporary.path, gone.cid));
  const path = blockPath(temporary.path, orphan.cid);
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(path, orphan.bytes);

  // A database that was copied while it was open is what a kill leaves.
  const index = `${temporary.path}.copy.sqlite`;
  const { DatabaseSync, backup } = await import("node:sqlite");
  const connection = new DatabaseSync(`${temporary.path}.sqlite`);
  await backup(connection, index);
  connection.close();
  const store = await temporary.reopen({ index });
  await store.scanned;
  assert.equal(store.usage().blocks, 2);
  assert.equal(store.pins.isComplete(root.cid), false);
});

Deno.test("a comparison that a close cut short is made by the next start", async () => {
  await using temporary = await temporaryBlocks();
  const blocks = await someBlocks(5);
  await put(temporary.store, blocks);
  await temporary.store.close();
  await Deno.remove(`${temporary.path}.sqlite`);

  await temporary.reopen();
  const store = await temporary.reopen();
  await store.scanned;
  assert.equal(store.usage().blocks, 5);
  for (const { cid, bytes } of blocks) assert.deepEqual(await store.get(cid), bytes);
});

Deno.test("what a power cut took from the index is found in the folder", async () => {
  await using temporary = await temporaryBlocks();
  await temporary.reopen();
  const [root] = await someBlocks(1);
  assert.ok(root);
  await put(temporary.store, [root], root.cid);

  // What was not synced is gone: at worst all that is not in the file itself yet.
  const index = `${temporary.path}.copy.sqlite`;
  await Deno.copyFile(`${temporary.path}.sqlite`, index);
  const store = await temporary.reopen({ index });
  await store.scanned;
  assert.deepEqual(await store.get(root.cid), root.bytes);
  assert.equal(store.usage().blocks, 1);
});

Deno.test("content whose block is damaged on the disk is not complete any longer", async () => {
  await using temporary = await temporaryBlocks({ report: () => {} });
  const { store } = temporary;
  const [root, leaf] = await someBlocks(2);
  assert.ok(root && leaf);
  await put(store, [root, leaf], root.cid);
  store.pins.complete(root.cid);
  await Deno.writeTextFile(blockPath(temporary.path, leaf.cid), "x");
  assert.equal(await store.get(leaf.cid), null);
  assert.equal(store.pins.isComplete(root.cid), false);
  await put(store, [leaf]);
  assert.equal(store.usage().pinnedBytes, 2 * PAGE);
});

Deno.test("a quota that was lowered is reached with the next puts", async () => {
  await using test = await full(10);
  const { temporary } = test;
  await put(temporary.store, await someBlocks(10));
  const store = await temporary.reopen({ maxBytes: 4 * PAGE });
  assert.equal(store.usage().blocks, 10);
  await put(store, await someBlocks(1, 1));
  assert.equal(store.usage().blocks, 4);
});

Deno.test("many at once stay within the quota, and every acknowledged pin is held", async () => {
  await using test = await full(20);
  const { temporary: { store } } = test;
  const pinned = await someBlocks(10);
  const [root] = pinned;
  assert.ok(root);
  const others = await someBlocks(60, 1);
  await Promise.all([
    put(store, pinned, root.cid),
    ...others.map((other) => put(store, [other])),
  ]);
  assert.equal((await held(store, pinned)).length, 10);
  assert.ok(store.usage().bytes <= 20 * PAGE, `${store.usage().bytes}`);
  assert.equal(store.usage().pinnedBytes, 10 * PAGE);
});

Deno.test("what is put while a start compares the folder with the index is found for good", async () => {
  for (let round = 0; round < 20; round++) {
    await using temporary = await temporaryBlocks();
    const { store } = temporary;
    const blocks = await Promise.all(
      Array.from({ length: 40 }, (_, place) => blockOf(Uint8Array.of(round, place))),
    );
    await Promise.all(blocks.map(({ cid, bytes }) => store.put(cid, bytes)));
    await store.scanned;
    for (const { cid, bytes } of blocks) assert.deepEqual(await store.get(cid), bytes);
  }
});
