import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { chooseCoding, compress } from "../../../gateway/http/content_coding.ts";

const cases: readonly [string | null, string][] = [
  [null, "identity"],
  ["", "identity"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip", "gzip"],
  ["gzip;q=1.0, br;q=0.5", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["*", "br"],
  ["*;q=0", "identity"],
  ["identity", "identity"],
  ["GZIP", "gzip"],
  ["br;q=nonsense", "identity"],
  ["br,".repeat(1000), "identity"],
];

for (const [header, coding] of cases) {
  const shown = header === null ? "no header" : `"${header.slice(0, 40)}"`;
  Deno.test(`${shown} gets ${coding}`, () => assert.equal(chooseCoding(header), coding));
}

Deno.test("what was compressed unpacks to the same bytes", async () => {
  const bytes = new TextEncoder().encode("<item>post</item>\n".repeat(500));
  const brotli = await compress(bytes, "br");
  const gzip = await compress(bytes, "gzip");
  assert.ok(brotli !== null && gzip !== null);
  assert.deepEqual(new Uint8Array(brotliDecompressSync(brotli)), bytes);
  assert.deepEqual(new Uint8Array(gunzipSync(gzip)), bytes);
});

Deno.test("small and incompressible bodies are sent as they are", async () => {
  assert.equal(await compress(new Uint8Array(100), "br"), null);
  assert.equal(await compress(crypto.getRandomValues(new Uint8Array(5000)), "gzip"), null);
});
