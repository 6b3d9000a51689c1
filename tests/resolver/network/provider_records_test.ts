import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { multiaddr } from "@multiformats/multiaddr";
import {
  openProviderRecords,
  PER_SENDER,
  PROVIDED_MILLISECONDS,
  type ProviderRecords,
  PROVIDERS_MAX,
} from "../../../resolver/network/provider_records.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { seeded } from "../../support/seeded.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** Longer than a batch stays open. */
const WRITTEN_MILLISECONDS = 1_000;

interface Opened {
  readonly clock: TestClock;
  readonly records: ProviderRecords;
  readonly reports: string[];
}

async function open(
  path = ":memory:",
  clock = createTestClock(),
  recordsMax = 10_000,
): Promise<Opened> {
  const reports: string[] = [];
  const records = await openProviderRecords(path, {
    clock: clock.now,
    alarm: clock.alarm,
    random: seeded(7),
    report: (problem) => void reports.push(problem),
    recordsMax,
  });
  return { clock, records, reports };
}

Deno.test("a provider is told until its time is over, and longer when it says so again", async () => {
  const { clock, records } = await open();
  assert.ok(records.add("content", "a", "one"));
  assert.ok(records.add("content", "b", "two"));
  await clock.advance(PROVIDED_MILLISECONDS - 1);
  assert.deepEqual(records.of("content"), ["a", "b"]);
  assert.ok(records.add("content", "a", "one"));
  await clock.advance(1);
  assert.deepEqual(records.of("content"), ["a"]);
  assert.deepEqual(records.of("other"), []);
});

Deno.test("a flood from many addresses neither drives the first out nor keeps newcomers out", async () => {
  const { records } = await open();
  for (const name of ["a", "b", "c"]) records.add("content", name, name);
  for (let index = 0; index < 1_000; index++) {
    records.add("content", `liar ${index}`, `at ${index}`);
  }
  assert.equal(records.of("content").length, PROVIDERS_MAX);
  for (const name of ["a", "b", "c"]) assert.ok(records.of("content").includes(name));
  records.add("content", "late", "late");
  assert.ok(records.of("content").includes("late"));
});

Deno.test("one address has three places of a content, whatever it calls itself", async () => {
  const { records } = await open();
  const taken = ["a", "b", "c", "d"].map((name) => records.add("content", name, "one"));
  assert.deepEqual(taken, [true, true, true, false]);
  assert.ok(records.add("content", "a", "one"));
});

Deno.test("one address has 2,000 records; those that expired count no longer", async () => {
  const { clock, records } = await open();
  const add = (index: number) => records.add(`content ${index}`, "a", "one");
  for (let index = 0; index < PER_SENDER; index++) assert.ok(add(index));
  assert.equal(add(PER_SENDER), false);
  assert.ok(records.add(`content ${PER_SENDER}`, "b", "two"));
  assert.ok(add(5));
  await clock.advance(PROVIDED_MILLISECONDS);
  assert.ok(records.add("content 5", "b", "two"));
  assert.deepEqual(records.of("content 5"), ["b"]);
  assert.ok(add(PER_SENDER));
});

Deno.test("who says it again from elsewhere is counted where it came from", async () => {
  const { records } = await open();
  assert.ok(records.add("content", "a", "one"));
  for (const name of ["b", "c", "d"]) assert.ok(records.add("content", name, "two"));
  assert.ok(records.add("content", "a", "two"));
  assert.equal(records.count(), 4);
  for (const name of ["e", "f"]) assert.ok(records.add("content", name, "one"));
  assert.equal(records.add("content", "g", "one"), false);
});

Deno.test("all records together are bounded; who floods pushes out himself, and nobody who says less", async () => {
  const most = 500;
  const { records } = await open(":memory:", createTestClock(), most);
  assert.ok(records.add("first", "a", "honest"));
  for (let index = 0; index < 2 * most; index++) {
    records.add(`content ${index}`, "liar", `at ${index % 10}`);
  }
  assert.equal(records.count(), most);
  assert.deepEqual(records.of("first"), ["a"]);
  assert.equal(records.add("another", "liar", "at 1"), false);
  assert.ok(records.add("second", "a", "honest"));
  assert.ok(records.add("third", "b", "newcomer"));
  assert.equal(records.count(), most);
  assert.deepEqual(records.of("first"), ["a"]);
});

Deno.test("names that are longer than a peer's take no place", async () => {
  const { records } = await open();
  assert.equal(records.add("content", "a".repeat(129), "one"), false);
  assert.equal(records.count(), 0);
});

Deno.test("where a provider is lies with its records, and goes with the last of them", async () => {
  const { clock, records } = await open();
  const addresses = ["/ip4/8.8.8.8/tcp/4001", "/dns4/node.example/tcp/443/tls/ws"].map((text) =>
    multiaddr(text)
  );
  records.locate("a", addresses);
  assert.deepEqual(records.addressesOf("a"), []);
  records.add("content", "a", "one");
  records.locate("a", addresses);
  assert.deepEqual(records.addressesOf("a").map(String), addresses.map(String));
  await clock.advance(PROVIDED_MILLISECONDS);
  records.add("other", "b", "two");
  assert.deepEqual(records.addressesOf("a"), []);
});

Deno.test("what was said is there after a restart, in its order; what expired meanwhile is not", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const { clock, records } = await open(path);
  records.add("content", "old", "one");
  await clock.advance(PROVIDED_MILLISECONDS / 2);
  records.add("content", "b", "two");
  records.add("content", "a", "two");
  records.locate("a", [multiaddr("/ip4/8.8.8.8/tcp/4001")]);
  records.close();
  assert.equal(clock.pending(), 0);

  const soon = await open(path, createTestClock(clock.now()));
  assert.deepEqual(soon.records.of("content"), ["old", "b", "a"]);
  assert.deepEqual(soon.records.addressesOf("a").map(String), ["/ip4/8.8.8.8/tcp/4001"]);
  soon.records.close();

  const later = await open(path, createTestClock(clock.now() + PROVIDED_MILLISECONDS / 2));
  assert.deepEqual(later.records.of("content"), ["b", "a"]);
  later.records.add("other", "c", "three");
  assert.equal(later.records.count(), 3);
  assert.deepEqual([...soon.reports, ...later.reports], []);
  later.records.close();
});

Deno.test("records of a clock that ran ahead are no better than those that are too old", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const year = 365 * 24 * 3_600_000;
  const { clock, records } = await open(path);
  clock.set(clock.now() + year);
  records.add("content", "a", "one");
  clock.set(clock.now() - year);
  assert.deepEqual(records.of("content"), []);
  records.add("other", "b", "two");
  assert.equal(records.count(), 1);
  records.close();
});

Deno.test("a flood is written in batches, each as a whole", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const { clock, records } = await open(path);
  // Another process's view: only what is committed.
  const onDisk = () => {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare("SELECT count(*) AS count FROM records").get();
    database.close();
    return Number(row?.["count"]);
  };
  for (let index = 0; index < 1_200; index++) records.add(`content ${index}`, "a", `at ${index}`);
  assert.equal(onDisk(), 1_000);
  assert.equal(clock.pending(), 1);
  await clock.advance(WRITTEN_MILLISECONDS);
  assert.equal(onDisk(), 1_200);
  assert.equal(clock.pending(), 0);
  records.close();
});

Deno.test("a file that is damaged, garbage or another version's is made anew, and reported", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const garbage = (size: number) => new Uint8Array(size).map((_, index) => index * 31);
  const spoil: ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => garbage(bytes.length),
    (bytes) => bytes.subarray(0, bytes.length / 2),
    (bytes) => bytes.fill(0xff, 4_096),
    // Its version stands in the header (SQLite file format, "User version").
    (bytes) => bytes.fill(9, 60, 64),
    () => garbage(10),
  ];
  for (const change of spoil) {
    const { records } = await open(path);
    for (let index = 0; index < 100; index++) records.add(`content ${index}`, "a", "one");
    records.close();
    await Deno.writeFile(path, change(await Deno.readFile(path)));
    const { records: anew, reports } = await open(path);
    assert.deepEqual(anew.of("content 1"), []);
    assert.match(reports.join("\n"), /^What other nodes provide is learnt anew: /);
    assert.ok(anew.add("content", "a", "one"));
    anew.close();
  }
});

Deno.test("garbage in the log beside it costs what was in the log", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const { records } = await open(path);
  records.add("content", "a", "one");
  records.close();
  await Deno.writeFile(`${path}-wal`, new Uint8Array(10_000).fill(0xab));
  const { records: next, reports } = await open(path);
  assert.deepEqual(next.of("content"), ["a"]);
  assert.deepEqual(reports, []);
  next.close();
});

Deno.test("a disk that fails is told once, and ends nothing", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/providers.sqlite`;
  const { clock, records, reports } = await open(path);
  records.add("content", "a", "one");
  await clock.advance(WRITTEN_MILLISECONDS);
  const other = new DatabaseSync(path);
  other.exec("DROP TABLE records; DROP TABLE providers");
  other.close();
  assert.equal(records.add("content", "b", "two"), false);
  assert.deepEqual(records.of("content"), []);
  records.locate("a", []);
  assert.deepEqual(records.addressesOf("a"), []);
  assert.match(reports.join("\n"), /^What other nodes provide cannot be remembered: [^\n]+$/);
  records.close();
});

Deno.test("what comes after the end is not kept, and no problem", async () => {
  const { records, reports } = await open();
  records.close();
  assert.equal(records.add("content", "a", "one"), false);
  assert.deepEqual(records.of("content"), []);
  assert.deepEqual(reports, []);
});

Deno.test("a path that cannot be opened is an error that says what to do", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(open(`${folder.path}/missing/providers.sqlite`), { name: "OurSpaceError" });
});
