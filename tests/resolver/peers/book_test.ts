import assert from "node:assert/strict";
import { UnavailableError } from "../../../resolver/errors.ts";
import type { KeyValueStore } from "../../../resolver/node/node.ts";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { openPeerBook } from "../../../resolver/peers/book.ts";
import { createStandings } from "../../../resolver/standing.ts";
import { createTestClock } from "../../support/clock.ts";
import { temporaryNode } from "../../support/nodes.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

function setUp(keyValues: KeyValueStore | null = null, clock = createTestClock()) {
  const standings = createStandings({ clock: clock.now });
  const book = openPeerBook({
    keyValues,
    standings,
    allowPrivate: parseAddressRanges(""),
    clock: clock.now,
    random: () => 0,
  });
  return { clock, standings, book };
}
const peer = (i: number) => `https://peer-${i}.example`;

Deno.test("who was only heard of is checked before it is asked", () => {
  const { book } = setUp();
  book.learn([peer(1), `${peer(1)}/`, "http://10.0.0.1", "nonsense"]);
  assert.equal(book.size(), 1);
  assert.deepEqual(book.choose(3), []);
  assert.deepEqual(book.unchecked(), [peer(1)]);
  book.confirm(peer(1));
  assert.deepEqual(book.choose(3), [peer(1)]);
  assert.deepEqual(book.unchecked(), []);
});

Deno.test("one informant fills a quarter of the book, all of them no more than 64 places", () => {
  const { book } = setUp();
  book.learn(Array.from({ length: 1_000 }, (_, i) => peer(i)));
  assert.equal(book.size(), 16);
  for (let i = 0; i < 1_000; i++) book.learn([peer(i)]);
  assert.equal(book.size(), 64);
});

Deno.test("those in bad standing are not asked; those that lied are dropped and not taken again", () => {
  const { book, standings } = setUp();
  for (const i of [1, 2, 3]) {
    book.learn([peer(i)]);
    book.confirm(peer(i));
  }
  for (let i = 0; i < 5; i++) standings.note(peer(1), "failed");
  standings.note(peer(2), "lied");
  assert.deepEqual(book.choose(3), [peer(3)]);
  book.settle();
  assert.equal(book.size(), 2);
  book.learn([peer(2)]);
  assert.equal(book.size(), 2);
});

Deno.test("a disk that fails is nobody's problem: the peers are remembered in memory", () => {
  const fail = () => {
    throw new UnavailableError("The disk is full.");
  };
  const { book, standings } = setUp({
    get: () => null,
    put: fail,
    delete: fail,
    together: fail,
    entries: () => [],
  });
  book.learn([peer(1), peer(2)]);
  for (const i of [1, 2]) book.confirm(peer(i));
  standings.note(peer(2), "lied");
  book.settle();
  book.drop(peer(2));
  assert.deepEqual(book.choose(3), [peer(1)]);
});

Deno.test("who answered outlives the process, until a week of silence", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  const { book, clock } = setUp(keyValues);
  book.learn([peer(1), peer(2)]);
  book.confirm(peer(1));
  await clock.advance(6 * DAY);
  assert.deepEqual(setUp(keyValues, clock).book.choose(3), [peer(1)]);
  await clock.advance(DAY);
  const { book: later } = setUp(keyValues, clock);
  later.settle();
  assert.equal(later.size(), 0);
  assert.deepEqual([...keyValues.entries("peers/learned/")], []);
});

Deno.test("a good answer in a walk counts, and is written down", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  const { book, clock, standings } = setUp(keyValues);
  book.learn([peer(1)]);
  book.confirm(peer(1));
  await clock.advance(6 * DAY);
  standings.note(peer(1), "answered");
  assert.deepEqual(book.answeredSince(clock.now() - HOUR), [peer(1)]);
  book.settle();
  await clock.advance(6 * DAY);
  assert.deepEqual(setUp(keyValues, clock).book.choose(3), [peer(1)]);
});

Deno.test("what is written down is not trusted", async () => {
  await using temporary = await temporaryNode();
  const { keyValues } = temporary.node;
  const text = (value: string) => new TextEncoder().encode(value);
  keyValues.put("peers/learned/http://10.0.0.1", text("1"));
  keyValues.put(`peers/learned/${peer(1)}`, text("soon"));
  keyValues.put(`peers/learned/${peer(2)}`, text("99999999999999"));
  assert.equal(setUp(keyValues).book.size(), 0);
});
