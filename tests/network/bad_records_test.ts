import assert from "node:assert/strict";
import type { RefusalReason } from "../../resolver/errors.ts";
import { type Identity, identityKey, identityText } from "../../schemas/identity.ts";
import { POINTER_MAX_BYTES } from "../../schemas/pointer.ts";
import { FIND_NODE, kadKey, kadRecord, PUT_VALUE } from "../support/kad_messages.ts";
import { type KadPeer, startKadPeer } from "../support/kad_peer.ts";
import { followLiar } from "../support/lying_peer.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  startNetwork,
  startNetworkNode,
} from "../support/network.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { unguardedPut } from "../support/unguarded_dht.ts";
import { visited } from "../support/visits.ts";

const NODES = 4;

/** A record that nobody may store under the identity. */
interface BadRecord {
  readonly about: string;
  readonly identity: Identity;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly reason: RefusalReason;
  /** What a PUT of it is answered. */
  readonly status: number;
  /** What of it is left to hold against a peer whose change feed has it. */
  readonly inFeed: "lie" | "no lie" | "harmless there";
}

async function badRecords(): Promise<readonly BadRecord[]> {
  const signer = makeSigner();
  const somebodyElse = makeSigner();
  const { identity } = signer;
  const good = await signPointer(signer);
  const forged = await signPointer({ identity, sign: somebodyElse.sign });
  const contract: Identity = { kind: "contract", chainId: 1, address: identity.address };
  const ofContract = await signPointer({ identity: contract, sign: signer.sign });
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
  const early = await signPointer(signer, { timestamp: inAnHour });
  const text = new TextDecoder().decode(good);
  const bytes = (written: string) => new TextEncoder().encode(written);
  const withNote = bytes(text.replace(/\}$/, ',"note":"hello"}'));
  const tooLarge = bytes(text.replace(/\}$/, `,"note":"${"x".repeat(POINTER_MAX_BYTES)}"}`));
  const forIdentity = { identity, inFeed: "lie" } as const;
  return [
    { ...forIdentity, about: "forged", bytes: forged, reason: "bad-signature", status: 403 },
    { ...forIdentity, about: "oversized", bytes: tooLarge, reason: "too-large", status: 413 },
    { ...forIdentity, about: "padded inside", bytes: withNote, reason: "malformed", status: 400 },
    {
      ...forIdentity,
      about: "padded outside",
      bytes: bytes(`${text}\n`),
      reason: "malformed",
      status: 400,
      inFeed: "harmless there",
    },
    {
      ...forIdentity,
      about: "from the future",
      bytes: early,
      reason: "not-valid-yet",
      status: 403,
      inFeed: "no lie",
    },
    {
      about: "somebody else's",
      identity: somebodyElse.identity,
      bytes: good,
      reason: "other-identity",
      status: 400,
      inFeed: "harmless there",
    },
    {
      about: "a wallet's, under a contract account",
      identity: contract,
      bytes: good,
      reason: "other-identity",
      status: 400,
      inFeed: "harmless there",
    },
    {
      ...forIdentity,
      about: "a contract account's, under the wallet",
      bytes: ofContract,
      reason: "other-identity",
      status: 400,
      inFeed: "no lie",
    },
    {
      about: "a contract account's, signed by a wallet",
      identity: contract,
      bytes: ofContract,
      reason: "not-verifiable-here",
      status: 501,
      inFeed: "no lie",
    },
  ];
}

Deno.test("a bad record is stored nowhere, whatever way it comes by", LIBP2P_TEST, async (t) => {
  const records = await badRecords();
  await using network = await startNetwork({ size: NODES });
  const { nodes } = network;
  const [first] = nodes;
  assert.ok(first !== undefined);

  const assertStoredNowhere = async () => {
    for (const { node } of nodes) assert.equal(node.pointers.count(), 0);
    for (const { identity } of records) assert.equal(await visited(first, identity), null);
  };

  for (const { about, identity, bytes, reason, status } of records) {
    await t.step(`${about}: a raw PUT_VALUE`, async () => {
      await using peer = await startKadPeer();
      for (const { network } of nodes) {
        const before = network.status().refused.get(reason) ?? 0;
        assert.equal(await put(peer, network, identity, bytes), null);
        assert.equal(network.status().refused.get(reason), before + 1);
      }
      await assertStoredNowhere();
    });

    await t.step(`${about}: an HTTP PUT`, async () => {
      for (const { node } of nodes) {
        const url = `http://node.example/v1/pointers/${identityText(identity)}`;
        const request = new Request(url, { method: "PUT", body: bytes });
        const response = await peerApi({ node, clock: Date.now })(request);
        assert.equal(response.status, status);
        await response.body?.cancel();
      }
      await assertStoredNowhere();
    });
  }

  await t.step("the put of a DHT without a guard", async () => {
    const entries = records.map(({ identity, bytes }) => ({
      key: kadKey(identityKey(identity)),
      value: bytes,
    }));
    assert.equal(await unguardedPut(nodes, entries), 0);
    await assertStoredNowhere();
  });

  for (const { about, bytes, inFeed } of records) {
    if (inFeed === "harmless there") continue;
    await t.step(`${about}: the change feed of a peer`, async () => {
      const { name, status, records, reports } = await followLiar(
        first,
        [bytes],
        ({ status, reports }) =>
          status.refused === 1 && (inFeed === "no lie" || reports.length > 0),
      );
      assert.equal(status.taken, 0);
      assert.equal(records.standings.avoided(name), inFeed === "lie" ? "lied" : null);
      assert.equal(reports.length, inFeed === "lie" ? 1 : 0);
      await assertStoredNowhere();
    });
  }
});

Deno.test("keys that are nobody's are refused and counted", LIBP2P_TEST, async () => {
  await using member = await startNetworkNode();
  const bytes = await signPointer(makeSigner());
  const keys = ["", "junk", "0x12", "0x" + "A".repeat(40), "x".repeat(1_000)];
  for (const key of keys) {
    await using peer = await startKadPeer();
    const raw = new TextEncoder().encode(`/ourspace/${key}`);
    const [address = ""] = member.network.addresses();
    const message = { type: PUT_VALUE, key: raw, record: kadRecord(raw, bytes) };
    assert.equal(await peer.ask(address, message), null);
  }
  assert.equal(member.network.status().refused.get("unknown-key"), keys.length);
  assert.equal(member.node.pointers.count(), 0);
});

Deno.test(
  "who sends forged records again and again is not served, and others are",
  LIBP2P_TEST,
  async () => {
    await using member = await startNetworkNode();
    const signer = makeSigner();
    const forged = await signPointer({ identity: signer.identity, sign: makeSigner().sign });
    await using forger = await startKadPeer();
    await using honest = await startKadPeer();
    for (let count = 0; count < 10; count++) {
      await put(forger, member.network, signer.identity, forged);
    }
    assert.equal(await isServed(forger, member), false);
    assert.equal(await isServed(honest, member), true);
    assert.ok((member.network.status().refused.get("bad-signature") ?? 0) < 10);
  },
);

Deno.test(
  "records whose time has not come are not held against the sender",
  LIBP2P_TEST,
  async () => {
    await using member = await startNetworkNode();
    const signer = makeSigner();
    const timestamp = new Date(Date.now() + 600_000).toISOString();
    const early = await signPointer(signer, { timestamp });
    await using peer = await startKadPeer();
    for (let count = 0; count < 20; count++) {
      assert.equal(await put(peer, member.network, signer.identity, early), null);
    }
    assert.equal(member.network.status().refused.get("not-valid-yet"), 20);
    assert.equal(await isServed(peer, member), true);
  },
);

async function put(
  peer: KadPeer,
  network: NetworkNode["network"],
  identity: Identity,
  bytes: Uint8Array,
) {
  const key = kadKey(identityKey(identity));
  const [address = ""] = network.addresses();
  return await peer.ask(address, { type: PUT_VALUE, key, record: kadRecord(key, bytes) });
}

async function isServed(peer: KadPeer, { network }: NetworkNode): Promise<boolean> {
  const [address = ""] = network.addresses();
  const key = new TextEncoder().encode("anything");
  return await peer.ask(address, { type: FIND_NODE, key }) !== null;
}
