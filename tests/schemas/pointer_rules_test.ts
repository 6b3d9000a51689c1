import assert from "node:assert/strict";
import fc from "fast-check";
import { MalformedPointerError } from "../../schemas/errors.ts";
import { checkUnsignedPointer, type UnsignedPointer } from "../../schemas/pointer.ts";
import { anyCid, anyIdentity, anyLocation, anyTimestamp } from "../support/pointer_arbitrary.ts";

const fine: fc.Arbitrary<UnsignedPointer> = fc.record({
  identity: anyIdentity,
  timestamp: anyTimestamp,
  cid: anyCid,
  locations: fc.uniqueArray(anyLocation, { maxLength: 8 }),
}, { noNullPrototype: true });

Deno.test("what follows the rules may be signed", () => {
  fc.assert(fc.property(fine, (pointer) => checkUnsignedPointer(pointer)));
});

Deno.test("what breaks one rule may not be signed", () => {
  const mistakes = fc.constantFrom<Partial<UnsignedPointer>>(
    { timestamp: "2026-11-20T08:22:17Z" },
    { cid: "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n" },
    { cid: "" },
    { locations: ["https://alice.example"] },
    { locations: ["https://alice.example/", "https://alice.example/"] },
    { locations: Array.from({ length: 9 }, (_, at) => `https://alice.example/${at}`) },
  );
  fc.assert(fc.property(fine, mistakes, (pointer, mistake) => {
    assert.throws(() => checkUnsignedPointer({ ...pointer, ...mistake }), MalformedPointerError);
  }));
});

Deno.test("a chain ID is an integer from 1 to 2^53 − 1", () => {
  const chainIds = fc.constantFrom(0, -1, 1.5, NaN, Infinity, 2 ** 53);
  fc.assert(fc.property(fine, chainIds, (pointer, chainId) => {
    const { address } = pointer.identity;
    const identity = { kind: "contract", chainId, address } as const;
    assert.throws(() => checkUnsignedPointer({ ...pointer, identity }), MalformedPointerError);
  }));
});
