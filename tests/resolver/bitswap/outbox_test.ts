import assert from "node:assert/strict";
import { peerIdFromString } from "@libp2p/peer-id";
import { createOutbox, type OutgoingStream } from "../../../resolver/bitswap/outbox.ts";
import { bitswapLimits } from "../../../resolver/bitswap/protocol.ts";
import { createTestClock, settled } from "../../support/clock.ts";

const PEER = peerIdFromString("12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf");
const MESSAGE = new Uint8Array(200_000);

/** A stream that takes so many bytes, and more whenever it is told. */
class Outgoing extends EventTarget {
  writeStatus: OutgoingStream["writeStatus"] = "writable";
  room: number;

  constructor(room: number) {
    super();
    this.room = room;
  }

  get writableNeedsDrain(): boolean {
    return this.room < 0;
  }

  send(bytes: Uint8Array): boolean {
    this.room -= bytes.length;
    return this.room >= 0;
  }

  read(bytes: number): void {
    this.room += bytes;
    if (this.room >= 0) this.dispatchEvent(new Event("drain"));
  }

  abort(): void {
    this.writeStatus = "closed";
  }

  close(): Promise<void> {
    this.writeStatus = "closed";
    return Promise.resolve();
  }
}

function setUp(room: number) {
  const clock = createTestClock();
  const opened: Outgoing[] = [];
  const connection = {
    newStream() {
      const stream = new Outgoing(room);
      opened.push(stream);
      return Promise.resolve(stream);
    },
  };
  const outbox = createOutbox({
    connections: () => [connection],
    limits: bitswapLimits,
    alarm: clock.alarm,
  });
  const send = () => outbox.send(PEER, MESSAGE, new AbortController().signal);
  return { clock, opened, outbox, send };
}

Deno.test("whoever reads nothing is given up long before a message's time is over", async () => {
  const { clock, opened, send } = setUp(0);
  const sending = assert.rejects(send(), { name: "UnavailableError" });
  await clock.advance(bitswapLimits.stallMilliseconds - 1);
  assert.equal(opened[0]?.writeStatus, "writable");
  await clock.advance(1);
  await sending;
  assert.equal(opened[0]?.writeStatus, "closed");
  assert.equal(clock.pending(), 0);
});

Deno.test("whoever reads slowly has a message's time for it, and no more", async () => {
  const { clock, opened, send } = setUp(0);
  let given = 0;
  const sending = assert.rejects(send(), { name: "UnavailableError" });
  for (; opened[0]?.writeStatus !== "closed"; given += 1_000) {
    await clock.advance(1_000);
    if (given % 3_000 === 0) opened[0]?.read(1);
  }
  await sending;
  assert.ok(given <= bitswapLimits.sendMilliseconds);

  const patient = setUp(0);
  const sent = patient.send();
  for (let seconds = 0; seconds < 8; seconds += 2) {
    await patient.clock.advance(2_000);
    patient.opened[0]?.read(65_600);
  }
  await sent;
});

Deno.test("a stream is used again, and closed when nothing was sent for a while", async () => {
  const { clock, opened, outbox, send } = setUp(1_000_000);
  await send();
  await send();
  assert.equal(opened.length, 1);
  await clock.advance(bitswapLimits.idleMilliseconds);
  assert.equal(opened[0]?.writeStatus, "closed");
  await send();
  outbox.drop(PEER);
  await settled();
  assert.equal(opened[1]?.writeStatus, "closed");
  assert.equal(clock.pending(), 0);
});
