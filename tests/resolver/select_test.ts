import assert from "node:assert/strict";
import fc from "fast-check";
import { comparePointers } from "../../schemas/pointer.ts";
import { newest, relation } from "../../resolver/select.ts";
import { anyPointer } from "../support/pointer_arbitrary.ts";

const pointers = fc.array(anyPointer, { maxLength: 6 });

Deno.test("the newest of no pointers is none", () => {
  assert.equal(newest([]), null);
});

Deno.test("no pointer is greater than the newest, whatever order they come in", () => {
  fc.assert(fc.property(pointers, (pointers) => {
    const greatest = newest(pointers);
    for (const pointer of pointers) {
      assert.ok(greatest !== null && comparePointers(pointer, greatest) <= 0);
    }
    const other = newest(pointers.toReversed());
    assert.equal(other && comparePointers(other, greatest ?? other), greatest && 0);
  }));
});

Deno.test("of pointers with the same text the first stays, whatever the signatures are", () => {
  fc.assert(fc.property(anyPointer, (held) => {
    const other = { ...held, signature: "0xff" as const };
    assert.equal(newest([held, other]), held);
    assert.equal(newest([other, held]), other);
    assert.equal(relation(other, held), "same");
  }));
});

Deno.test("a pointer is lesser, the same or greater, seen from either side", () => {
  const opposite = { lesser: "greater", same: "same", greater: "lesser" } as const;
  fc.assert(fc.property(anyPointer, anyPointer, (a, b) => {
    assert.equal(relation(a, b), opposite[relation(b, a)]);
  }));
  fc.assert(fc.property(anyPointer, (pointer) => {
    const later = { ...pointer, timestamp: "9999-12-31T23:59:59.999Z" };
    if (pointer.timestamp !== later.timestamp) assert.equal(relation(later, pointer), "greater");
  }));
});
