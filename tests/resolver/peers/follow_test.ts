import assert from "node:assert/strict";
import { OutboundError } from "../../../resolver/errors.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { createPeerClient } from "../../../resolver/peers/client.ts";
import { follow } from "../../../resolver/peers/follow.ts";
import { createPace } from "../../../resolver/peers/pace.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { createTestClock } from "../../support/clock.ts";
import { eventually } from "../../support/eventually.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { peerRecords } from "../../support/parts.ts";
import { makeSigner, signPointer, verifiedPointer } from "../../support/pointers.ts";
import { settingsOf } from "../../support/settings.ts";

const BASE = "https://peer.example";
const NAME = "peer peer.example";
const MINUTE = 60_000;

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const bobs = await verifiedPointer(makeSigner());

/** What a scripted peer does with one question. The last step is repeated. */
type Step =
  | { readonly status: number }
  | { readonly body: string }
  | { readonly error: Error }
  /** A long poll that ends empty, as it should, or with what comes in the meantime. */
  | "wait";

function page(cursor: string, ...records: (VerifiedPointer | Uint8Array | string)[]): Step {
  const texts = records.map((record) =>
    typeof record === "string"
      ? record
      : new TextDecoder().decode(record instanceof Uint8Array ? record : record.bytes)
  );
  return { body: `{"cursor":${JSON.stringify(cursor)},"pointers":[${texts.join(",")}]}` };
}

/** A node that follows a scripted peer, with a clock whose hands the test turns. */
async function following(...script: readonly Step[]) {
  const temporary = await temporaryNode();
  const { node } = temporary;
  const clock = createTestClock();
  const closing = new AbortController();
  const asked: string[] = [];
  const offered: Uint8Array[] = [];
  const reports: string[] = [];
  let steps = [...script];

  const outbound: Outbound = {
    async fetch({ url, method, body }, { signal }) {
      const answer = (status: number, text = "") => ({
        status,
        headers: new Headers(),
        url,
        body: new Blob([text]).stream(),
      });
      if (method === "PUT") {
        if (body instanceof Uint8Array) offered.push(body);
        return answer(204);
      }
      const since = new URL(url).searchParams.get("since") ?? "";
      asked.push(since);
      const step = steps.length > 1 ? steps.shift() : steps[0];
      if (step === undefined || step === "wait") {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        clock.alarm(25_000, resolve);
        signal.addEventListener("abort", () => reject(signal.reason));
        await promise;
        return answer(200, `{"cursor":${JSON.stringify(since)},"pointers":[]}`);
      }
      if ("error" in step) throw step.error;
      return "status" in step ? answer(step.status) : answer(200, step.body);
    },
  };

  function start() {
    const records = peerRecords(settingsOf({}), clock.now);
    const { alarm, now } = clock;
    const stopping = new AbortController();
    const signal = AbortSignal.any([closing.signal, stopping.signal]);
    const followed = follow({
      base: BASE,
      client: createPeerClient({ base: BASE, name: NAME, trust: "operator", outbound }),
    }, {
      node,
      verifier: createVerifier({ clock: now }),
      clock: now,
      alarm,
      random: () => 1,
      pace: createPace({ clock: now, alarm, signal }),
      records,
      report: (problem) => reports.push(problem),
      signal,
    });
    return { ...followed, records, stop: () => stopping.abort() };
  }

  /** Turns the event loop until the condition holds: verifying takes real time. */
  async function until(condition: () => boolean): Promise<void> {
    await eventually("it comes to that", async () => {
      await clock.advance(0);
      return condition();
    }, { pause: 0 });
  }

  return {
    node,
    clock,
    asked,
    offered,
    reports,
    start,
    until,
    rewrite: (...next: readonly Step[]) => void (steps = [...next]),
    holds: (pointer: VerifiedPointer) => node.pointers.get(pointer.identity),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await temporary[Symbol.asyncDispose]();
    },
  };
}

Deno.test("pages are taken in order, and the question goes on where the last one ended", async () => {
  await using peer = await following(page("s-1", older), page("s-2", bobs, newer), "wait");
  const { status } = peer.start();
  await peer.until(() => peer.asked.length === 3);
  assert.deepEqual(peer.asked, ["0", "s-1", "s-2"]);
  assert.deepEqual(peer.holds(newer), newer.bytes);
  assert.deepEqual(peer.holds(bobs), bobs.bytes);
  assert.equal(status().taken, 3);
  assert.equal(status().state, "in-step");
});

Deno.test("a new process goes on where the last one ended", async () => {
  await using peer = await following(page("s-1", older), "wait");
  const first = peer.start();
  await peer.until(() => peer.asked.length === 2);
  first.stop();
  await first.ended;
  peer.start();
  await peer.until(() => peer.asked.length === 3);
  assert.deepEqual(peer.asked, ["0", "s-1", "s-1"]);
});

Deno.test("a process that ends in the middle of a page takes the page once more", async () => {
  await using peer = await following(page("s-1", older, bobs), "wait");
  let ended = false;
  const first = peer.start();
  peer.node.pointers.onStored(() => {
    if (!ended) first.stop();
    ended = true;
  });
  await first.ended;
  assert.deepEqual(peer.holds(older), older.bytes);
  peer.rewrite(page("s-1", older, bobs), "wait");
  peer.start();
  await peer.until(() => peer.asked.length === 3);
  assert.deepEqual(peer.asked, ["0", "0", "s-1"]);
  assert.deepEqual(peer.holds(bobs), bobs.bytes);
});

Deno.test("a lost cursor starts from the beginning", async () => {
  await using peer = await following(
    page("old-1", older),
    { status: 410 },
    page("new-1", bobs),
    "wait",
  );
  peer.start();
  await peer.until(() => peer.asked.length === 2);
  await peer.clock.advance(1_000);
  await peer.until(() => peer.asked.length === 4);
  assert.deepEqual(peer.asked, ["0", "old-1", "0", "new-1"]);
  assert.deepEqual(peer.reports, []);
});

Deno.test("a peer that loses every cursor is slowed down", async () => {
  await using peer = await following({ status: 410 });
  const { status } = peer.start();
  await peer.clock.advance(10 * MINUTE);
  assert.ok(peer.asked.length <= 12, `${peer.asked.length}`);
  assert.equal(status().state, "failing");
  assert.equal(peer.reports.length, 1);
});

Deno.test("failures are tried again after 1 s, doubling to 5 minutes; success forgets them", async () => {
  const down = new OutboundError("down", { reason: "connection" });
  await using peer = await following({ error: down });
  peer.start();
  await peer.clock.advance(0);
  let waited = 0;
  for (const [tries, seconds] of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].entries()) {
    assert.equal(peer.asked.length, tries + 1, `after ${waited} s`);
    await peer.clock.advance(seconds * 1_000 - 1);
    assert.equal(peer.asked.length, tries + 1, `after ${waited} s`);
    await peer.clock.advance(1);
    waited += seconds;
  }
  assert.equal(peer.reports.length, 1, "the operator is told once");
  peer.rewrite("wait", { error: down });
  await peer.clock.advance(300_000 + 25_000);
  const asked = peer.asked.length;
  await peer.clock.advance(1_000);
  assert.equal(peer.asked.length, asked + 1);
});

Deno.test("a gateway without a node is asked again after an hour, and is no failure", async () => {
  await using peer = await following({ status: 501 });
  const { status } = peer.start();
  await peer.clock.advance(60 * MINUTE - 1);
  assert.equal(peer.asked.length, 1);
  assert.equal(status().state, "no-node");
  await peer.clock.advance(1);
  assert.equal(peer.asked.length, 2);
  assert.deepEqual(peer.reports, []);
});

Deno.test("one bad record does not lose the others, is a lie, and is reported once", async () => {
  const forged = new TextDecoder().decode(bobs.bytes).replace(
    /"signature":"0x..../,
    (start) => start.slice(0, -4) + (start.endsWith("0000") ? "1111" : "0000"),
  );
  for (
    const bad of [
      "null",
      "[]",
      "{}",
      "7",
      forged,
      `{"__proto__":{"a":1}}`,
      "[".repeat(50_000) + "]".repeat(50_000),
      JSON.stringify({ padding: "x".repeat(100_000) }),
    ]
  ) {
    await using peer = await following(page("s-1", bad, newer), page("s-2", bad), "wait");
    const { status, records } = peer.start();
    await peer.until(() => status().state === "failing");
    assert.deepEqual(peer.holds(newer), newer.bytes);
    assert.equal(records.standings.avoided(NAME), "lied");
    await peer.clock.advance(1_000);
    await peer.until(() => status().refused === 2);
    await peer.clock.advance(2_000);
    await peer.until(() => peer.asked.length === 3);
    assert.deepEqual(peer.asked, ["0", "s-1", "s-2"]);
    assert.equal(peer.reports.length, 1);
  }
});

Deno.test("what is no page is garbage: the cursor stays, and the peer is slowed down", async () => {
  const many = Array.from({ length: 101 }, () => "null");
  for (
    const garbage of [
      { body: "" },
      { body: "[]" },
      { body: "null" },
      { body: '{"cursor":"s-1"}' },
      { body: '{"cursor":7,"pointers":[]}' },
      { body: '{"cursor":"with space","pointers":[]}' },
      { body: `{"cursor":"${"x".repeat(129)}","pointers":[]}` },
      { body: "[".repeat(200_000) },
      page("s-1", ...many),
      page("0", newer),
    ]
  ) {
    await using peer = await following(garbage);
    const { status, records } = peer.start();
    await peer.until(() => status().state === "failing");
    await peer.clock.advance(10 * MINUTE);
    assert.ok(peer.asked.length <= 12, `${peer.asked.length}`);
    assert.equal(peer.reports.length, 1);
    assert.equal(records.standings.avoided(NAME), "lied");
    assert.deepEqual(new Set(peer.asked), new Set(["0"]));
  }
});

Deno.test("empty pages that come at once do not make a busy loop", async () => {
  await using peer = await following(page("0"));
  peer.start();
  await peer.clock.advance(10 * MINUTE);
  assert.ok(peer.asked.length <= 12, `${peer.asked.length}`);
});

Deno.test("the same pointers under ever new cursors cost a tenth of a second each", async () => {
  let count = 0;
  await using peer = await following();
  peer.rewrite({
    get body() {
      const step = page(`s-${++count}`, newer);
      return typeof step === "object" && "body" in step ? step.body : "";
    },
  });
  peer.start();
  await peer.until(() => peer.asked.length === 2);
  await peer.clock.advance(1_000);
  assert.ok(peer.asked.length <= 13, `${peer.asked.length}`);
});

Deno.test("a record whose time has not come waits, costs the peer nothing, and holds up nothing", async () => {
  const early = await signPointer(alice, { timestamp: "2026-06-01T12:20:00.000Z" });
  await using peer = await following(page("s-1", early, bobs), "wait");
  const { status, records } = peer.start();
  await peer.until(() => peer.asked.length === 2);
  assert.equal(peer.node.pointers.get(alice.identity), null);
  assert.deepEqual(peer.holds(bobs), bobs.bytes);
  assert.equal(records.waitingRoom.size(), 1);
  assert.equal(records.standings.avoided(NAME), null);
  assert.equal(status().state, "in-step");
});

Deno.test("a peer whose pointer is lesser is sent the greater one", async () => {
  await using peer = await following(page("s-1", older, bobs), "wait");
  peer.node.pointers.put(newer, { kind: "operator" });
  peer.start();
  await peer.until(() => peer.asked.length === 2);
  assert.deepEqual(peer.offered, [newer.bytes]);
  assert.deepEqual(peer.holds(newer), newer.bytes);
});
