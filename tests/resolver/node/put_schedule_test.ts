import assert from "node:assert/strict";
import type { Sender } from "../../../resolver/node/node.ts";
import { openNode } from "../../../resolver/node/open_node.ts";
import { identityText } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { madePointer } from "../../support/made_pointers.ts";
import { temporaryNode } from "../../support/nodes.ts";

const NOW = Date.parse("2026-06-01T00:00:00.000Z");
const HOUR = 3_600_000;
const OPERATOR: Sender = { kind: "operator" };
const STRANGER: Sender = { kind: "stranger", key: "somebody" };

const texts = (pointers: readonly Pick<VerifiedPointer, "identity">[]) =>
  pointers.map(({ identity }) => identityText(identity));

async function scheduledNode() {
  const time = { now: NOW };
  const clock = () => time.now;
  const temporary = await temporaryNode({ clock, random: () => 0.5 });
  return Object.assign(temporary, { time, pointers: temporary.node.pointers });
}

Deno.test("the operator's are due at once, a stranger's a moment later, a peer's within a minute", async () => {
  await using world = await scheduledNode();
  const { pointers } = world;
  assert.equal(pointers.schedule.nextDueAt(), null);
  pointers.put(madePointer(1), { kind: "peer", key: "a peer" });
  assert.equal(pointers.schedule.nextDueAt(), NOW + 30_000);
  pointers.put(madePointer(2), STRANGER);
  assert.equal(pointers.schedule.nextDueAt(), NOW + 1_000);
  pointers.put(madePointer(3), OPERATOR);
  assert.equal(pointers.schedule.nextDueAt(), NOW);
  const due = pointers.schedule.due(NOW, 10);
  assert.deepEqual(texts(due), texts([madePointer(3)]));
  assert.deepEqual(due[0]?.bytes, madePointer(3).bytes);
  assert.equal(due[0]?.kept, true);
});

Deno.test("new ones come first, the latest before the others; then the longest overdue", async () => {
  await using world = await scheduledNode();
  const { pointers: { schedule, put }, time } = world;
  for (const wallet of [1, 2, 3, 4]) {
    time.now = NOW + wallet;
    put(madePointer(wallet), OPERATOR);
  }
  schedule.postpone(madePointer(1).identity, NOW + 20, NOW);
  schedule.postpone(madePointer(4).identity, NOW + 10, NOW);
  assert.deepEqual(
    texts(schedule.due(NOW + HOUR, 10)),
    texts([3, 2, 4, 1].map((i) => madePointer(i))),
  );
  assert.deepEqual(texts(schedule.due(NOW + HOUR, 3)), texts([3, 2, 4].map((i) => madePointer(i))));
  assert.deepEqual(texts(schedule.due(NOW + 10, 10)), texts([3, 2, 4].map((i) => madePointer(i))));
});

Deno.test("the schedule survives a restart", async () => {
  await using world = await scheduledNode();
  const { identity } = madePointer(1);
  world.pointers.put(madePointer(1), STRANGER);
  world.pointers.schedule.postpone(identity, NOW + HOUR, NOW);
  world.pointers.schedule.postpone(identity, NOW + 2 * HOUR);
  world.pointers.asked(identity, "a reader");
  await world.node.close();
  const again = await openNode({ dataDir: world.dataDir, report: assert.fail });
  const { schedule } = again.pointers;
  assert.equal(schedule.nextDueAt(), NOW + 2 * HOUR);
  assert.deepEqual(schedule.due(NOW + 2 * HOUR - 1, 10), []);
  const [due] = schedule.due(NOW + 2 * HOUR, 10);
  assert.equal(due?.refreshedAt, NOW);
  assert.equal(due?.askedAt, NOW);
  assert.equal(due?.kept, false);
  await again.close();
});

Deno.test("a greater pointer is new to the network: it is due like every new one", async () => {
  await using world = await scheduledNode();
  const { pointers } = world;
  pointers.put(madePointer(1), STRANGER);
  pointers.schedule.postpone(madePointer(1).identity, NOW + HOUR, NOW);
  pointers.put(madePointer(1, { timestamp: "2026-02-01T00:00:00.000Z" }), STRANGER);
  const [due] = pointers.schedule.due(NOW + 1_000, 10);
  assert.equal(due?.refreshedAt, 0);
});

Deno.test("what others put is left to them, but for what is kept here", async () => {
  await using world = await scheduledNode();
  const { pointers } = world;
  pointers.put(madePointer(1), STRANGER);
  pointers.put(madePointer(2), OPERATOR);
  for (const wallet of [1, 2]) {
    pointers.schedule.leaveToOthers(madePointer(wallet).identity, NOW + HOUR, NOW);
  }
  assert.deepEqual(texts(pointers.schedule.due(NOW + HOUR - 1, 10)), texts([madePointer(2)]));
  assert.equal(pointers.schedule.due(NOW + HOUR, 10).length, 2);
});

Deno.test("only what is as it was when it was due, and not kept, is dropped", async () => {
  await using world = await scheduledNode();
  const { pointers } = world;
  const { schedule } = pointers;
  const dueOf = (wallet: number) => {
    const due = schedule.due(NOW + HOUR, 10)
      .find(({ identity }) =>
        identityText(identity) === identityText(madePointer(wallet).identity)
      );
    assert.ok(due !== undefined);
    return due;
  };
  for (const wallet of [1, 2, 3]) pointers.put(madePointer(wallet), STRANGER);
  pointers.put(madePointer(4), OPERATOR);
  const [same, replaced, asked, kept] = [1, 2, 3, 4].map(dueOf);
  assert.ok(same !== undefined && replaced !== undefined && asked !== undefined);
  assert.ok(kept !== undefined);
  pointers.put(madePointer(2, { timestamp: "2026-02-01T00:00:00.000Z" }), STRANGER);
  pointers.asked(asked.identity, "a reader");
  assert.deepEqual([same, replaced, asked, kept].map((due) => schedule.drop(due)), [
    true,
    false,
    false,
    false,
  ]);
  assert.equal(pointers.count(), 3);
  assert.equal(schedule.drop(same), false);
});

Deno.test("turns that a wrong clock has put off for a year come when it is set right", async () => {
  await using world = await scheduledNode();
  const { pointers, time } = world;
  time.now = NOW + 365 * 24 * HOUR;
  for (const wallet of [1, 2]) {
    pointers.put(madePointer(wallet), STRANGER);
    pointers.schedule.postpone(madePointer(wallet).identity, time.now + 12 * HOUR, time.now);
    pointers.asked(madePointer(wallet).identity, "a reader");
  }
  assert.equal(pointers.wanted(10).length, 2);
  time.now = NOW;
  const due = pointers.schedule.due(NOW, 10);
  assert.deepEqual(due.map(({ askedAt }) => askedAt), [NOW, NOW]);
  pointers.schedule.postpone(madePointer(1).identity, NOW + 15 * HOUR, NOW);
  assert.deepEqual(texts(pointers.schedule.due(NOW + 1, 10)), texts([madePointer(2)]));
});
