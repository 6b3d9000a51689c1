import assert from "node:assert/strict";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { Key } from "interface-datastore";
import { createLibp2p } from "libp2p";
import { knowsPeers, STORED_PEERS_PREFIX } from "../../../resolver/network/known_peers.ts";
import { PEER_STORE_AGES, PeerData } from "../../../resolver/network/peer_data.ts";
import { concat } from "../../../resolver/concat.ts";
import { varintField } from "../../../resolver/protobuf/write_fields.ts";
import type { KeyValueStore } from "../../../resolver/node/node.ts";
import { createTestClock } from "../../support/clock.ts";

/** What libp2p writes of a peer: protocols it speaks, or an address alone. */
const MET = Uint8Array.of(0x12, 1, 0x2f);
const HEARD_OF = Uint8Array.of(0x0a, 1, 0x2f);
const PEERS = 2_000;
const DAY_MILLISECONDS = 24 * 3_600_000;
const SELF = peerIdFromPrivateKey(await generateKeyPair("Ed25519"));

function keyValuesInMemory(): KeyValueStore & { readonly values: Map<string, Uint8Array> } {
  const values = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    values,
    get: (key) => values.get(key) ?? null,
    put: (key, value) => void values.set(key, value.slice()),
    delete: (key) => void values.delete(key),
    together: (work) => work(),
    entries: (prefix) => [...values].filter(([key]) => key.startsWith(prefix)),
  };
}

function setUp(stored = keyValuesInMemory(), clock = createTestClock()) {
  const reports: string[] = [];
  const report = (problem: string) => void reports.push(problem);
  const data = new PeerData({ self: SELF, stored, clock: clock.now, alarm: clock.alarm, report });
  return { clock, stored, reports, data };
}

const peer = (name: string) => new Key(`/peers/${name}`);

Deno.test("peers are written together, some time after the first change, and read at the next start", async () => {
  const { clock, stored, data } = setUp();
  data.put(peer("one"), HEARD_OF);
  data.put(peer("one"), MET);
  data.put(new Key("/other"), MET);
  await clock.advance(4_999);
  assert.equal(stored.values.size, 0);
  await clock.advance(1);
  assert.deepEqual([...stored.values.keys()], [`${STORED_PEERS_PREFIX}/peers/one`]);
  const { data: next } = setUp(stored);
  assert.deepEqual(next.get(peer("one")), MET);
  assert.ok(!next.has(new Key("/other")));
});

Deno.test("a stranger who names thousands makes the node wait for the disk a few times only", () => {
  const stored = keyValuesInMemory();
  let waits = 0;
  const together = (work: () => void) => {
    waits += 1;
    work();
  };
  const { clock, data } = setUp({ ...stored, together });
  for (let i = 0; i < 5_500; i++) data.put(peer(`named${i}`), HEARD_OF);
  assert.ok(waits > 0 && waits < 15, `${waits}`);
  data.close();
  assert.equal(stored.values.size, PEERS);
  assert.equal(clock.pending(), 0);
});

Deno.test("a node does not remember itself as somebody whom it has met", async () => {
  const { clock, stored, data } = setUp();
  data.put(peer(String(SELF.toCID())), MET);
  await clock.advance(5_000);
  assert.ok(data.has(peer(String(SELF.toCID()))));
  assert.ok(!knowsPeers(stored));
});

Deno.test("those that were only heard of make room for others, the oldest first", () => {
  const { data } = setUp();
  for (let i = 0; i < 100; i++) data.put(peer(`met${i}`), MET);
  for (let i = 0; i < 5_000; i++) data.put(peer(`named${i}`), HEARD_OF);
  const names = [...data._allKeys({ prefix: "/peers/" })].map(String);
  assert.equal(names.length, PEERS);
  assert.equal(names.filter((name) => name.startsWith("/peers/met")).length, 100);
  assert.ok(names.includes("/peers/named4999"));
});

Deno.test("those that were met make room for each other when there are no others", () => {
  const { data } = setUp();
  for (let i = 0; i < PEERS + 10; i++) data.put(peer(`met${i}`), MET);
  assert.equal([...data._allKeys({})].length, PEERS);
  assert.ok(!data.has(peer("met9")) && data.has(peer("met10")));
});

Deno.test("what others add to a peer for ever does not grow for ever", () => {
  const { data } = setUp();
  data.put(peer("one"), MET);
  data.put(peer("one"), new Uint8Array(20_000));
  assert.deepEqual(data.get(peer("one")), MET);
});

Deno.test("who was not heard of for a week is forgotten, here and at the next start; this node never", async () => {
  const { clock, stored, data } = setUp();
  const self = peer(String(SELF.toCID()));
  const noted = concat([MET, varintField(8, clock.now())]);
  for (const key of [peer("old"), self]) data.put(key, noted);
  await clock.advance(5_000);
  await clock.advance(7 * DAY_MILLISECONDS - 5_000);
  data.put(peer("seen"), concat([MET, varintField(8, clock.now())]));
  assert.deepEqual(data.get(peer("old")), noted);
  await clock.advance(1);
  const { data: next } = setUp(stored, clock);
  for (const one of [data, next]) {
    assert.ok(!one.has(peer("old")));
    assert.throws(() => one.get(peer("old")), { name: "NotFoundError" });
  }
  assert.deepEqual([...data._allKeys({})].map(String), [self, peer("seen")].map(String));
  data.close();
  assert.deepEqual([...stored.values.keys()], [`${STORED_PEERS_PREFIX}/peers/seen`]);
});

Deno.test("libp2p knows where a peer is as long as it is seen, be it for a month", async () => {
  const { data } = setUp();
  const libp2p = await createLibp2p({ start: false, datastore: data, peerStore: PEER_STORE_AGES });
  const id = peerIdFromPrivateKey(await generateKeyPair("Ed25519"));
  const address = multiaddr("/ip4/8.8.8.8/tcp/4001");
  const now = Date.now;
  try {
    for (let day = 0; day < 30; day++) {
      Date.now = () => now() + day * DAY_MILLISECONDS;
      await libp2p.peerStore.patch(id, { multiaddrs: [address], protocols: ["/a"] });
      const { addresses } = await libp2p.peerStore.get(id);
      assert.deepEqual(addresses.map(({ multiaddr }) => `${multiaddr}`), [`${address}`]);
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("a full disk is told, and ends nothing", async () => {
  const stored = keyValuesInMemory();
  const { clock, reports, data } = setUp({
    ...stored,
    put() {
      throw new Error("disk full");
    },
  });
  data.put(peer("one"), MET);
  await clock.advance(5_000);
  assert.deepEqual(reports, ["The peers that the node met could not be remembered."]);
  assert.deepEqual(data.get(peer("one")), MET);
});

Deno.test("nothing is written after the end", async () => {
  const { clock, stored, data } = setUp();
  data.put(peer("one"), MET);
  data.close();
  data.put(peer("two"), MET);
  await clock.advance(10_000);
  assert.deepEqual([...stored.values.keys()], [`${STORED_PEERS_PREFIX}/peers/one`]);
  assert.equal(clock.pending(), 0);
});
