import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readAdminToken } from "../../../resolver/node/admin_token.ts";
import { readAnnouncement } from "../../../resolver/node/announcement.ts";
import { FolderInUseError } from "../../../resolver/node/folder_lock.ts";
import { openNode } from "../../../resolver/node/open_node.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const report = assert.fail;

Deno.test("a second process is told who holds the folder", async () => {
  await using first = await temporaryNode();
  await first.node.announce("http://127.0.0.1:8000");
  await assert.rejects(openNode({ dataDir: first.dataDir, report }), (error: unknown) => {
    assert.ok(error instanceof FolderInUseError);
    assert.deepEqual(error.holder, { pid: Deno.pid, url: "http://127.0.0.1:8000" });
    assert.match(error.message, new RegExp(`process ${Deno.pid}, .* http://127\\.0\\.0\\.1:8000`));
    return true;
  });
});

Deno.test("a failed try takes nothing from the one that holds the folder", async () => {
  await using first = await temporaryNode();
  await assert.rejects(openNode({ dataDir: first.dataDir, report }), FolderInUseError);
  assert.deepEqual(await readAnnouncement(first.dataDir), { pid: Deno.pid, url: null });
  await assert.rejects(openNode({ dataDir: first.dataDir, report }), FolderInUseError);
});

Deno.test("a closed node frees its folder, and closing twice is closing once", async () => {
  await using first = await temporaryNode();
  await Promise.all([first.node.close(), first.node.close()]);
  await first.node.close();
  assert.equal(await readAnnouncement(first.dataDir), null);
  const second = await openNode({ dataDir: first.dataDir, report });
  assert.equal(second.adminToken, first.node.adminToken);
  await second.close();
});

Deno.test("a node that cannot be opened frees its folder", async () => {
  await using folder = await temporaryFolder();
  const foreign = new DatabaseSync(`${folder.path}/pointers.sqlite`);
  foreign.exec("CREATE TABLE notes (text TEXT)");
  foreign.close();
  await assert.rejects(openNode({ dataDir: folder.path, report }), /another program/);
  await Deno.remove(`${folder.path}/pointers.sqlite`);
  await (await openNode({ dataDir: folder.path, report })).close();
});

Deno.test("the admin token is 32 random bytes that only the owner can read", async () => {
  await using first = await temporaryNode();
  await using second = await temporaryNode();
  assert.match(first.node.adminToken, /^[0-9a-f]{64}$/);
  assert.notEqual(first.node.adminToken, second.node.adminToken);
  assert.equal(await readAdminToken(first.dataDir), first.node.adminToken);
  const { mode } = await Deno.stat(`${first.dataDir}/admin-token`);
  if (mode !== null) assert.equal(mode & 0o777, 0o600);
});

Deno.test("an admin token file that holds none is an error with a remedy", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/admin-token`, "");
  await assert.rejects(openNode({ dataDir: folder.path, report }), { remedy: /Delete the file/ });
});

Deno.test("a folder that no node has used yet has no token and no announcement", async () => {
  await using folder = await temporaryFolder();
  assert.equal(await readAdminToken(folder.path), null);
  assert.equal(await readAnnouncement(folder.path), null);
  await Deno.writeTextFile(`${folder.path}/node.json`, '{"pid":"?"}');
  assert.equal(await readAnnouncement(folder.path), null);
});

Deno.test("a data folder that cannot be made is an error with a remedy", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "");
  await assert.rejects(openNode({ dataDir: `${folder.path}/file/data`, report }), {
    name: "OurSpaceError",
    remedy: /DATA_DIR/,
  });
});

Deno.test("a new data folder is the owner's alone", async () => {
  await using folder = await temporaryFolder();
  const dataDir = `${folder.path}/new/data`;
  const node = await openNode({ dataDir, report });
  const { mode } = await Deno.stat(dataDir);
  if (mode !== null) assert.equal(mode & 0o777, 0o700);
  await node.close();
});
