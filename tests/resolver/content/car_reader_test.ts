import assert from "node:assert/strict";
import { MalformedCarError, readCar } from "../../../resolver/content/car_reader.ts";
import { owned } from "../../../resolver/outbound/own_buffers.ts";
import { fileTree, rawTree } from "../../support/blocks.ts";
import { carOf, inPieces, sourceBlocks } from "../../support/cars.ts";
import { rejection } from "../../support/content.ts";
import { othersTurns } from "../../support/others_turns.ts";
import { patterned } from "../../support/source_files.ts";

const TREE = await fileTree(patterned(200_000));
const BLOCKS = sourceBlocks(TREE.blocks);
const CAR = await carOf([TREE.root], BLOCKS);

Deno.test("blocks stay whole when the pieces that they came in are given back", async () => {
  for (const size of [50, 1_000, 1_050, 70_000, CAR.length]) {
    const given = await Array.fromAsync(inPieces(CAR, size), (piece) => owned(piece.slice()));
    const { blocks } = await readCar(ReadableStream.from(given));
    assert.deepEqual(await Array.fromAsync(blocks), BLOCKS);
    const held = given.filter(({ buffer }) => buffer.byteLength > 0);
    assert.ok(held.length <= 1, `${held.length} of ${given.length} pieces of ${size} bytes`);
  }
});

Deno.test("a header that names thousands of roots is refused before it has all come", async () => {
  const car = await carOf(Array(20_000).fill(TREE.root), BLOCKS);
  let read = 0;
  async function* counted() {
    for await (const piece of inPieces(car, 10_000)) {
      read += piece.length;
      yield piece;
    }
  }
  const error = await rejection(readCar(counted()), MalformedCarError);
  assert.match(error.message, /header/);
  assert.ok(read < car.length / 2, `${read} of ${car.length} bytes were read`);
  const { roots } = await readCar(
    inPieces(await carOf(Array(200).fill(TREE.root), BLOCKS), 10_000),
  );
  assert.equal(roots.length, 200);
});

Deno.test("pieces that share a buffer with others are left as they are", async () => {
  const { blocks } = await readCar(inPieces(CAR, 1_000));
  assert.deepEqual(await Array.fromAsync(blocks), BLOCKS);
  assert.ok(CAR.length > 200_000);
});

Deno.test("thousands of tiny blocks that are all there leave others their turn", async () => {
  const leaves = await Promise.all(
    Array.from({ length: 2_000 }, (_, place) => rawTree(new TextEncoder().encode(`${place}`))),
  );
  const car = await carOf([TREE.root], leaves.flatMap(({ blocks }) => sourceBlocks(blocks)));
  const { blocks } = await readCar(inPieces(car, 65_536));
  let read = 0;
  const turns = await othersTurns(async () => {
    for await (const _ of blocks) read += 1;
  });
  assert.equal(read, 2_000);
  assert.ok(turns > 5, `${turns} turns`);
});
