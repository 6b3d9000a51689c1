import assert from "node:assert/strict";
import { giveBack, owned } from "../../../resolver/outbound/own_buffers.ts";

Deno.test("a piece that fills little of its buffer lies in one of its size", () => {
  const [nearlyEmpty, nearlyFull] = [1, 60_000].map((length) => {
    const buffer = new ArrayBuffer(65_536);
    return new Uint8Array(buffer, 0, length).fill(7);
  });
  assert.ok(nearlyEmpty !== undefined && nearlyFull !== undefined);
  const crumb = owned(nearlyEmpty);
  assert.deepEqual(crumb, new Uint8Array([7]));
  assert.equal(crumb.buffer.byteLength, 1);
  assert.equal(nearlyEmpty.buffer.byteLength, 0);
  assert.equal(owned(nearlyFull), nearlyFull);
});

Deno.test("what is given back is gone; what nobody owned stays as it is", () => {
  const piece = owned(new Uint8Array(100));
  giveBack(piece);
  giveBack(piece);
  assert.equal(piece.buffer.byteLength, 0);
  const others = new Uint8Array(100);
  giveBack(others);
  assert.equal(others.length, 100);
});
