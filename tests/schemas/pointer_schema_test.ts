import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { locationFault } from "../../schemas/location.ts";
import { serializePointer } from "../../schemas/pointer.ts";
import { anyPointer, nearlyLocation } from "../support/pointer_arbitrary.ts";
import { type Vector, vectorBytes, vectors } from "../support/vectors.ts";

const schema = JSON.parse(
  await Deno.readTextFile(new URL("../../schemas/pointer.schema.json", import.meta.url)),
);
// The branches of a condition refine properties that stand outside of it.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
ajv.addSchema(schema, "pointer.schema.json");
const validate = ajv.compile({ $ref: "pointer.schema.json" });

/** What pointer.md, "JSON Schema", lists as out of a schema's sight, by the vectors' names. */
const BYTES_ONLY =
  /\/(trailing-newline|padded|indented|too-large|key-(order|duplicate|escaped)|escaped-)|-(fraction|exponent)\./;
const CHECKSUM = /\/address-(lower-case|upper-case|wrong-checksum)/;
const REAL_DATE = /\/timestamp-february/;

function verdict(bytes: Uint8Array): Vector["schema"] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return validate(JSON.parse(text)) ? "accepts" : "refuses";
  } catch {
    return "not JSON";
  }
}

Deno.test("the schema judges each vector as its index says", async (t) => {
  for (const vector of vectors) {
    await t.step(`${vector.schema}: ${vector.file}`, async () => {
      assert.equal(verdict(await vectorBytes(vector)), vector.schema);
    });
  }
});

Deno.test("the schema accepts every well-formed pointer", () => {
  fc.assert(fc.property(anyPointer, (pointer) => {
    // Any bytes are well formed as a wallet's signature; the schema also looks at v.
    const signature = `0x${pointer.signature.slice(2, 130)}1b` as const;
    const wallet = pointer.identity.kind === "wallet";
    const bytes = serializePointer(wallet ? { ...pointer, signature } : pointer);
    assert.equal(verdict(bytes), "accepts");
  }));
});

Deno.test("schema and code agree on what a location is", () => {
  const validLocation = ajv.compile({
    $ref: "pointer.schema.json#/properties/locations/items",
  });
  fc.assert(
    fc.property(nearlyLocation, (location) => {
      assert.equal(validLocation(location), locationFault(location) === null, location);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("the schema accepts malformed records only for the reasons that the specification lists", () => {
  for (const { file, outcome, schema } of vectors) {
    const formal = outcome === "malformed" || outcome === "too-large";
    const outOfSight = [BYTES_ONLY, CHECKSUM, REAL_DATE].some((reason) => reason.test(file));
    if (formal) assert.equal(schema === "accepts", outOfSight, file);
  }
});
