import assert from "node:assert/strict";
import type { PointerNetwork } from "../../../resolver/network/network.ts";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { getAcquainted } from "../../../resolver/peers/acquaintance.ts";
import { configuredPeers } from "../../../resolver/peers/configured.ts";
import { appOutbound, type Handler } from "../../support/app_outbound.ts";
import { createTestClock } from "../../support/clock.ts";
import { peerRecords } from "../../support/parts.ts";
import { scriptedNetwork } from "../../support/scripted_network.ts";
import { settingsOf } from "../../support/settings.ts";

const BASE = "http://10.0.0.5:8000";
const OWN = "12D3KooWown";

function knowing(peers: readonly unknown[], addresses: readonly unknown[] = []): Handler {
  return () => Response.json({ peers, addresses });
}

/** A network in which every connection succeeds but those to `closed`. */
function fakeNetwork(closed: readonly string[] = [], doors: readonly string[] = []) {
  const connected: { address: string; trusted: boolean }[] = [];
  const network = scriptedNetwork({
    peerId: OWN,
    connect(address, { trusted }) {
      if (closed.includes(address)) return Promise.reject(new Error("closed"));
      return Promise.resolve(void connected.push({ address, trusted }));
    },
    peers: () =>
      doors.map((address, i) => ({ peer: `peer ${i}`, addresses: [address], server: true })),
  });
  return { network, connected };
}

function setUp(hosts: Readonly<Record<string, Handler>>, network: PointerNetwork | null = null) {
  const clock = createTestClock();
  const records = peerRecords(settingsOf({}), clock.now);
  const outbound = appOutbound(hosts);
  const { signal } = new AbortController();
  const peers = configuredPeers([BASE], { records, outbound, clock: clock.now });
  const round = () =>
    getAcquainted({ peers, records, network, outbound, alarm: clock.alarm, signal });
  return { clock, records, round, allowPrivate: parseAddressRanges("") };
}

Deno.test("peers that a peer names are checked, and asked from then on", async () => {
  const { records, round } = setUp({
    [BASE]: knowing(["https://good.example", "https://down.example", "https://shop.example"]),
    "https://good.example": knowing(["https://friend.example"]),
    "https://friend.example": knowing([]),
    "https://shop.example": () => new Response("<!doctype html>"),
  });
  await round();
  assert.deepEqual(records.book.choose(3), ["https://good.example"]);
  await round();
  assert.deepEqual([...records.book.choose(3)].sort(), [
    "https://friend.example",
    "https://good.example",
  ]);
  assert.equal(records.book.size(), 2);
});

Deno.test("the DHT is joined at a peer's addresses, trusted only at the peer's own host", async () => {
  const dead = "/ip4/10.0.0.5/tcp/1/p2p/12D3KooWpeer";
  const addresses = [
    dead,
    "/ip4/10.0.0.5/tcp/4001/p2p/12D3KooWpeer",
    "no address",
    7,
    `/ip4/10.0.0.9/tcp/4001/p2p/${OWN}`,
  ];
  const { network, connected } = fakeNetwork([dead]);
  await setUp({ [BASE]: knowing([], addresses) }, network).round();
  assert.deepEqual(connected, [{ address: addresses[1], trusted: true }]);

  const elsewhere = fakeNetwork();
  const other = "/dns4/elsewhere.example/tcp/4001/p2p/12D3KooWpeer";
  await setUp({ [BASE]: knowing([], [other]) }, elsewhere.network).round();
  assert.deepEqual(elsewhere.connected, [{ address: other, trusted: false }]);
});

Deno.test("a flood of addresses is eight attempts", async () => {
  const addresses = Array.from(
    { length: 32 },
    (_, i) => `/ip4/10.0.0.5/tcp/${i + 1}/p2p/12D3KooW${i}`,
  );
  let attempts = 0;
  const { network } = fakeNetwork();
  const connect = () => {
    attempts++;
    return Promise.reject(new Error("closed"));
  };
  await setUp({ [BASE]: knowing([], addresses) }, { ...network, connect }).round();
  assert.equal(attempts, 8);
});

Deno.test("this very node is not its own peer", async () => {
  const { network } = fakeNetwork();
  const { records, round } = setUp({
    [BASE]: knowing(["https://myself.example"]),
    "https://myself.example": knowing([], [`/ip4/192.0.2.1/tcp/4001/p2p/${OWN}`]),
  }, network);
  await round();
  assert.equal(records.book.size(), 0);
});

Deno.test("the WebSocket addresses of connected peers lead to their gateways", async () => {
  const { network } = fakeNetwork([], ["/dns4/gateway.example/tcp/443/tls/ws"]);
  const { records, round } = setUp({
    [BASE]: knowing([]),
    "https://gateway.example": knowing([]),
  }, network);
  await round();
  assert.deepEqual(records.book.choose(3), ["https://gateway.example"]);
});

Deno.test("a peer that answers with garbage is judged, one without the route has failed", async () => {
  for (const body of ["", "[]", "null", '{"peers":7,"addresses":[]}', "[".repeat(60_000)]) {
    const { records, round } = setUp({ [BASE]: () => new Response(body) });
    await round();
    assert.equal(records.standings.avoided("peer 1"), "lied", body.slice(0, 40));
  }
  const { records, round } = setUp({ [BASE]: () => new Response(null, { status: 404 }) });
  await round();
  assert.equal(records.standings.avoided("peer 1"), null);
});
