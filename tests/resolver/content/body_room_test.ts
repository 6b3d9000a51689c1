import assert from "node:assert/strict";
import { createBodyRoom } from "../../../resolver/content/body_room.ts";
import { settled } from "../../support/clock.ts";

/** A body that gives what it is given, and what has been read of it. */
function bodyIn(room: ReturnType<typeof createBodyRoom>) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = { isLeft: false, received: 0 };
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => void (body.isLeft = true),
  });
  async function readAll(): Promise<number> {
    for await (const { length } of room.read(stream)) body.received += length;
    return body.received;
  }
  const end = readAll();
  end.catch(() => {});
  return {
    body,
    end,
    async give(bytes: number) {
      controller?.enqueue(new Uint8Array(bytes));
      await settled();
    },
    close: () => controller?.close(),
  };
}

Deno.test("who has most of the room leaves when there is no more", async () => {
  const room = createBodyRoom(100);
  const [large, small, late] = [bodyIn(room), bodyIn(room), bodyIn(room)];
  await large.give(60);
  await small.give(30);
  await late.give(20);
  await assert.rejects(large.end, /Too much/);
  assert.equal(large.body.isLeft, true);
  await late.give(40);
  for (const one of [small, late]) one.close();
  assert.deepEqual(await Promise.all([small.end, late.end]), [30, 60]);
});

Deno.test("what is too large for the room leaves it, and takes nothing of it along", async () => {
  const room = createBodyRoom(100);
  for (let round = 0; round < 3; round++) {
    const [huge, other] = [bodyIn(room), bodyIn(room)];
    await other.give(40);
    await huge.give(61);
    await assert.rejects(huge.end, /Too much/);
    await other.give(60);
    other.close();
    assert.equal(await other.end, 100);
  }
});

Deno.test("a body that breaks, and one whose reader leaves, give their room back", async () => {
  const room = createBodyRoom(100);
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("It broke")),
    start: (controller) => controller.enqueue(new Uint8Array(90)),
  });
  await assert.rejects(Array.fromAsync(room.read(broken)), /It broke/);
  for await (const _ of room.read(new Blob([new Uint8Array(90)]).stream())) break;
  const whole = bodyIn(room);
  await whole.give(100);
  whole.close();
  assert.equal(await whole.end, 100);
});
