import assert from "node:assert/strict";
import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { REQUEST_MILLISECONDS } from "../../resolver/deadline.ts";
import { folderTree } from "../support/blocks.ts";
import { createTestClock } from "../support/clock.ts";
import { publishPointer } from "../support/feed_offers.ts";
import { hostileCarLocation, hostileCars, hostileCarService } from "../support/hostile_cars.ts";
import { startHosts } from "../support/hosts.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { trustlessService } from "../support/services.ts";
import { openTestGateway } from "../support/test_gateway.ts";

/** Long enough for many blocks. */
const TITLES = Array.from({ length: 40 }, (_, number) => `Right ${number}`);
const CHUNKS = { chunker: fixedSize({ chunkSize: 1_024 }) };
const TREE = await folderTree({ "feed.xml": rssFeed(TITLES) }, CHUNKS);
const EARLIER = await folderTree({ "feed.xml": rssFeed(["Earlier"]) }, CHUNKS);
const CARS = await hostileCars(TREE);

/** What no visitor is told: addresses in reasons, stacks, words of the runtime or of a library. */
const INTERNALS = /node:|\.ts\b|Error:|ECONN|varint|multicodec|Unexpected/i;

const STATUSES = { whole: 200, missing: 504, wrong: 502 } as const;

for (const car of CARS) {
  Deno.test(`a gateway that sends a CAR with ${car.what}: the feed, or a clear error; never the wrong feed`, async () => {
    await using hostile = hostileCarService(car);
    const cid = TREE.root.toString();
    {
      const environment = { TRUSTLESS_GATEWAYS: hostile.url };
      await using test = await openTestGateway({ environment });
      const path = await publishPointer(test, makeSigner(), { cid });
      const answer = await test.get(`${path}/feed.xml`);
      const text = await answer.text();
      assert.equal(answer.status, STATUSES[car.alone], text);
      if (car.alone === "whole") assert.match(text, /Right 39/);
      else {
        const { roads } = JSON.parse(text);
        const [, asked] = roads;
        assert.equal(asked.road, `gateway ${new URL(hostile.url).host}`, text);
        assert.equal(asked.outcome, car.alone === "wrong" ? "forged" : "none");
        assert.doesNotMatch(asked.reason, INTERNALS);
      }
      assert.deepEqual(test.problems, []);
    }
    await using honest = trustlessService({ blocks: TREE.blocks });
    const environment = { TRUSTLESS_GATEWAYS: `${hostile.url},${honest.url}` };
    await using test = await openTestGateway({ environment });
    const path = await publishPointer(test, makeSigner(), { cid });
    const answer = await test.get(`${path}/feed.xml`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /Right 39/);
  });
}

for (const car of CARS) {
  Deno.test(`a location that brings a CAR with ${car.what}: the feed, or a clear error, and another road is taken`, async () => {
    await using hostile = hostileCarLocation(car);
    await using honest = trustlessService({ blocks: TREE.blocks });
    await using dns = await startHosts({ "alice.example": "127.0.0.1" });
    const location = `${hostile.url.replace("127.0.0.1", "alice.example")}/feed.car`;
    const fields = { cid: TREE.root.toString(), locations: [location] };
    const environment = { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: "127.0.0.1/32" };
    {
      await using test = await openTestGateway({ environment });
      const path = await publishPointer(test, makeSigner(), fields);
      const answer = await test.get(`${path}/feed.xml`);
      const text = await answer.text();
      if (car.alone === "whole" && car.what !== "two roots") {
        assert.equal(answer.status, 200, text);
        assert.match(text, /Right 39/);
      } else {
        assert.ok([502, 504].includes(answer.status), text);
        const [, told] = JSON.parse(text).roads;
        assert.equal(told.road, location);
        assert.equal(told.outcome === "forged", answer.status === 502, text);
        assert.doesNotMatch(told.reason, INTERNALS);
      }
      assert.deepEqual(test.problems, []);
    }
    await using test = await openTestGateway({
      environment: { ...environment, TRUSTLESS_GATEWAYS: honest.url },
    });
    const answer = await test.get(`${await publishPointer(test, makeSigner(), fields)}/feed.xml`);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /Right 39/);
  });
}

Deno.test("the last copy is shown, marked, when the newest content comes in no CAR as it should", async () => {
  for (const car of CARS.filter(({ alone }) => alone === "missing")) {
    await using hostile = hostileCarService(car, EARLIER.blocks);
    const environment = { TRUSTLESS_GATEWAYS: hostile.url };
    await using test = await openTestGateway({ environment });
    const signer = makeSigner();
    const path = await publishPointer(test, signer, { cid: EARLIER.root.toString() });
    assert.equal((await test.get(`${path}/feed.xml`)).status, 200, car.what);
    const timestamp = "2026-02-01T00:00:00.000Z";
    await publishPointer(test, signer, { cid: TREE.root.toString(), timestamp });
    const answer = await test.get(`${path}/feed.xml`);
    const text = await answer.text();
    assert.equal(answer.status, 200, `${car.what}: ${text}`);
    assert.match(text, /<title>Earlier/);
    assert.match(answer.headers.get("Cache-Status") ?? "", /stale/, car.what);
  }
});

Deno.test("a location whose CAR falls silent keeps nobody from another road, and ends at the deadline", async () => {
  const [half = assert.fail()] = CARS.filter(({ what }) => what.includes("half"));
  const [sent, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await using hostile = hostileCarLocation({
    async *open() {
      yield* half.open();
      sent.resolve();
      await over.promise;
    },
  });
  await using honest = trustlessService({ blocks: TREE.blocks });
  await using dns = await startHosts({ "alice.example": "127.0.0.1" });
  const location = `${hostile.url.replace("127.0.0.1", "alice.example")}/feed.car`;
  const fields = { cid: TREE.root.toString(), locations: [location] };
  const environment = { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: "127.0.0.1/32" };
  {
    const clock = createTestClock();
    const { now, alarm } = clock;
    await using test = await openTestGateway({ environment, clock: now, alarm });
    const path = await publishPointer(test, makeSigner(), fields);
    const answering = test.get(`${path}/feed.xml`);
    await sent.promise;
    await clock.advance(REQUEST_MILLISECONDS);
    const answer = await answering;
    const text = await answer.text();
    assert.equal(answer.status, 504, text);
    assert.deepEqual(JSON.parse(text).roads.at(-1), {
      road: location,
      outcome: "failed",
      reason: "It did not answer in time.",
    });
  }
  await using test = await openTestGateway({
    environment: { ...environment, TRUSTLESS_GATEWAYS: honest.url },
  });
  const answer = await test.get(`${await publishPointer(test, makeSigner(), fields)}/feed.xml`);
  assert.equal(answer.status, 200, await answer.text());
  over.resolve();
});
