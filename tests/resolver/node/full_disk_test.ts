import assert from "node:assert/strict";
import type { Sender } from "../../../resolver/node/node.ts";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { createTestClock } from "../../support/clock.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const STRANGER: Sender = { kind: "stranger", key: "somebody" };
const zeros = (length: number) => new Uint8Array(length);

/** A store whose disk has room for some 20 pointers. */
async function smallDisk(path: string) {
  const database = await openPointerDatabase(path, zeros);
  const { connection } = database;
  // SQLite fails with SQLITE_FULL at this limit as it does on a full disk.
  const pages = Number(connection.prepare("PRAGMA page_count").get()?.["page_count"]);
  connection.exec(`PRAGMA max_page_count = ${pages + 6}`);
  const clock = createTestClock();
  const store = createPointerStore(database, { clock: clock.now, alarm: clock.alarm });
  return { connection, store, clock };
}

Deno.test("on a full disk nothing is acknowledged that is not held, and nothing is lost", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers.sqlite`;
  const { connection, store } = await smallDisk(path);
  const heard: unknown[] = [];
  store.onStored((pointer) => heard.push(pointer));
  let acknowledged = 0;
  assert.throws(() => {
    for (; acknowledged < 1_000; acknowledged++) store.put(madePointer(acknowledged), STRANGER);
  }, { name: "UnavailableError", remedy: /full/ });
  assert.ok(acknowledged > 0 && acknowledged < 1_000);
  assert.equal(heard.length, acknowledged);
  assert.equal(store.count(), acknowledged);
  assert.equal(store.get(madePointer(acknowledged).identity), null);
  connection.close();

  const again = await openPointerDatabase(path, zeros);
  const reopened = createPointerStore(again);
  assert.equal(reopened.count(), acknowledged);
  for (let i = 0; i < acknowledged; i++) {
    assert.deepEqual(reopened.get(madePointer(i).identity), madePointer(i).bytes);
  }
  assert.deepEqual(reopened.put(madePointer(acknowledged), STRANGER), { kind: "stored" });
  again.connection.close();
});

Deno.test("questions on a database that cannot be written harm nobody, and end no process", async () => {
  await using folder = await temporaryFolder();
  const { connection, store, clock } = await smallDisk(`${folder.path}/pointers.sqlite`);
  store.put(madePointer(1), STRANGER);
  connection.exec("PRAGMA query_only = 1");
  store.asked(madePointer(1).identity, "a reader");
  // The alarm for the next flush rings; whatever it threw would end the process.
  await clock.advance(3_600_000);
  for (let i = 0; i < 3_000; i++) store.asked(madePointer(i).identity, "a reader");
  assert.deepEqual(store.get(madePointer(1).identity), madePointer(1).bytes);
  assert.deepEqual(store.wanted(10), []);
  connection.exec("PRAGMA query_only = 0");
  store.asked(madePointer(1).identity, "a reader");
  assert.equal(store.wanted(10).length, 1);
  store.close();
  connection.close();
});
