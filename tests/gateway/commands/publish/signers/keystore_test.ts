import assert from "node:assert/strict";
import { decryptKeystore } from "../../../../../gateway/commands/publish/signers/keystore.ts";
import { parseKeystore } from "../../../../../gateway/commands/publish/signers/keystore_file.ts";
import { OurSpaceError } from "../../../../../schemas/errors.ts";
import { CALL } from "../../../../support/content.ts";

/** The two test vectors of the Web3 Secret Storage definition, and what they hold. */
const SECRET = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
const PASSWORD = "testpassword";

async function vector(kind: "scrypt" | "pbkdf2"): Promise<string> {
  return await Deno.readTextFile(
    new URL(`../../../../vectors/keystores/${kind}.json`, import.meta.url),
  );
}

/** The scrypt vector with some members of `crypto` replaced. */
async function changed(crypto: Record<string, unknown>): Promise<string> {
  const file = JSON.parse(await vector("scrypt"));
  return JSON.stringify({ ...file, crypto: { ...file.crypto, ...crypto } });
}

for (const kind of ["scrypt", "pbkdf2"] as const) {
  Deno.test(`the keystore definition's ${kind} vector opens`, async () => {
    const shares: number[] = [];
    const key = await decryptKeystore(await vector(kind), PASSWORD, CALL, (s) => shares.push(s));
    assert.equal(key, SECRET);
    if (kind === "scrypt") assert.equal(shares.at(-1), 1);
  });
}

Deno.test("geth's old spelling with a capital Crypto opens too", async () => {
  const text = (await vector("pbkdf2")).replace('"crypto"', '"Crypto"');
  assert.equal(await decryptKeystore(text, PASSWORD, CALL), SECRET);
});

Deno.test("a wrong password is refused by name, and is not in the error", async () => {
  await assert.rejects(
    decryptKeystore(await vector("pbkdf2"), "wrong-password", CALL),
    (error: Error) => {
      assert.ok(error instanceof OurSpaceError);
      assert.match(error.message, /password does not open/);
      assert.doesNotMatch(error.message + error.remedy + error.stack, /wrong-password/);
      return true;
    },
  );
});

Deno.test("opening a keystore can be stopped", async () => {
  const stop = new AbortController();
  const opening = decryptKeystore(await vector("scrypt"), PASSWORD, stop, () => stop.abort());
  await assert.rejects(opening, { name: "AbortError" });
});

Deno.test("what is no keystore, or too expensive, is refused with the reason", async () => {
  const cases: readonly [string, RegExp][] = [
    ["", /no JSON/],
    ["[]", /no object/],
    ['{"version":1}', /version/],
    ['{"version":3}', /Crypto is no object/],
    ["{" + " ".repeat(100_000) + "}", /too large/],
    [await changed({ cipher: "aes-128-cbc" }), /aes-128-cbc/],
    [await changed({ cipherparams: { iv: "00" } }), /32-byte key/],
    [await changed({ ciphertext: "xy" }), /hexadecimal/],
    [await changed({ kdf: "argon2" }), /argon2/],
    [await changed({ kdfparams: { n: 2 ** 30, r: 8, p: 1, dklen: 32, salt: "" } }), /memory/],
    [await changed({ kdfparams: { n: 1_000, r: 8, p: 1, dklen: 32, salt: "" } }), /power of two/],
    [await changed({ kdfparams: { n: 2, r: 8, p: 1, dklen: 16, salt: "" } }), /16 bytes/],
    [await changed({ kdfparams: { n: -2, r: 8, p: 1, dklen: 32, salt: "" } }), /positive/],
    [
      await changed({
        kdf: "pbkdf2",
        kdfparams: { c: 1e9, prf: "hmac-sha256", dklen: 32, salt: "" },
      }),
      /time/,
    ],
  ];
  for (const [text, reason] of cases) {
    assert.throws(() => parseKeystore(text), { name: "OurSpaceError", message: reason });
  }
});
