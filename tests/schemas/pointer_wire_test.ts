import assert from "node:assert/strict";
import fc from "fast-check";
import { MalformedPointerError } from "../../schemas/errors.ts";
import { parsePointer, POINTER_MAX_BYTES, serializePointer } from "../../schemas/pointer.ts";
import { anyPointer } from "../support/pointer_arbitrary.ts";
import { vectorBytes, vectorFiles, vectors } from "../support/vectors.ts";

Deno.test("the index of the vectors lists every file, and nothing else", () => {
  assert.deepEqual(vectors.map((vector) => vector.file).sort(), vectorFiles().sort());
});

Deno.test("each vector is well formed or malformed as its index says", async (t) => {
  for (const vector of vectors) {
    await t.step(`${vector.file}: ${vector.about}`, async () => {
      const bytes = await vectorBytes(vector);
      if (vector.outcome === "malformed" || vector.outcome === "too-large") {
        assert.throws(() => parsePointer(bytes), MalformedPointerError);
      } else {
        assert.deepEqual(serializePointer(parsePointer(bytes)), bytes);
      }
    });
  }
});

Deno.test("what was serialised parses to the same pointer, unless it is too large", () => {
  fc.assert(fc.property(anyPointer, (pointer) => {
    const bytes = serializePointer(pointer);
    if (bytes.length > POINTER_MAX_BYTES) {
      assert.throws(() => parsePointer(bytes), /larger than 8192 bytes/);
    } else {
      assert.deepEqual(parsePointer(bytes), pointer);
    }
  }));
});

Deno.test("a record parses only from its own bytes: a changed, missing or added byte changes or ends it", () => {
  const byte = fc.nat({ max: 255 });
  const place = fc.nat({ max: POINTER_MAX_BYTES });
  const removed = fc.nat({ max: 2 });
  fc.assert(
    fc.property(
      anyPointer,
      place,
      removed,
      fc.array(byte, { maxLength: 2 }),
      (pointer, at, removed, added) => {
        const bytes = [...serializePointer(pointer)];
        bytes.splice(at % bytes.length, removed, ...added);
        const changed = Uint8Array.from(bytes);
        try {
          assert.deepEqual(serializePointer(parsePointer(changed)), changed);
        } catch (error) {
          if (!(error instanceof MalformedPointerError)) throw error;
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

Deno.test("any bytes at all are a pointer or MalformedPointerError", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(fc.property(bytes, (bytes) => {
    assert.throws(() => parsePointer(bytes), MalformedPointerError);
  }));
});

Deno.test("the size is judged before anything is decoded or parsed", () => {
  const noText = new Uint8Array(POINTER_MAX_BYTES + 1).fill(0xff);
  assert.throws(() => parsePointer(noText), /larger/);
  assert.throws(() => parsePointer(noText.subarray(1)), /UTF-8/);
});

Deno.test("an error says which rule the record breaks", async () => {
  const rules = {
    "invalid/byte-order-mark.json": /not JSON/,
    "invalid/key-unknown.json": /key that version 1 does not know/,
    "invalid/key-duplicate.json": /canonical/,
    "invalid/version-2.json": /version is not 1/,
    "invalid/missing-cid.json": /cid is missing/,
    "invalid/address-wrong-checksum.json": /EIP-55/,
    "invalid/chain-id-0.json": /chain ID/,
    "invalid/timestamp-february-30.json": /real instant/,
    "invalid/cid-version-0.json": /CIDv1/,
    "invalid/locations-nine.json": /more than 8/,
    "invalid/locations-duplicate.json": /twice/,
    "invalid/location-ipv4.json": /host/,
    "invalid/signature-eip-2098.json": /65 bytes/,
    "invalid/signature-contract-3073-bytes.json": /3072 bytes/,
  };
  for (const [file, message] of Object.entries(rules)) {
    const vector = vectors.find((vector) => vector.file === file);
    assert.ok(vector, file);
    const bytes = await vectorBytes(vector);
    assert.throws(() => parsePointer(bytes), { name: "MalformedPointerError", message }, file);
  }
});
