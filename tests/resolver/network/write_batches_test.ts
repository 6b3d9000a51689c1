import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createWriteBatches } from "../../../resolver/network/write_batches.ts";
import { createTestClock } from "../../support/clock.ts";

function setUp() {
  const connection = new DatabaseSync(":memory:");
  connection.exec("CREATE TABLE texts (text TEXT)");
  const insert = connection.prepare("INSERT INTO texts VALUES (?)");
  const count = connection.prepare("SELECT count(*) AS count FROM texts");
  const clock = createTestClock();
  const problems: unknown[] = [];
  const batches = createWriteBatches(connection, {
    alarm: clock.alarm,
    report: (problem) => void problems.push(problem),
  });
  return {
    connection,
    clock,
    problems,
    batches,
    add: (text: string) => batches.change(() => insert.run(text)),
    count: () => Number(count.get()?.["count"]),
  };
}

Deno.test("changes that come one by one are committed together, a second after the first", async () => {
  const { connection, clock, add, count } = setUp();
  add("a");
  await clock.advance(999);
  add("b");
  assert.ok(connection.isTransaction);
  await clock.advance(1);
  assert.ok(!connection.isTransaction);
  assert.equal(count(), 2);
  await clock.advance(5_000);
  add("c");
  assert.ok(connection.isTransaction);
});

Deno.test("many changes are committed before their time, and by whoever cannot wait", () => {
  const { connection, clock, add, batches } = setUp();
  for (let index = 0; index < 500; index++) add("a");
  assert.ok(!connection.isTransaction);
  add("b");
  batches.commit();
  assert.ok(!connection.isTransaction);
  assert.equal(clock.pending(), 0);
  batches.commit();
});

Deno.test("a disk that is full in the middle of a batch costs that batch alone", async () => {
  const { connection, clock, add, count, problems } = setUp();
  add("kept");
  await clock.advance(1_000);
  connection.exec("PRAGMA max_page_count = 3");
  add("lost");
  assert.throws(() => add("x".repeat(100_000)));
  connection.exec("PRAGMA max_page_count = 1000");
  add("after");
  await clock.advance(1_000);
  assert.ok(!connection.isTransaction);
  assert.ok(count() >= 2);
  assert.deepEqual(problems, []);
});

Deno.test("a commit that fails is reported, and undone", async () => {
  const { connection, clock, add, count, problems } = setUp();
  connection.exec(`PRAGMA foreign_keys = ON; CREATE TABLE roots (id INTEGER PRIMARY KEY);
    CREATE TABLE leaves (root REFERENCES roots (id) DEFERRABLE INITIALLY DEFERRED)`);
  add("a");
  connection.exec("INSERT INTO leaves VALUES (7)");
  await clock.advance(1_000);
  assert.equal(problems.length, 1);
  assert.ok(!connection.isTransaction);
  assert.equal(count(), 0);
  add("b");
  await clock.advance(1_000);
  assert.equal(count(), 1);
});
