import assert from "node:assert/strict";
import type { PointerStore, Sender } from "../../../resolver/node/node.ts";
import { openPointerDatabase } from "../../../resolver/node/pointer_database.ts";
import { createPointerStore } from "../../../resolver/node/pointer_store.ts";
import { createTestClock } from "../../support/clock.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { identityText } from "../../../schemas/identity.ts";

const QUOTA = 100;
const DAY = 24 * 3_600_000;
const OPERATOR: Sender = { kind: "operator" };
const peer = (key: string): Sender => ({ kind: "peer", key });
const stranger = (key: string): Sender => ({ kind: "stranger", key });

async function fullStore(quota: { pointers?: number; bytes?: number } = {}) {
  const clock = createTestClock();
  const database = await openPointerDatabase(":memory:", (length) => new Uint8Array(length));
  const store = createPointerStore(database, {
    clock: clock.now,
    alarm: clock.alarm,
    random: () => 0,
    quota: { pointers: quota.pointers ?? QUOTA, bytes: quota.bytes ?? 1e9 },
  });
  return { store, clock };
}

/** Puts pointers of wallets `from` up to `to` and says how many were taken. */
function putAll(store: PointerStore, from: number, to: number, sender: (i: number) => Sender) {
  let stored = 0;
  for (let i = from; i < to; i++) {
    if (store.put(madePointer(i), sender(i)).kind === "stored") stored += 1;
  }
  return stored;
}

function heldAmong(store: PointerStore, from: number, to: number): number {
  let held = 0;
  for (let i = from; i < to; i++) if (store.get(madePointer(i).identity) !== null) held += 1;
  return held;
}

Deno.test("a flood of fresh wallets from one sender hits its own limit and pushes out nothing", async () => {
  const { store } = await fullStore();
  putAll(store, 0, 10, () => OPERATOR);
  putAll(store, 10, 20, () => peer("a peer"));
  putAll(store, 20, 40, (i) => stranger(`reader ${i}`));
  for (let i = 20; i < 30; i++) store.asked(madePointer(i).identity, "somebody else");
  assert.equal(putAll(store, 1_000, 1_000 + 10 * QUOTA, () => stranger("flood")), QUOTA - 40);
  assert.equal(heldAmong(store, 0, 40), 40);
  assert.deepEqual(store.put(madePointer(9_999), stranger("flood")), { kind: "full" });
  assert.equal(store.count(), QUOTA);
});

Deno.test("a flood from many senders pushes out only what nobody has asked for", async () => {
  const { store } = await fullStore();
  putAll(store, 0, 10, () => OPERATOR);
  putAll(store, 10, 20, () => peer("a peer"));
  putAll(store, 20, 40, (i) => stranger(`reader ${i}`));
  for (let i = 20; i < 30; i++) store.asked(madePointer(i).identity, "somebody else");
  const flood = 10 * QUOTA;
  assert.equal(putAll(store, 1_000, 1_000 + flood, (i) => stranger(`bot ${i}`)), flood);
  assert.equal(heldAmong(store, 0, 30), 30);
  assert.equal(heldAmong(store, 30, 40), 0);
  assert.equal(store.count(), QUOTA);
});

Deno.test("a newcomer takes the place of the oldest pointer of the sender who has most", async () => {
  const { store } = await fullStore();
  putAll(store, 0, 60, () => stranger("has most"));
  putAll(store, 60, 100, () => stranger("has less"));
  assert.equal(putAll(store, 100, 110, () => stranger("new")), 10);
  assert.equal(heldAmong(store, 0, 10), 0);
  assert.equal(heldAmong(store, 10, 110), 100);
});

Deno.test("the sender's own questions do not count, anybody else's do", async () => {
  const { store } = await fullStore();
  putAll(store, 0, QUOTA, () => stranger("has all"));
  store.asked(madePointer(0).identity, "has all");
  store.asked(madePointer(1).identity, "has all");
  store.asked(madePointer(1).identity, "a reader");
  assert.equal(putAll(store, 100, 102, () => stranger("new")), 2);
  assert.equal(heldAmong(store, 0, 3), 1);
  assert.notEqual(store.get(madePointer(1).identity), null);
});

Deno.test("who asks for a flood's wallets protects a few of them only, and what is asked for already costs nothing", async () => {
  const { store, clock } = await fullStore({ pointers: 3_000 });
  putAll(store, 0, 3_000, () => stranger("flood"));
  for (let i = 0; i < 3_000; i++) store.asked(madePointer(i).identity, "here");
  assert.equal(store.wanted(10_000).length, 1_000);
  await clock.advance(DAY);
  const asked = store.wanted(10_000);
  for (const identity of asked) store.asked(identity, "here");
  store.asked(madePointer(2_999).identity, "another");
  // A thirtieth of what one asker has in 30 days is there again.
  for (let i = 0; i < 3_000; i++) store.asked(madePointer(i).identity, "here");
  assert.equal(store.wanted(10_000).length, 1_000 + 1 + 33);
  assert.equal(putAll(store, 5_000, 6_000, (i) => stranger(`reader ${i}`)), 1_000);
});

Deno.test("what nobody has asked for in 30 days counts as never asked for", async () => {
  const { store, clock } = await fullStore();
  putAll(store, 0, QUOTA, () => stranger("has all"));
  for (let i = 0; i < QUOTA; i++) store.asked(madePointer(i).identity, "a reader");
  assert.equal(store.put(madePointer(200), stranger("new")).kind, "full");
  await clock.advance(29 * DAY);
  store.asked(madePointer(0).identity, "a reader");
  assert.equal(store.put(madePointer(200), stranger("new")).kind, "full");
  await clock.advance(2 * DAY);
  assert.equal(store.put(madePointer(200), stranger("new")).kind, "stored");
  assert.equal(heldAmong(store, 0, QUOTA), QUOTA - 1);
  assert.notEqual(store.get(madePointer(0).identity), null);
});

Deno.test("peers' pointers take the place of strangers', not the other way round", async () => {
  const { store } = await fullStore();
  putAll(store, 0, QUOTA, (i) => stranger(`${i}`));
  assert.equal(putAll(store, 100, 200, () => peer("one")), QUOTA);
  assert.equal(putAll(store, 200, 210, (i) => stranger(`${i}`)), 0);
  assert.equal(putAll(store, 210, 220, () => peer("one")), 0);
  assert.equal(putAll(store, 220, 230, () => peer("another")), 10);
  assert.equal(heldAmong(store, 100, 110), 0);
});

Deno.test("the operator's pointers take any place but that of another one of the operator's", async () => {
  const { store } = await fullStore();
  putAll(store, 0, QUOTA, () => peer("one"));
  for (let i = 0; i < 50; i++) store.asked(madePointer(i).identity, "a reader");
  assert.equal(putAll(store, 100, 200, () => OPERATOR), QUOTA);
  assert.equal(heldAmong(store, 0, QUOTA), 0);
  assert.equal(store.put(madePointer(200), OPERATOR).kind, "full");
});

Deno.test("in a full store a held pointer can be replaced by a greater one, by anybody", async () => {
  const { store } = await fullStore();
  putAll(store, 0, QUOTA, () => OPERATOR);
  const greater = madePointer(7, { timestamp: "2026-02-01T00:00:00.000Z" });
  assert.equal(store.put(greater, stranger("anybody")).kind, "stored");
  assert.equal(store.schedule.due(Number.MAX_SAFE_INTEGER, QUOTA).every(({ kept }) => kept), true);
});

Deno.test("what the operator publishes is kept, even if a stranger brought it first", async () => {
  const { store } = await fullStore();
  store.put(madePointer(0), stranger("first"));
  assert.equal(store.put(madePointer(0), OPERATOR).kind, "same");
  putAll(store, 1, 1_000, (i) => stranger(`bot ${i}`));
  assert.equal(heldAmong(store, 0, 1), 1);
});

Deno.test("the bytes have a limit too, and a large pointer takes the place of many small ones", async () => {
  const small = madePointer(0).bytes.length;
  const large = madePointer(500, { padding: 2_000 });
  const { store } = await fullStore({ bytes: QUOTA * small + 100 });
  assert.equal(putAll(store, 0, QUOTA, () => stranger("has all")), QUOTA);
  assert.equal(store.put(large, stranger("new")).kind, "stored");
  assert.ok(store.bytes() <= QUOTA * small + 100);
  assert.ok(store.count() < QUOTA);
  let bytes = 0;
  for (const { bytes: wire } of store.schedule.due(Number.MAX_SAFE_INTEGER, QUOTA)) {
    bytes += wire.length;
  }
  assert.equal(store.bytes(), bytes);
});

Deno.test("a sequence is not given twice, though its pointer is gone", async () => {
  const { store } = await fullStore({ pointers: 1 });
  store.put(madePointer(0), stranger("one"));
  const before = await store.changes("0", 10, { signal: AbortSignal.abort() });
  store.put(madePointer(1), OPERATOR);
  const after = await store.changes(before?.cursor ?? "", 10, { signal: AbortSignal.abort() });
  assert.equal(after?.pointers.length, 1);
  const [due] = store.schedule.due(Number.MAX_SAFE_INTEGER, 1);
  assert.ok(due !== undefined);
  assert.equal(identityText(due.identity), identityText(madePointer(1).identity));
});

Deno.test("what was asked for while the clock was ahead is not protected longer than the rest", async () => {
  const { store, clock } = await fullStore();
  const right = clock.now();
  await clock.advance(3_650 * DAY);
  putAll(store, 0, QUOTA, () => stranger("has all"));
  for (let i = 0; i < QUOTA; i++) store.asked(madePointer(i).identity, "a reader");
  assert.equal(store.wanted(QUOTA).length, QUOTA);
  clock.set(right);
  assert.equal(store.put(madePointer(200), stranger("new")).kind, "full");
  await clock.advance(31 * DAY);
  assert.equal(store.put(madePointer(200), stranger("new")).kind, "stored");
});
