import assert from "node:assert/strict";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { SourceBlock } from "../../../resolver/contracts.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import { MalformedCarError } from "../../../resolver/content/car_reader.ts";
import { importCar } from "../../../resolver/node/import_car.ts";
import { blockOf, temporaryBlocks } from "../../support/block_stores.ts";
import { carOf, inPieces } from "../../support/cars.ts";

function randomBlocks(count: number, size: number): Promise<SourceBlock[]> {
  return Promise.all(
    Array.from({ length: count }, () => blockOf(crypto.getRandomValues(new Uint8Array(size)))),
  );
}

Deno.test("every block of a CAR is held afterwards, however the stream is cut", async () => {
  for (const pieceBytes of [7, 1_000, 1_000_000]) {
    await using temporary = await temporaryBlocks();
    const { store } = temporary;
    const blocks = await randomBlocks(20, 3_000);
    const roots = blocks.slice(0, 1).map(({ cid }) => cid);
    const taken = await importCar(inPieces(await carOf(roots, blocks), pieceBytes), store);
    assert.deepEqual(taken, { roots: roots.map(String), blocks: 20, bytes: 60_000 });
    for (const { cid, bytes } of blocks) assert.deepEqual(await store.get(cid), bytes);
  }
});

Deno.test("blocks of the largest size pass", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const blocks = await randomBlocks(3, 65_536);
  const large = await blockOf(new Uint8Array(contentLimits.blockBytes));
  const car = await carOf([large.cid], [...blocks, large, ...blocks, large]);
  assert.equal((await importCar(inPieces(car, 100_000), store)).blocks, 8);
});

Deno.test("a block with a flipped bit is refused", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const blocks = await randomBlocks(1, 100);
  const car = await carOf([], blocks);
  car[car.length - 1] = (car.at(-1) ?? 0) ^ 1;
  await assert.rejects(importCar(inPieces(car, 1_000), store), ContentWrongError);
});

Deno.test("a block that declares gigabytes is refused before they are gathered", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const header = await carOf([], []);
  // Varint 2^31, and a CIDv1 raw sha2-256 whose bytes never end.
  const section = [0x80, 0x80, 0x80, 0x80, 0x08, 0x01, 0x55, 0x12, 0x20];
  let given = 0;
  let closed = false;
  async function* endless() {
    try {
      yield await Promise.resolve(header);
      yield new Uint8Array(section);
      while (true) {
        given += 1;
        yield new Uint8Array(1024 * 1024);
      }
    } finally {
      closed = true;
    }
  }
  await assert.rejects(importCar(endless(), store), MalformedCarError);
  assert.ok(given <= 4, `${given} MiB were read`);
  assert.ok(closed, "the stream was left open");
});

Deno.test("a stream that is no CAR, ends early or is empty is refused, and closed", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const car = await carOf([], await randomBlocks(2, 500));
  const noise = crypto.getRandomValues(new Uint8Array(100));
  for (const bytes of [car.subarray(0, car.length - 1), noise, new Uint8Array(0)]) {
    await assert.rejects(importCar(inPieces(bytes, 64), store), MalformedCarError);
  }
});

Deno.test("a root whose block is neither in the CAR nor in the store is refused", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const [held, other] = await randomBlocks(2, 10);
  assert.ok(held !== undefined && other !== undefined);
  const incomplete = await carOf([other.cid], [held]);
  await assert.rejects(importCar(inPieces(incomplete, 100), store), MalformedCarError);
  await store.put(other.cid, other.bytes);
  assert.deepEqual((await importCar(inPieces(incomplete, 100), store)).roots, [String(other.cid)]);
});

Deno.test("with a root every block is pinned as a part of it, from the first on", async () => {
  await using temporary = await temporaryBlocks();
  const { store } = temporary;
  const blocks = await randomBlocks(3, 10);
  const [root] = blocks;
  assert.ok(root !== undefined);
  await importCar(inPieces(await carOf([], blocks), 100), store, root.cid);
  assert.deepEqual(store.pins.all().map((pinned) => [String(pinned.root), pinned.complete]), [
    [String(root.cid), false],
  ]);
  assert.equal(store.usage().pinnedBytes, store.usage().bytes);
});
