import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type BitswapMessage,
  blockPrefix,
  decodeBitswapMessage,
  encodeBitswapMessage,
  isSha256Prefix,
} from "../../../resolver/bitswap/message.ts";
import { rawTree } from "../../support/blocks.ts";
import { encode } from "../../support/bitswap_peer.ts";
import { concat } from "../../../resolver/concat.ts";
import { varint } from "../../support/kad_messages.ts";

const { root: cid } = await rawTree(new TextEncoder().encode("hello"));
const { root: other } = await rawTree(new TextEncoder().encode("other"));

function decode(bytes: Uint8Array, budget = { left: 1_000 }): BitswapMessage {
  return decodeBitswapMessage(bytes, { maxEntries: 10, budget });
}

Deno.test("what is encoded is decoded as it was", () => {
  const message: BitswapMessage = {
    wants: [
      { cid, kind: "block", tellMissing: true },
      { cid: other, kind: "have", tellMissing: false },
      { cid, kind: "cancel", tellMissing: false },
    ],
    full: true,
    blocks: [{ prefix: blockPrefix(cid), data: new TextEncoder().encode("hello") }],
    presences: [{ cid, has: true }, { cid: other, has: false }],
  };
  assert.deepEqual(decode(encodeBitswapMessage(message)), message);
  assert.equal(isSha256Prefix(blockPrefix(cid)), true);
});

Deno.test("a message that was written by hand reads the same", () => {
  const bytes = encode({ wants: [{ cid: cid.bytes, have: true, tellMissing: true }] });
  const { wants } = decode(bytes);
  assert.deepEqual(wants, [{ cid, kind: "have", tellMissing: true }]);
});

Deno.test("so many entries are read; those without a readable CID are left out", () => {
  const wants = Array.from({ length: 50 }, () => ({ cid: cid.bytes }));
  const presences = Array.from({ length: 50 }, () => ({ cid: cid.bytes, has: true }));
  const message = decode(encode({ wants, presences }));
  assert.equal(message.wants.length, 10);
  assert.equal(message.presences.length, 10);
  const broken = [new Uint8Array(), new Uint8Array([1, 2]), new Uint8Array(200)];
  const left = decode(encode({ wants: broken.map((cid) => ({ cid })) }));
  assert.deepEqual(left.wants, []);
});

Deno.test("a prefix that is none, or names another hash, is not SHA-256's", () => {
  for (const bytes of [[], [1], [1, 0x55], [1, 0x55, 0x1b, 32], Array(40).fill(0xff)]) {
    assert.equal(isSha256Prefix(Uint8Array.from(bytes)), false);
  }
});

Deno.test("any bytes are a message or a RangeError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      decode(bytes);
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
  }));
});

Deno.test("fields are counted at all levels, and more than the budget are no message", () => {
  const want = { cid: cid.bytes };
  const budget = { left: 100 };
  decode(encode({ wants: [want, want], presences: [{ cid: cid.bytes, has: true }] }), budget);
  // The list, two wants of five fields each, and a presence of two.
  assert.equal(budget.left, 100 - (1 + 2 * 6 + 3));
  const tiny = (count: number) => new Uint8Array(2 * count).map((_, index) => index % 2 ? 0 : 0x1a);
  const nested = (count: number) => concat([Uint8Array.of(0x0a), varint(2 * count), tiny(count)]);
  for (const bytes of [tiny(101), nested(100), concat(Array(10).fill(nested(10)))]) {
    assert.throws(() => decode(bytes, { left: 100 }), RangeError);
  }
});
