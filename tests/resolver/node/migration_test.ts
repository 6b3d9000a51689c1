import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openNode } from "../../../resolver/node/open_node.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const NOW = Date.parse("2026-06-01T00:00:00.000Z");

/** A database as version 1 of the schema had it. */
function writeVersion1(path: string, wallets: number): void {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE pointers (
      sequence  INTEGER PRIMARY KEY,
      identity  TEXT NOT NULL UNIQUE,
      timestamp TEXT NOT NULL,
      text      BLOB NOT NULL,
      wire      BLOB NOT NULL
    ) STRICT;
    CREATE TABLE store (id TEXT NOT NULL) STRICT;
    INSERT INTO store (id) VALUES ('0123456789abcdef');
    PRAGMA application_id = ${0x4f537063};
    PRAGMA user_version = 1;
  `);
  const insert = database.prepare("INSERT INTO pointers VALUES (?, ?, ?, ?, ?)");
  for (let i = 0; i < wallets; i++) {
    const { identity, timestamp, text, bytes } = madePointer(i);
    const key = identity.address.toLowerCase();
    // Every second sequence: the others were given to pointers that have been replaced since.
    insert.run(2 * i + 1, key, timestamp, new TextEncoder().encode(text), bytes);
  }
  database.close();
}

Deno.test("a store of version 1 opens with everything in it, and its followers go on", async () => {
  await using folder = await temporaryFolder();
  writeVersion1(`${folder.path}/pointers.sqlite`, 50);
  for (let opened = 0; opened < 2; opened++) {
    const node = await openNode({ dataDir: folder.path, report: assert.fail, clock: () => NOW });
    const { pointers } = node;
    assert.equal(pointers.count(), 50);
    let bytes = 0;
    for (let i = 0; i < 50; i++) {
      assert.deepEqual(pointers.get(madePointer(i).identity), madePointer(i).bytes);
      bytes += madePointer(i).bytes.length;
    }
    assert.equal(pointers.bytes(), bytes);
    const page = await pointers.changes("0123456789abcdef-95", 10, { signal: AbortSignal.abort() });
    assert.deepEqual(page, {
      cursor: "0123456789abcdef-99",
      pointers: [48, 49].map((i) => madePointer(i).bytes),
    });
    const due = pointers.schedule.due(NOW, 100);
    assert.equal(due.length, 50);
    assert.ok(due.every(({ askedAt, kept }) => askedAt === NOW && !kept));
    await node.close();
  }
});
