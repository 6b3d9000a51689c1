import assert from "node:assert/strict";
import fc from "fast-check";
import { messageFields, readVarint } from "../../../resolver/protobuf/read_fields.ts";
import { PEER_MAX_ADDRESSES, summarize } from "../../../resolver/network/message_guard.ts";
import { encodeMessage, FIND_NODE, kadPeerInfo, varint } from "../../support/kad_messages.ts";

/** Whatever throws must be the guard's own refusal. */
function outcome(read: () => void): "read" | "refused" {
  try {
    read();
    return "read";
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return "refused";
  }
}

Deno.test("any bytes are read to their end, or refused", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    let held = 0;
    outcome(() => {
      for (const field of messageFields(bytes)) held += 1 + field.bytes.length;
    });
    assert.ok(held <= bytes.length);
    outcome(() => summarize(bytes));
  }));
});

Deno.test("what is cut off anywhere is no message", () => {
  const message = encodeMessage({
    type: FIND_NODE,
    key: new Uint8Array(20),
    closer: [kadPeerInfo(new Uint8Array(9), [])],
  });
  const whole = [...messageFields(message)].length;
  for (let end = 1; end < message.length; end++) {
    const cut = message.subarray(0, end);
    let fields = 0;
    const read = outcome(() => {
      for (const _ of messageFields(cut)) fields += 1;
    });
    // A cut between two fields leaves a shorter message.
    assert.ok(read === "refused" || fields < whole);
  }
});

Deno.test("numbers are read as they are written, and not beyond what is exact", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => {
    const bytes = varint(value);
    if (bytes.length > 7) assert.throws(() => readVarint(bytes, 0), RangeError);
    else assert.deepEqual(readVarint(bytes, 0), { value, end: bytes.length });
  }));
  assert.equal(readVarint(Uint8Array.of(0x80, 0x80), 0), null);
});

Deno.test("one peer may be named with so many addresses", () => {
  const id = new Uint8Array(34);
  const named = (count: number) =>
    encodeMessage({
      type: FIND_NODE,
      key: new Uint8Array(20),
      closer: [
        kadPeerInfo(id, Array.from({ length: count }, (_, i) => `/ip4/9.9.9.9/tcp/${i + 1}`)),
      ],
    });
  assert.deepEqual(summarize(named(PEER_MAX_ADDRESSES)), { kind: "FIND_NODE", peers: 1 });
  assert.throws(() => summarize(named(PEER_MAX_ADDRESSES + 1)), RangeError);
});

Deno.test("a message of many tiny fields is refused before they are all read", () => {
  const fields = (count: number) =>
    new Uint8Array(2 * count).map((_, index) => index % 2 ? 0 : 0x52);
  assert.deepEqual(summarize(fields(2_048)), { kind: "PUT_VALUE", peers: 0 });
  assert.throws(() => summarize(fields(2_049)), RangeError);
  const budget = { left: 3 };
  assert.throws(() => [...messageFields(fields(100), budget)], RangeError);
  assert.equal(budget.left, 0);
});
