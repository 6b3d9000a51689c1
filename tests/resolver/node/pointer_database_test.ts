import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { SENDER } from "../../support/nodes.ts";

const zeros = (length: number) => new Uint8Array(length);

Deno.test("a commit is synced to the disk: write-ahead log, synchronous FULL", async () => {
  await using folder = await temporaryFolder();
  const { connection } = await openPointerDatabase(`${folder.path}/pointers`, zeros);
  assert.equal(connection.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "wal");
  assert.equal(connection.prepare("PRAGMA synchronous").get()?.["synchronous"], 2);
  connection.close();
});

Deno.test("the store's id is made once", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers`;
  const first = await openPointerDatabase(path, (length) => new Uint8Array(length).fill(1));
  first.connection.close();
  const second = await openPointerDatabase(path, (length) => new Uint8Array(length).fill(2));
  second.connection.close();
  assert.equal(first.storeId, "0101010101010101");
  assert.equal(second.storeId, first.storeId);
});

Deno.test("bytes that are no database are refused and left as they are", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers`;
  const bytes = crypto.getRandomValues(new Uint8Array(10_000));
  await Deno.writeFile(path, bytes);
  await assert.rejects(openPointerDatabase(path, zeros), (error: unknown) => {
    assert.ok(error instanceof OurSpaceError);
    assert.match(error.message, /damaged/);
    assert.match(error.remedy, /backup/);
    return true;
  });
  assert.deepEqual(await Deno.readFile(path), bytes);
});

Deno.test("a database with a damaged page is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers`;
  const database = await openPointerDatabase(path, zeros);
  const store = createPointerStore(database);
  for (let i = 0; i < 20; i++) store.put(await verifiedPointer(makeSigner()), SENDER);
  database.connection.close();
  const bytes = await Deno.readFile(path);
  bytes.fill(0xff, 4_096, 12_288);
  await Deno.writeFile(path, bytes);
  await assert.rejects(openPointerDatabase(path, zeros), /damaged/);
  assert.deepEqual(await Deno.readFile(path), bytes);
});

Deno.test("a database of another program, or of a later schema, is refused", async () => {
  await using folder = await temporaryFolder();
  const foreign = new DatabaseSync(`${folder.path}/foreign`);
  foreign.exec("CREATE TABLE notes (text TEXT)");
  foreign.close();
  await assert.rejects(openPointerDatabase(`${folder.path}/foreign`, zeros), /another program/);

  const path = `${folder.path}/later`;
  const { connection } = await openPointerDatabase(path, zeros);
  connection.exec("PRAGMA user_version = 99");
  connection.close();
  await assert.rejects(openPointerDatabase(path, zeros), /schema version 99/);
});

Deno.test("a folder that cannot be written to is an error with a remedy", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(
    openPointerDatabase(`${folder.path}/missing/pointers`, zeros),
    (error: unknown) => error instanceof OurSpaceError && error.remedy !== "",
  );
});
