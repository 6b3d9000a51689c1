import { StreamMessageEvent } from "@libp2p/interface";
import assert from "node:assert/strict";
import { readMessages, type ReadOptions } from "../../../resolver/bitswap/read_messages.ts";
import { systemAlarm } from "../../../resolver/deadline.ts";
import { settled } from "../../support/clock.ts";
import { concat } from "../../../resolver/concat.ts";
import { varint } from "../../support/kad_messages.ts";

/** A stream that hands out what it is given. */
class Incoming extends EventTarget {
  isAborted = false;

  abort(): void {
    this.isAborted = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  receive(bytes: Uint8Array): void {
    this.dispatchEvent(new StreamMessageEvent(bytes));
  }
}

function reading({ room = 1_000_000 }: { room?: number } = {}) {
  const stream = new Incoming();
  const messages: Uint8Array[] = [];
  const memory = { reserved: 0 };
  const options: ReadOptions = {
    maxBytes: () => 200_000,
    reserve(bytes) {
      if (memory.reserved + bytes > room) return false;
      memory.reserved += bytes;
      return true;
    },
    release: (bytes) => memory.reserved -= bytes,
    messageMilliseconds: 60_000,
    alarm: systemAlarm,
    onMessage: (message) => messages.push(message),
  };
  readMessages(stream, options);
  return { stream, messages, memory };
}

function framed(length: number, fill: number): Uint8Array {
  return concat([varint(length), new Uint8Array(length).fill(fill)]);
}

Deno.test("messages are taken out of pieces of any size", () => {
  const wire = concat([framed(3, 1), framed(0, 0), framed(2_000, 2), framed(1, 3)]);
  for (const size of [1, 2, 7, 1_000, wire.length]) {
    const { stream, messages, memory } = reading();
    for (let at = 0; at < wire.length; at += size) stream.receive(wire.subarray(at, at + size));
    assert.deepEqual(messages.map(({ length, 0: fill }) => [length, fill]), [
      [3, 1],
      [2_000, 2],
      [1, 3],
    ]);
    assert.equal(memory.reserved, 0);
    stream.dispatchEvent(new Event("close"));
  }
});

Deno.test("the beginning of a message takes its room, whatever came before it", async () => {
  const beginning = concat([framed(1, 1), framed(100_000, 2).subarray(0, 50_000)]);
  const { stream, memory } = reading({ room: 120_000 });
  stream.receive(beginning);
  assert.ok(memory.reserved >= 49_000, `${memory.reserved} bytes are counted`);
  stream.dispatchEvent(new Event("close"));
  assert.equal(memory.reserved, 0);

  const crowded = reading({ room: 10_000 });
  crowded.stream.receive(beginning);
  await settled();
  assert.ok(crowded.stream.isAborted);
});
