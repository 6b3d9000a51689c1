import assert from "node:assert/strict";
import { generateKeyPair } from "@libp2p/crypto/keys";
import type { PeerId } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { keepConnected } from "../../../resolver/network/redial.ts";
import { createTestClock } from "../../support/clock.ts";

const ENTRY = "/ip4/192.0.2.1/tcp/4001";

async function newPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair("Ed25519"));
}

/** As much of libp2p as is needed to be connected, in a network where all dials fail until told. */
async function lonelyNode() {
  const clock = createTestClock();
  const own = await newPeer();
  const entry = await newPeer();
  const events = new EventTarget();
  const dialled: number[] = [];
  const world = { entryIsUp: false, connected: [] as PeerId[], routingTable: 0, met: 0 };
  const libp2p = {
    peerId: own,
    peerStore: { all: () => Promise.resolve([]) },
    getPeers: () => world.connected,
    dial() {
      dialled.push(clock.now());
      if (!world.entryIsUp) return Promise.reject(new Error("down"));
      world.connected = [entry];
      return Promise.resolve({ remotePeer: entry });
    },
    services: {
      dht: {
        async *getClosestPeers() {
          world.met += 1;
          await Promise.resolve();
          yield {};
        },
      },
    },
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  };
  return {
    clock,
    dialled,
    world,
    disconnect() {
      world.connected = [];
      events.dispatchEvent(new Event("peer:disconnect"));
    },
    start: () =>
      keepConnected({
        libp2p,
        routingTable: () => world.routingTable,
        entries: [ENTRY],
        alarm: clock.alarm,
        random: () => 1,
      }),
  };
}

Deno.test("an entry point is dialled for ever, at most every 30 s, and left alone when connected", async () => {
  const { clock, dialled, world, start } = await lonelyNode();
  const stop = start();
  await clock.advance(10 * 60_000);
  assert.ok(dialled.length > 20 && dialled.length < 30, `${dialled.length}`);
  world.entryIsUp = true;
  await clock.advance(30_000);
  const count = dialled.length;
  await clock.advance(10 * 60_000);
  assert.equal(dialled.length, count);
  stop();
});

Deno.test("a lost entry point is dialled again within two seconds", async () => {
  const { clock, dialled, world, disconnect, start } = await lonelyNode();
  world.entryIsUp = true;
  const stop = start();
  await clock.advance(10 * 60_000);
  assert.equal(dialled.length, 1);
  disconnect();
  await clock.advance(2_000);
  assert.equal(dialled.length, 2);
  stop();
});

Deno.test("as long as few are known, neighbours are looked for", async () => {
  const { clock, world, start } = await lonelyNode();
  world.entryIsUp = true;
  world.routingTable = 1;
  const stop = start();
  await clock.advance(60_000);
  const looked = world.met;
  assert.ok(looked > 2);
  world.routingTable = 20;
  await clock.advance(10 * 60_000);
  assert.equal(world.met, looked);
  stop();
});

Deno.test("nothing goes on after the end", async () => {
  const { clock, dialled, disconnect, start } = await lonelyNode();
  const stop = start();
  await clock.advance(1_000);
  stop();
  const count = dialled.length;
  disconnect();
  await clock.advance(10 * 60_000);
  assert.equal(dialled.length, count);
  assert.equal(clock.pending(), 0);
});
