import assert from "node:assert/strict";
import fc from "fast-check";
import { isContentCid } from "../../schemas/cid.ts";
import { LOCATION_MAX_LENGTH, locationFault } from "../../schemas/location.ts";
import { pointerText, serializePointer } from "../../schemas/pointer.ts";
import { timestampFault } from "../../schemas/timestamp.ts";
import { readGrammar } from "../support/abnf.ts";
import { anyPointer, nearlyLocation } from "../support/pointer_arbitrary.ts";
import { vectorBytes, vectors } from "../support/vectors.ts";

const matches = await readGrammar(new URL("../../schemas/pointer.md", import.meta.url));

/** Rule 5 of pointer.md, "Beyond the grammar", for one location. */
function keepsRuleFive(location: string): boolean {
  if (location.length > LOCATION_MAX_LENGTH) return false;
  const [, scheme, host, port] = /^(https?):\/\/([^/:]*)(?::([0-9]*))?\//.exec(location) ?? [];
  if (scheme === undefined || host === undefined) return true;
  const labels = host.split(".");
  return labels.every((label) => label.length <= 63) &&
    (labels.at(-1) !== "onion" || matches("onion-host", host)) &&
    port !== { https: "443", http: "80" }[scheme];
}

Deno.test("grammar and code agree on what a location is", () => {
  let accepted = 0;
  fc.assert(
    fc.property(nearlyLocation, (location) => {
      const expected = matches("location", location) && keepsRuleFive(location);
      assert.equal(locationFault(location) === null, expected, location);
      if (expected) accepted++;
    }),
    { numRuns: 4_000 },
  );
  assert.ok(accepted > 400 && accepted < 3_600, `${accepted} of 4000 were locations`);
});

Deno.test("grammar and code agree on what a timestamp is", () => {
  const number = (digits: number) =>
    fc.nat({ max: 10 ** digits - 1 }).map((n) => String(n).padStart(digits, "0"));
  const likely = (first: number, last: number) =>
    fc.integer({ min: first, max: last }).map((n) => String(n).padStart(2, "0"));
  const timestamp = fc.tuple(
    fc.oneof(number(4), fc.constantFrom("2019", "2020", "2099", "2100", "2999", "3000", "9999")),
    likely(0, 13),
    likely(0, 32),
    likely(0, 25),
    likely(0, 61),
    likely(0, 61),
    fc.constantFrom(".000Z", ".999Z", "Z", ".0Z", ".000z"),
  ).map(([year, month, day, hour, minute, second, end]) =>
    `${year}-${month}-${day}T${hour}:${minute}:${second}${end}`
  );
  const real = (text: string) =>
    new Date(
      Date.parse(`${text.slice(0, 7)}-01T00:00:00Z`) + (Number(text.slice(8, 10)) - 1) * 864e5,
    )
      .toISOString().slice(0, 10) === text.slice(0, 10);
  fc.assert(
    fc.property(timestamp, (text) => {
      assert.equal(timestampFault(text) === null, matches("timestamp", text) && real(text));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("the grammar describes every signed text, every record and every CID that the code makes", () => {
  fc.assert(
    fc.property(anyPointer, (pointer) => {
      assert.ok(matches("signed-text", pointerText(pointer)));
      assert.ok(matches("record", new TextDecoder().decode(serializePointer(pointer))));
      assert.ok(matches("cid", pointer.cid) && isContentCid(pointer.cid));
    }),
    { numRuns: 30 },
  );
});

/** Malformed vectors that the grammar admits, by the number of the rule "beyond the grammar". */
const BEYOND = new RegExp([
  "/too-large",
  "/address-(upper-case|lower-case|wrong-checksum)", // 1
  "/chain-id-2-53", // 2
  "/timestamp-february", // 3
  "/locations-duplicate|/location-(513|label-64|short-onion|onion-subdomain|default-port)", // 5
  "/signature-(eip-2098|66-bytes)", // 6
].join("|"));

Deno.test("the grammar admits the well-formed vectors, and malformed ones only where it says so", async () => {
  for (const vector of vectors) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await vectorBytes(vector));
    const formal = vector.outcome === "malformed" || vector.outcome === "too-large";
    assert.equal(matches("record", text), !formal || BEYOND.test(vector.file), vector.file);
  }
});
