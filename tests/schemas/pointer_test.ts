import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { checksumAddress, identityText } from "../../schemas/identity.ts";
import {
  comparePointers,
  isWithdrawn,
  parsePointer,
  type Pointer,
  pointerKey,
  pointerText,
} from "../../schemas/pointer.ts";
import { anyPointer } from "../support/pointer_arbitrary.ts";
import { vectorBytes, vectors } from "../support/vectors.ts";

const address = checksumAddress("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");

/** Pointers of few different fields, so that equal timestamps and equal texts occur. */
const crowded: fc.Arbitrary<Pointer> = fc.record({
  identity: fc.constant({ kind: "wallet" as const, address }),
  timestamp: fc.constantFrom("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z"),
  cid: fc.constantFrom("bafkrei", "bafybei").map((head) => `${head}a${"a".repeat(50)}a`),
  locations: fc.constantFrom([], ["https://a.example/"], [
    "https://a.example/",
    "http://a.example/",
  ]),
  signature: fc.constantFrom("0x00" as const, "0x01" as const),
});

Deno.test("the signed text is the specification's, byte for byte", () => {
  const pointer = {
    identity: { kind: "wallet", address },
    timestamp: "2026-11-20T08:22:17.000Z",
    cid: "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
    locations: ["https://alice.example/feed.xml"],
  } as const;
  const lines = [
    "OurSpace pointer v1",
    "",
    "I publish my feed at the content address below. Signing is free and sends no transaction.",
    "",
    "Address: 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
    "Timestamp: 2026-11-20T08:22:17.000Z",
    "CID: bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
    "Location: https://alice.example/feed.xml",
  ];
  assert.equal(pointerText(pointer), lines.join("\n"));
  assert.equal(pointerText({ ...pointer, locations: [] }), lines.slice(0, -1).join("\n"));
  const account = { ...pointer, identity: { kind: "contract", chainId: 10, address } } as const;
  assert.equal(pointerText(account), lines.toSpliced(5, 0, "Chain ID: 10").join("\n"));
});

Deno.test("the vectors' signed texts and identities are what the code makes of their records", async () => {
  for (const vector of vectors.filter((vector) => vector.text !== undefined)) {
    const pointer = parsePointer(await vectorBytes(vector));
    assert.equal(pointerText(pointer), vector.text, vector.file);
    assert.equal(identityText(pointer.identity), vector.identity, vector.file);
    assert.equal(isWithdrawn(pointer), vector.withdrawn ?? false, vector.file);
  }
});

Deno.test("different fields never give the same signed text", () => {
  const unsigned = ({ signature: _, ...fields }: Pointer) => JSON.stringify(fields);
  fc.assert(fc.property(fc.oneof(crowded, anyPointer), fc.oneof(crowded, anyPointer), (a, b) => {
    assert.equal(pointerText(a) === pointerText(b), unsigned(a) === unsigned(b));
  }));
});

Deno.test("the order of pointers is total and judges nothing but the signed text", () => {
  fc.assert(
    fc.property(crowded, crowded, crowded, (a, b, c) => {
      assert.equal(comparePointers(a, b) === 0, pointerText(a) === pointerText(b));
      // + 0 turns −0 into 0.
      assert.equal(comparePointers(a, b), -comparePointers(b, a) + 0);
      if (comparePointers(a, b) <= 0 && comparePointers(b, c) <= 0) {
        assert.ok(comparePointers(a, c) <= 0);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the later pointer is greater; at one time, the greater text in bytes is", () => {
  const bytes = (pointer: Pointer) => new TextEncoder().encode(pointerText(pointer));
  fc.assert(fc.property(anyPointer, anyPointer, fc.boolean(), (a, other, sameTime) => {
    const b = sameTime ? { ...other, timestamp: a.timestamp } : other;
    const later = Math.sign(Date.parse(a.timestamp) - Date.parse(b.timestamp));
    assert.equal(comparePointers(a, b), later || Buffer.compare(bytes(a), bytes(b)));
  }));
});

Deno.test("the DHT key is the identity's text with the address in lower case", () => {
  const text = (key: Uint8Array) => new TextDecoder().decode(key);
  assert.equal(
    text(pointerKey({ kind: "wallet", address })),
    "/ourspace/0xd8da6bf26964af9d7eed9e03e53415d37aa96045",
  );
  assert.equal(
    text(pointerKey({ kind: "contract", chainId: 1, address })),
    "/ourspace/eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045",
  );
});
