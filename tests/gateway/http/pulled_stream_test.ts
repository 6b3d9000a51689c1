import assert from "node:assert/strict";
import { pulledStream } from "../../../gateway/http/pulled_stream.ts";
import { createTestClock } from "../../support/clock.ts";
import { patterned } from "../../support/source_files.ts";

const MINUTE = 60_000;

/** A stream over blocks, with a log of what was made and whether the client was given up. */
function streamOf(blocks: readonly Uint8Array<ArrayBuffer>[]) {
  const clock = createTestClock();
  const made: number[] = [];
  async function* rest() {
    for (const [index, block] of blocks.entries()) {
      if (index === 0) continue;
      made.push(index);
      yield await Promise.resolve(block);
    }
  }
  let left = 0;
  const [first = new Uint8Array()] = blocks;
  const stream = pulledStream(first, rest(), { leave: () => left++, alarm: clock.alarm });
  return { stream, clock, made, left: () => left };
}

Deno.test("all bytes come, in pieces that are small whatever the blocks are", async () => {
  const blocks = [patterned(10), patterned(0), patterned(200_000, 2), patterned(1, 3)];
  const { stream, clock, left } = streamOf(blocks);
  const pieces = await Array.fromAsync(stream);
  assert.ok(pieces.every(({ length }) => length > 0 && length <= 65_536));
  assert.deepEqual(await new Blob(pieces).bytes(), await new Blob([...blocks]).bytes());
  assert.equal(clock.pending(), 0);
  assert.equal(left(), 0);
});

Deno.test("nothing is made before the client has taken what there is", async () => {
  const { stream, made } = streamOf([patterned(100_000), patterned(5), patterned(5)]);
  const reader = stream.getReader();
  await reader.read();
  await reader.read();
  assert.deepEqual(made, []);
  await reader.read();
  assert.deepEqual(made, [1]);
  await reader.cancel();
});

Deno.test("a client that reads slowly is served for as long as it reads", async () => {
  const { stream, clock } = streamOf([patterned(1_000_000)]);
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    await clock.advance(MINUTE);
  }
  assert.equal(bytes, 1_000_000);
});

Deno.test("a client that has stopped reading is let go, and so is one that leaves", async () => {
  const asleep = streamOf([patterned(100_000), patterned(5)]);
  const reader = asleep.stream.getReader();
  await reader.read();
  await asleep.clock.advance(2 * MINUTE);
  assert.equal(asleep.left(), 1);
  await assert.rejects(reader.read(), (error) => /reads no further/.test(String(error)));

  const leaving = streamOf([patterned(100_000)]);
  const leaver = leaving.stream.getReader();
  await leaver.read();
  await leaver.cancel();
  assert.equal(leaving.left(), 1);
  assert.equal(leaving.clock.pending(), 0);
});

Deno.test("a source that takes its time is not held against the client", async () => {
  const clock = createTestClock();
  const held = Promise.withResolvers<void>();
  async function* rest() {
    await held.promise;
    yield patterned(5);
  }
  const leave = () => assert.fail("The client was given up");
  const stream = pulledStream(patterned(5), rest(), { leave, alarm: clock.alarm });
  const pieces = Array.fromAsync(stream);
  await clock.advance(10 * MINUTE);
  held.resolve();
  assert.equal((await pieces).length, 2);
});
