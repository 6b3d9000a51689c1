import assert from "node:assert/strict";
import { openNode } from "../../../resolver/node/open_node.ts";
import type { Node } from "../../../resolver/node/node.ts";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { identityText } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { eventually } from "../../support/eventually.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const PAGE = 4_096;
/** Enough for some 30 pages of pointers. */
const WALLETS = 60;
const NOW = Date.parse("2026-06-01T00:00:00.000Z");
const now = { signal: AbortSignal.abort() };

const pointers = await Promise.all(
  Array.from({ length: WALLETS }, () => verifiedPointer(makeSigner())),
);

/** A data folder with every pointer in it, the first of them the operator's; closed again. */
async function damagedNode(damage: (path: string) => Promise<void>) {
  const folder = await temporaryFolder();
  const node = await openNode({ dataDir: folder.path, report: assert.fail });
  for (const [i, pointer] of pointers.entries()) {
    node.pointers.put(pointer, i === 0 ? { kind: "operator" } : { kind: "peer", key: "a peer" });
  }
  node.keyValues.put("peers/known/one", new Uint8Array([1]));
  node.keyValues.put("peers/cursor/one", new Uint8Array([2]));
  const page = await node.pointers.changes("0", WALLETS, now);
  await node.close();
  await damage(`${folder.path}/pointers.sqlite`);
  return { folder, cursor: page?.cursor ?? "" };
}

/** Opened again, and all saved that can be. */
async function openAgain(dataDir: string): Promise<{ node: Node; reports: string[] }> {
  const reports: string[] = [];
  const saved = Promise.withResolvers<void>();
  const waits = (await Array.fromAsync(Deno.readDir(dataDir)))
    .some(({ name }) => name.includes(".salvaging"));
  const node = await openNode({
    dataDir,
    clock: () => NOW,
    report(problem) {
      reports.push(problem);
      if (problem.includes("has been saved")) saved.resolve();
    },
  });
  if (waits || reports.length > 0) await saved.promise;
  return { node, reports };
}

function heldOf(node: Node, all: readonly VerifiedPointer[]): number {
  return all.filter(({ identity }) => node.pointers.get(identity) !== null).length;
}

async function change(path: string, edit: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  await Deno.writeFile(path, edit(await Deno.readFile(path)));
}

/** Each kind of damage, and how many of the pointers must be there afterwards at least. */
const DAMAGES: readonly [string, number, (path: string) => Promise<void>][] = [
  ["garbage in the middle", WALLETS * 0.6, (path) =>
    change(path, (bytes) => {
      const middle = Math.floor(bytes.length / PAGE / 2) * PAGE;
      crypto.getRandomValues(bytes.subarray(middle, middle + 3 * PAGE));
      return bytes;
    })],
  ["a header of zeros", WALLETS * 0.9, (path) => change(path, (bytes) => bytes.fill(0, 0, PAGE))],
  [
    "an end that is missing",
    WALLETS * 0.3,
    (path) => change(path, (bytes) => bytes.slice(0, Math.floor(bytes.length * 0.7))),
  ],
  [
    "a torn page",
    WALLETS * 0.6,
    (path) => change(path, (bytes) => bytes.fill(0xff, 5 * PAGE + 1_000, 6 * PAGE)),
  ],
  [
    "noise only",
    0,
    (path) => change(path, (bytes) => crypto.getRandomValues(bytes.slice(0, 60_000))),
  ],
];

for (const [what, atLeast, damage] of DAMAGES) {
  Deno.test(`a database with ${what} is set aside, and what can be read of it is saved`, async () => {
    const { folder, cursor } = await damagedNode(damage);
    await using _gone = folder;
    const { node, reports } = await openAgain(folder.path);
    assert.equal(reports.length, 2);
    assert.match(reports[0] ?? "", /damaged/);
    assert.match(reports[1] ?? "", /pointers\.sqlite\.damaged-20260601T000000000Z/);
    const held = heldOf(node, pointers);
    assert.ok(held >= atLeast, `${held} of ${WALLETS} are held`);
    for (const { identity, bytes } of pointers) {
      const found = node.pointers.get(identity);
      if (found !== null) assert.deepEqual(found, bytes, identityText(identity));
    }
    assert.equal(await node.pointers.changes(cursor, 10, now), null, "followers begin again");
    assert.equal(node.keyValues.get("peers/cursor/one"), null);
    // It works like every other, and the next start finds nothing to repair.
    for (const pointer of pointers) node.pointers.put(pointer, { kind: "peer", key: "a peer" });
    assert.equal(heldOf(node, pointers), WALLETS);
    await node.close();
    const again = await openAgain(folder.path);
    assert.deepEqual(again.reports, []);
    assert.equal(again.node.pointers.count(), WALLETS);
    await again.node.close();
  });
}

Deno.test("what is known about the pointers is saved with them, and small values too", async () => {
  const { folder } = await damagedNode((path) =>
    change(path, (bytes) => {
      // Some page near the end of the file, which is far from the first rows.
      crypto.getRandomValues(bytes.subarray(bytes.length - 3 * PAGE, bytes.length - 2 * PAGE));
      return bytes;
    })
  );
  await using _gone = folder;
  const { node } = await openAgain(folder.path);
  const kept = node.pointers.schedule.due(Number.MAX_SAFE_INTEGER, WALLETS)
    .filter((due) => due.kept);
  assert.deepEqual(kept.map(({ bytes }) => bytes), [pointers[0]?.bytes]);
  assert.deepEqual(node.keyValues.get("peers/known/one"), new Uint8Array([1]));
  await node.close();
});

Deno.test("saving goes on at the next start when it was interrupted", async () => {
  const { folder } = await damagedNode((path) => change(path, (bytes) => bytes.fill(0, 0, PAGE)));
  await using _gone = folder;
  const path = `${folder.path}/pointers.sqlite`;
  await Deno.rename(path, `${path}.salvaging1`);
  const { node, reports } = await openAgain(folder.path);
  assert.equal(reports.length, 1);
  assert.ok(heldOf(node, pointers) > WALLETS * 0.9);
  await node.close();
});

Deno.test("a database that is damaged while another one waits to be saved takes nothing from it", async () => {
  const { folder } = await damagedNode((path) => change(path, (bytes) => bytes.fill(0, 0, PAGE)));
  await using _gone = folder;
  const path = `${folder.path}/pointers.sqlite`;
  await Deno.rename(path, `${path}.salvaging1`);
  const later = await verifiedPointer(makeSigner());
  await Deno.writeFile(path, new Uint8Array([...new Uint8Array(PAGE), ...later.bytes]));
  const { node, reports } = await openAgain(folder.path);
  await eventually("both are saved", () => reports.length === 3);
  assert.ok(heldOf(node, pointers) > WALLETS * 0.9);
  assert.equal(heldOf(node, [later]), 1);
  await node.close();
});

Deno.test("an empty file, as a process leaves that was killed at its first start, is a new database", async () => {
  await using folder = await temporaryFolder();
  await Deno.create(`${folder.path}/pointers.sqlite`).then((file) => file.close());
  const node = await openNode({ dataDir: folder.path, report: assert.fail });
  assert.equal(node.pointers.count(), 0);
  await node.close();
});

const LOG_DAMAGES: readonly [string, (path: string) => Promise<void>][] = [
  ["a file that was cut off before its log", (path) => Deno.truncate(path)],
  ["a file that is missing beside its log", (path) => Deno.remove(path)],
  ["a header of zeros before its log", (path) => change(path, (bytes) => bytes.fill(0, 0, 100))],
];

for (const [what, damage] of LOG_DAMAGES) {
  Deno.test(`${what} costs nothing of what was only in the log`, async () => {
    await using folder = await temporaryFolder();
    await using killed = await temporaryFolder();
    const running = await openNode({ dataDir: folder.path, report: assert.fail });
    for (const pointer of pointers) running.pointers.put(pointer, { kind: "operator" });
    // What a killed process leaves: nothing has been moved from the log into the database.
    for (const name of ["pointers.sqlite", "pointers.sqlite-wal"]) {
      await Deno.copyFile(`${folder.path}/${name}`, `${killed.path}/${name}`);
    }
    await running.close();
    assert.ok((await Deno.stat(`${killed.path}/pointers.sqlite`)).size < 10 * PAGE);
    await damage(`${killed.path}/pointers.sqlite`);
    const { node } = await openAgain(killed.path);
    assert.equal(heldOf(node, pointers), WALLETS);
    await node.close();
  });
}

Deno.test("the node is there before all is saved, and what comes meanwhile is not undone", async () => {
  const signer = makeSigner();
  const older = await verifiedPointer(signer);
  const newer = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });
  await using folder = await temporaryFolder();
  const first = await openNode({ dataDir: folder.path, report: assert.fail });
  for (const pointer of [...pointers, older]) first.pointers.put(pointer, { kind: "operator" });
  await first.close();
  const path = `${folder.path}/pointers.sqlite`;
  await Deno.rename(path, `${path}.salvaging1`);

  // Closed at once: the rest is saved after the next start.
  await (await openNode({ dataDir: folder.path, report: assert.fail })).close();
  const reports: string[] = [];
  const report = (problem: string) => void reports.push(problem);
  const node = await openNode({ dataDir: folder.path, report });
  assert.equal(node.pointers.get(signer.identity), null);
  node.pointers.put(newer, { kind: "stranger", key: "somebody" });
  await eventually("all is saved", () => reports.length === 1);
  assert.deepEqual(node.pointers.get(signer.identity), newer.bytes);
  const due = node.pointers.schedule.due(Number.MAX_SAFE_INTEGER, WALLETS + 1);
  assert.equal(due.filter(({ kept }) => kept).length, WALLETS + 1);
  await node.close();
});

Deno.test("at most three damaged databases are kept", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/pointers.sqlite`;
  for (let day = 1; day <= 5; day++) {
    await Deno.writeTextFile(path, "no database ".repeat(100));
    await Deno.remove(`${path}-wal`).catch(() => {});
    const clock = () => Date.UTC(2026, 0, day);
    const saved = Promise.withResolvers<void>();
    const report = (problem: string) => problem.includes("has been saved") && saved.resolve();
    const node = await openNode({ dataDir: folder.path, report, clock });
    await saved.promise;
    await node.close();
  }
  const names = (await Array.fromAsync(Deno.readDir(folder.path))).map(({ name }) => name)
    .filter((name) => name.includes(".damaged-"));
  assert.deepEqual(
    names.sort(),
    [3, 4, 5].map((day) => `pointers.sqlite.damaged-2026010${day}T000000000Z`),
  );
});

Deno.test("a forged record in a damaged database is not saved", async () => {
  const [victim] = pointers;
  assert.ok(victim !== undefined);
  const folder = await temporaryFolder();
  await using _gone = folder;
  const forged = new TextDecoder().decode(victim.bytes).replace(
    victim.timestamp,
    "2026-05-01T00:00:00.000Z",
  );
  await Deno.writeTextFile(
    `${folder.path}/pointers.sqlite`,
    `noise ${forged} noise ${new TextDecoder().decode(victim.bytes)} noise`,
  );
  const { node } = await openAgain(folder.path);
  assert.deepEqual(node.pointers.get(victim.identity), victim.bytes);
  assert.equal(node.pointers.count(), 1);
  await node.close();
});

Deno.test("damage that shows while the node runs is reported once, and said to be unavailable", async () => {
  const { folder } = await damagedNode(() => Promise.resolve());
  await using _gone = folder;
  const path = `${folder.path}/pointers.sqlite`;
  const reports: string[] = [];
  const database = await openPointerDatabase(path, (length) => new Uint8Array(length));
  const store = createPointerStore(database, { report: (problem) => reports.push(problem) });
  // Or SQLite would answer from its memory.
  database.connection.exec("PRAGMA cache_size = 1; PRAGMA shrink_memory");
  await change(path, (bytes) => bytes.fill(0xff, PAGE));
  for (const { identity } of pointers) {
    assert.throws(() => store.get(identity), { name: "UnavailableError" });
  }
  assert.equal(reports.length, 1);
  assert.match(reports[0] ?? "", /restart/);
  store.close();
  database.connection.close();
});
