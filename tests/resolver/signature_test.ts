import assert from "node:assert/strict";
import fc from "fast-check";
import { hashMessage, recoverAddress } from "viem/utils";
import { isSignedBy, personalMessageDigest } from "../../resolver/signature.ts";
import { checksumAddress } from "../../schemas/identity.ts";
import { makeSigner } from "../support/pointers.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const hex = (value: bigint) => value.toString(16).padStart(64, "0");

Deno.test("the digest is EIP-191's, over UTF-8", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
    assert.equal(personalMessageDigest(text), hashMessage(text));
  }));
});

Deno.test("a signature is the account's over the text, and over no other text or account", async () => {
  const [alice, bob] = [makeSigner(), makeSigner()];
  const signature = await alice.sign("a text");
  assert.ok(await isSignedBy(alice.identity.address, "a text", signature));
  assert.ok(!await isSignedBy(alice.identity.address, "a text\n", signature));
  assert.ok(!await isSignedBy(bob.identity.address, "a text", signature));
});

Deno.test("the other signatures that the same key and text have are refused", async () => {
  const alice = makeSigner();
  const signature = await alice.sign("a text");
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)];
  const parity = v === "1b" ? 0 : 1;
  const flipped = parity === 0 ? "1c" : "1b";
  const compact = (BigInt(parity) << 255n) | BigInt(`0x${s}`);
  const others = {
    "v of 0 or 1": r + s + `0${parity}`,
    "v of EIP-155": r + s + (37 + parity).toString(16),
    "a high s": r + hex(ORDER - BigInt(`0x${s}`)) + flipped,
    "EIP-2098": r + hex(compact),
    "upper case": signature.slice(2).toUpperCase(),
    "one byte more": r + s + v + "00",
    "nothing": "",
  };
  for (const [form, other] of Object.entries(others)) {
    assert.ok(!await isSignedBy(alice.identity.address, "a text", `0x${other}`), form);
  }
});

Deno.test("numbers that no signature can have are refused, not thrown", async () => {
  const alice = makeSigner();
  const numbers = [0n, 1n, 5n, ORDER / 2n, ORDER / 2n + 1n, ORDER - 1n, ORDER, 2n ** 256n - 1n];
  for (const r of numbers) {
    for (const s of numbers) {
      for (const v of ["1b", "1c"]) {
        const signature = `0x${hex(r)}${hex(s)}${v}` as const;
        assert.ok(!await isSignedBy(alice.identity.address, "a text", signature));
      }
    }
  }
});

Deno.test("s may be the lower half's last number, and not the next one", async () => {
  const text = "a text";
  // Any r on the curve and any s are somebody's signature: recovery says whose.
  const lastS = ORDER / 2n;
  for (const [s, accepted] of [[1n, true], [lastS, true], [lastS + 1n, false]] as const) {
    const signature = `0x${hex(1n)}${hex(s)}1b` as const;
    const maker = await recoverAddress({ hash: personalMessageDigest(text), signature });
    assert.equal(await isSignedBy(checksumAddress(maker), text, signature), accepted);
  }
});
