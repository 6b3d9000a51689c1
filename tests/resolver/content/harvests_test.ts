import assert from "node:assert/strict";
import { startHarvest } from "../../../resolver/content/harvest.ts";
import { createHarvests } from "../../../resolver/content/harvests.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { parseIdentity } from "../../../schemas/identity.ts";
import { rawTree } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";

const { root } = await rawTree(patterned(10));
const QUESTION = { ...CALL, onSign: () => {} };
const PLACES = contentLimits.locationCarsAtOnce;

/** A location that is as slow as can be, of the wallet with this number. */
function slow(wallet: number, location: number) {
  return {
    root,
    location: `https://wallet${wallet}.example/${location}.car`,
    identity: parseIdentity(`0x${String(wallet).padStart(40, "0")}`),
  };
}

/** Harvests of slow locations; `ended` tells of those that were ended, and why. */
function slowHarvests() {
  const ended: string[] = [];
  const { alarm, advance } = createTestClock();
  const harvests = createHarvests({
    limits: contentLimits,
    alarm,
    start(home, { signal }) {
      signal.addEventListener(
        "abort",
        () => ended.push(`${home.location}: ${signal.reason.message}`),
      );
      const open = () => new Promise<never>(() => {});
      const options = { limits: contentLimits, signal, expect: () => {}, keep: () => {} };
      return startHarvest(home.root, open, options);
    },
  });
  return { harvests, ended, advance };
}

Deno.test("who wants the same CAR shares one harvest, and a wallet alone may have all places", async () => {
  const { harvests, ended, advance } = slowHarvests();
  const begun = Array.from({ length: PLACES }, (_, location) => harvests.of(slow(1, location)));
  assert.equal(new Set(begun).size, PLACES);
  assert.equal(harvests.of(slow(1, 0)), begun[0]);
  assert.throws(() => harvests.of(slow(1, PLACES)), /Too many of its wallet's locations/);
  await advance(contentLimits.locationCarMilliseconds);
  assert.equal(ended.length, PLACES);
  assert.notEqual(harvests.of(slow(1, 0)), begun[0]);
});

Deno.test("a wallet that has all places makes room for others, down to as many as they have", () => {
  const { harvests, ended } = slowHarvests();
  for (let location = 0; location < PLACES; location++) harvests.of(slow(1, location));
  const half = Array.from({ length: PLACES / 2 }, (_, location) => location);
  for (const location of half) harvests.of(slow(2, location));
  const madeRoom = half.map((location) =>
    `https://wallet1.example/${location}.car: Too many locations are being read at the moment.`
  );
  assert.deepEqual(ended, madeRoom);
  for (const wallet of [1, 2]) {
    assert.throws(() => harvests.of(slow(wallet, PLACES)), /Too many of its wallet's locations/);
  }
  assert.deepEqual(ended, madeRoom);
});

Deno.test("room is made by what nobody waits for, and by the oldest where somebody waits for all", async () => {
  const { harvests, ended } = slowHarvests();
  const wallets = Array.from({ length: PLACES }, (_, index) => index + 1);
  const questions = wallets.map((wallet) => {
    const leaving = new AbortController();
    const taken = harvests.of(slow(wallet, 0)).take(root, { ...QUESTION, signal: leaving.signal });
    taken.catch(() => {});
    return { leave: () => leaving.abort(), taken };
  });
  questions[2]?.leave();
  await assert.rejects(questions[2]?.taken ?? assert.fail());
  harvests.of(slow(100, 0)).take(root, QUESTION).catch(() => {});
  harvests.of(slow(101, 0));
  assert.deepEqual(ended.map((end) => end.slice(0, end.indexOf("."))), [
    "https://wallet3",
    "https://wallet1",
  ]);
  await assert.rejects(questions[0]?.taken ?? assert.fail(), /Too many locations are being read/);
});

Deno.test("closing ends all of them, and none begins any more", () => {
  const { harvests, ended } = slowHarvests();
  for (const wallet of [1, 2]) harvests.of(slow(wallet, 0));
  harvests.close();
  assert.deepEqual(
    ended,
    [1, 2].map((wallet) => `https://wallet${wallet}.example/0.car: This gateway is being stopped.`),
  );
  assert.throws(() => harvests.of(slow(1, 0)), /being stopped/);
});
