import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSignature, serializeCompactSignature, signatureToCompactSignature } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { normaliseSignature } from "../../../../../gateway/commands/publish/signers/normalise.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The other three usual ways to write the same signature. */
function variants(normal: `0x${string}`): string[] {
  const [r, s, v] = [normal.slice(2, 66), normal.slice(66, 130), normal.slice(130)];
  const parity = v === "1b" ? 0 : 1;
  const high = (ORDER - BigInt(`0x${s}`)).toString(16).padStart(64, "0");
  return [
    `0x${r}${s}0${parity}`,
    `${r}${s}${v}`.toUpperCase(),
    ` 0x${r}${high}${v === "1b" ? "1c" : "1b"}\n`,
    `0x${r}${high}0${1 - parity}`,
    serializeCompactSignature(signatureToCompactSignature(parseSignature(normal))),
  ];
}

Deno.test("every usual way to write a signature becomes the one that a pointer carries", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), async (message) => {
      const normal = await privateKeyToAccount(generatePrivateKey()).signMessage({ message });
      assert.equal(normaliseSignature(normal), normal);
      for (const written of variants(normal)) assert.equal(normaliseSignature(written), normal);
    }),
    { numRuns: 25 },
  );
});

Deno.test("what is no wallet's signature is refused with the reason", () => {
  const word = (text: string) => text.padStart(64, "0");
  const cases: readonly [string, RegExp][] = [
    ["", /has 0 bytes/],
    ["0x1234", /has 2 bytes/],
    ["hello", /hexadecimal/],
    [`0x${word("1")}${word("1")}1d`, /last byte is 29/],
    [`0x${word("1")}${word("1")}25`, /last byte is 37/],
    [`0x${word("0")}${word("1")}1b`, /out of range/],
    [`0x${word("1")}${word("0")}1b`, /out of range/],
    [`0x${ORDER.toString(16)}${word("1")}1b`, /out of range/],
    [`0x${"00".repeat(96)}`, /has 96 bytes/],
  ];
  for (const [written, reason] of cases) {
    assert.throws(() => normaliseSignature(written), { name: "OurSpaceError", message: reason });
  }
});
