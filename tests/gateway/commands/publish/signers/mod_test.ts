import assert from "node:assert/strict";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { KeyChoice } from "../../../../../gateway/commands/publish/arguments.ts";
import { openSigner } from "../../../../../gateway/commands/publish/signers/mod.ts";
import { checksumAddress } from "../../../../../schemas/identity.ts";
import { CALL } from "../../../../support/content.ts";
import { temporaryFolder } from "../../../../support/temporary.ts";
import { testTerminal } from "../../../../support/terminal.ts";

const KEY = generatePrivateKey().slice(2);
const ACCOUNT = checksumAddress(privateKeyToAccount(`0x${KEY}`).address);
/** The account of the keystore vectors. */
const KEYSTORE_ACCOUNT = checksumAddress("0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
const KEYSTORE = new URL("../../../../vectors/keystores/pbkdf2.json", import.meta.url).pathname;

const outbound = { fetch: () => Promise.reject(new Error("Nobody is asked here")) };

function open(
  key: KeyChoice,
  options: {
    environment?: Record<string, string>;
    account?: typeof ACCOUNT;
    terminal?: ReturnType<typeof testTerminal>;
  } = {},
) {
  const { environment = {}, account = null, terminal = testTerminal() } = options;
  return openSigner({ key, account }, { environment, terminal, outbound }, CALL);
}

Deno.test("a key file may have 0x and a line feed; others' permission to read it is warned of", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.key`;
  await Deno.writeTextFile(path, `0x${KEY.toUpperCase()}\n`, { mode: 0o600 });
  const terminal = testTerminal();
  assert.equal((await open({ kind: "key-file", path }, { terminal })).address, ACCOUNT);
  assert.deepEqual(terminal.notes, []);
  await Deno.chmod(path, 0o644);
  await open({ kind: "key-file", path }, { terminal });
  assert.match(terminal.notes.join(), /others on this machine can read .*chmod 600/);
});

Deno.test("the key can come from the environment", async () => {
  const signer = await open({ kind: "environment" }, {
    environment: { OURSPACE_PRIVATE_KEY: KEY },
  });
  assert.equal(signer.address, ACCOUNT);
});

Deno.test("a keystore's password comes from a file, the environment or the person", async () => {
  await using folder = await temporaryFolder();
  const passwordFile = `${folder.path}/password`;
  await Deno.writeTextFile(passwordFile, "testpassword\r\n", { mode: 0o600 });
  const fromFile = await open({ kind: "keystore", path: KEYSTORE, passwordFile });
  assert.equal(fromFile.address, KEYSTORE_ACCOUNT);

  const choice: KeyChoice = { kind: "keystore", path: KEYSTORE, passwordFile: null };
  const environment = { OURSPACE_KEYSTORE_PASSWORD: "testpassword" };
  assert.equal((await open(choice, { environment })).address, KEYSTORE_ACCOUNT);

  const terminal = testTerminal({ secret: "testpassword" });
  assert.equal((await open(choice, { terminal })).address, KEYSTORE_ACCOUNT);
  assert.match(terminal.questions.join(), /Password/);

  await assert.rejects(open(choice), { message: /password is missing/ });
});

Deno.test("without a key every way to get one is listed", async () => {
  const error: Error & { remedy?: string } = await open({ kind: "environment" }).then(
    () => assert.fail("It opened"),
    (reason) => reason,
  );
  assert.match(error.message, /no key/);
  const ways = [
    "--key-file",
    "--keystore",
    "--rpc",
    "--dry-run",
    "OURSPACE_PRIVATE_KEY",
    "openssl",
  ];
  for (const way of ways) assert.ok(error.remedy?.includes(way), way);
});

Deno.test("another account than the wanted one is refused, naming both", async () => {
  const other = checksumAddress("0x52908400098527886e0f7030069857d2e4169ee7");
  await assert.rejects(
    open({ kind: "environment" }, {
      environment: { OURSPACE_PRIVATE_KEY: KEY },
      account: other,
    }),
    (error: Error) => error.message.includes(ACCOUNT) && error.message.includes(other),
  );
});

Deno.test("what is no key is refused, and never shown", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file`;
  const cases: readonly [string, RegExp][] = [
    ["correct horse battery staple", /holds no private key/],
    ["00".repeat(32), /holds no private key/],
    ["ff".repeat(32), /holds no private key/],
    [KEY.slice(1), /holds no private key/],
    ['{"crypto": {}}', /holds no private key/],
    ["x".repeat(70_000), /too large/],
  ];
  for (const [text, reason] of cases) {
    await Deno.writeTextFile(path, text, { mode: 0o600 });
    await assert.rejects(open({ kind: "key-file", path }), (error: Error & { remedy: string }) => {
      assert.match(error.message, reason);
      const words = [error.message, error.remedy, error.stack, String(error.cause)].join();
      assert.ok(!words.includes(text), "the secret is in the error");
      return true;
    });
  }
  await assert.rejects(open({ kind: "key-file", path: `${path}.missing` }), {
    message: /does not exist/,
  });
  await assert.rejects(open({ kind: "key-file", path: folder.path }), { message: /is no file/ });
});
