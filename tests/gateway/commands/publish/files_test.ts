import assert from "node:assert/strict";
import { generatePrivateKey } from "viem/accounts";
import { listFolder } from "../../../../gateway/commands/publish/files.ts";
import { CALL } from "../../../support/content.ts";
import { temporaryFolder } from "../../../support/temporary.ts";

const KEY = generatePrivateKey().slice(2);

Deno.test("secrets, hidden files, links and the node's own data stay out of a publication", async () => {
  await using folder = await temporaryFolder();
  const write = (path: string, text: string) => Deno.writeTextFile(`${folder.path}/${path}`, text);
  await Deno.mkdir(`${folder.path}/pictures/.cache`, { recursive: true });
  await Deno.mkdir(`${folder.path}/data`);
  await write("feed.xml", "<rss/>");
  await write("pictures/a.jpg", "a");
  await write("pictures/.cache/b", "b");
  await write(".env", "A=1");
  await write("data/pointers.sqlite", "");
  await write("wallet", KEY);
  await write("wallet.txt", `0x${KEY}\n`);
  await write("me.KEY", "anything");
  await write("id_ed25519", "anything");
  await write("tls.txt", "-----BEGIN EC PRIVATE KEY-----\nMHc=\n");
  await write("UTC--2026-11-20T08-22-17.000Z--d8da6bf2", "{}");
  await write("account.json", '{"Crypto": {"kdf": "scrypt", "ciphertext": "00"}, "version": 3}');
  await write("back\\slash.txt", "x");
  await Deno.symlink("/etc/hostname", `${folder.path}/hostname`);

  const { files, leftOut } = await listFolder(folder.path, [`${folder.path}/data`], CALL);
  assert.deepEqual(files.map(({ path }) => path), ["feed.xml", "pictures/a.jpg"]);
  const reasons = new Map(leftOut.map(({ path, reason }) => [path, reason]));
  const expected: readonly [string, RegExp][] = [
    [".env", /hidden/],
    ["UTC--2026-11-20T08-22-17.000Z--d8da6bf2", /key file/],
    ["account.json", /keystore/],
    ["back\\slash.txt", /characters/],
    ["data", /secret, or the node's data/],
    ["hostname", /link/],
    ["id_ed25519", /key file/],
    ["me.KEY", /key file/],
    ["pictures/.cache", /hidden/],
    ["tls.txt", /PEM/],
    ["wallet", /private key/],
    ["wallet.txt", /private key/],
  ];
  assert.deepEqual([...reasons.keys()], expected.map(([path]) => path));
  for (const [path, reason] of expected) assert.match(reasons.get(path) ?? "", reason);
});

Deno.test("a file is read in pieces, and a shorter one gives what it has", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/a`, "0123456789");
  const { files: [file] } = await listFolder(folder.path, [], CALL);
  const read = async (start: number, end: number) =>
    new TextDecoder().decode(await file?.read(start, end, CALL));
  assert.equal(await read(0, 10), "0123456789");
  assert.equal(await read(3, 5), "34");
  assert.equal(await read(8, 20), "89");
});
