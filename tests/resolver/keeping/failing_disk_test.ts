import assert from "node:assert/strict";
import { UnavailableError } from "../../../resolver/errors.ts";
import { openFollowList } from "../../../resolver/keeping/follow_list.ts";
import { lookUpAgain } from "../../../resolver/keeping/look_up_again.ts";
import { createSlots } from "../../../resolver/keeping/slots.ts";
import { watchNames } from "../../../resolver/keeping/watch_names.ts";
import { parseName } from "../../../schemas/name.ts";
import { createTestClock } from "../../support/clock.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const HOUR = 60 * 60_000;

/** Fails the first time, as a disk that is full or slow for a while. */
function failingOnce<T>(work: () => T): () => T {
  let hasFailed = false;
  return () => {
    if (hasFailed) return work();
    hasFailed = true;
    throw new UnavailableError("The disk failed.");
  };
}

Deno.test("names are watched on after the disk failed once", async () => {
  await using temporary = await temporaryNode();
  const clock = createTestClock();
  const { identity } = makeSigner();
  const follows = openFollowList({ keyValues: temporary.node.keyValues, clock: clock.now });
  follows.add(parseName("feed.example"), identity);
  const asked: string[] = [];
  const stop = new AbortController();
  const { ended } = watchNames({
    follows: { ...follows, all: failingOnce(follows.all) },
    identify: (name) => {
      asked.push(name.text);
      const record = { identity, via: "dns", authenticated: false, ttlSeconds: 3_600 };
      return Promise.resolve({ ...record, stale: false });
    },
    clock: clock.now,
    alarm: clock.alarm,
    random: () => 0,
    report: assert.fail,
    signal: stop.signal,
  });
  await clock.advance(HOUR / 2);
  assert.deepEqual(asked, ["feed.example"]);
  stop.abort();
  await ended;
});

Deno.test("somebody is looked up on after the disk failed once", async () => {
  await using temporary = await temporaryNode();
  const { pointers } = temporary.node;
  const clock = createTestClock();
  const pointer = await verifiedPointer(makeSigner());
  const stop = new AbortController();
  const ended = lookUpAgain(pointer.identity, {
    node: {
      pointers: { ...pointers, get: failingOnce(() => pointers.get(pointer.identity)) },
    },
    lookUp: () => Promise.resolve(pointer),
    lookUps: createSlots(1),
    note: () => {},
    clock: clock.now,
    alarm: clock.alarm,
    random: () => 0,
    signal: stop.signal,
  });
  await clock.advance(HOUR / 2);
  assert.deepEqual(pointers.get(pointer.identity), pointer.bytes);
  stop.abort();
  await ended;
});
