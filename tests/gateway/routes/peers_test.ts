import assert from "node:assert/strict";
import { peersRoutes } from "../../../gateway/routes/peers.ts";
import { createTestClock } from "../../support/clock.ts";
import { peerRecords } from "../../support/parts.ts";
import { settingsOf } from "../../support/settings.ts";

const HOUR = 60 * 60_000;

function setUp(environment: Readonly<Record<string, string>> = {}) {
  const clock = createTestClock();
  const settings = settingsOf(environment);
  const records = peerRecords(settings, clock.now);
  const routes = peersRoutes({ settings, records, network: null, clock: clock.now });
  const told = async () => {
    const response = await routes.request("/v1/peers");
    assert.equal(response.status, 200);
    return await response.json();
  };
  return { clock, records, told };
}

Deno.test("a node that knows nobody and has no public address says so", async () => {
  assert.deepEqual(await setUp().told(), { peers: [], addresses: [] });
});

Deno.test("its own address comes first, unless strangers could not ask there", async () => {
  const { told, records } = setUp({ PUBLIC_URL: "https://gateway.example" });
  records.book.learn(["https://friend.example", "https://gateway.example"]);
  records.book.confirm("https://friend.example");
  records.book.confirm("https://gateway.example");
  assert.deepEqual((await told()).peers, ["https://gateway.example", "https://friend.example"]);
  assert.deepEqual((await setUp({ PUBLIC_URL: "http://127.0.0.1:8000" }).told()).peers, []);
  const allowed = { PUBLIC_URL: "http://127.0.0.1:8000", ALLOW_PRIVATE: "127.0.0.0/8" };
  assert.deepEqual((await setUp(allowed).told()).peers, ["http://127.0.0.1:8000"]);
});

Deno.test("peers are told of when they answered within the hour and have a public name", async () => {
  const { clock, records, told } = setUp({
    PEERS: "https://chosen.example,http://10.0.0.5:8000,https://silent.example",
  });
  records.standings.note("peer chosen.example", "answered");
  records.standings.note("peer 2", "answered");
  records.book.learn(["https://learned.example", "https://unchecked.example"]);
  records.book.confirm("https://learned.example");
  assert.deepEqual((await told()).peers, ["https://chosen.example", "https://learned.example"]);
  records.standings.note("https://learned.example", "lied");
  assert.deepEqual((await told()).peers, ["https://chosen.example"]);
  await clock.advance(HOUR + 1);
  assert.deepEqual((await told()).peers, []);
});
