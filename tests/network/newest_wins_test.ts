import assert from "node:assert/strict";
import { startPeers } from "../../resolver/peers/start.ts";
import { identityKey, identityText } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { appOutbound } from "../support/app_outbound.ts";
import { GET_VALUE, kadKey, kadRecord, kadValue, PUT_VALUE } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import { LIBP2P_TEST, type NetworkNode, startNetwork, until } from "../support/network.ts";
import { peerRecords, settingsOf } from "../support/parts.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { unguardedPut } from "../support/unguarded_dht.ts";
import { heldTimestamp, publishAt, visited } from "../support/visits.ts";

const NODES = 12;
const OLD = "2026-01-01T00:00:00.000Z";
const NEW = "2026-02-01T00:00:00.000Z";

/** A way on which anybody can hand an old record to a node. */
type Road = (old: VerifiedPointer, nodes: readonly NetworkNode[]) => Promise<void>;

const roads: Readonly<Record<string, Road>> = {
  "a raw PUT_VALUE": async (old, nodes) => {
    await using peer = await startKadPeer();
    const key = kadKey(identityKey(old.identity));
    await Promise.all(nodes.map(async ({ network }) => {
      const [address = ""] = network.addresses();
      const message = { type: PUT_VALUE, key, record: kadRecord(key, old.bytes) };
      assert.equal(await peer.ask(address, message), null, "the put was confirmed");
      const answer = await peer.ask(address, { type: GET_VALUE, key });
      const held = new TextDecoder().decode(kadValue(answer?.record) ?? new Uint8Array());
      assert.match(held, new RegExp(NEW));
    }));
  },
  "the put of a DHT without a guard": async (old, nodes) => {
    const key = kadKey(identityKey(old.identity));
    assert.equal(await unguardedPut(nodes, key, old.bytes), 0, "a node confirmed it");
  },
  "an HTTP PUT": async (old, nodes) => {
    await Promise.all(nodes.map(async ({ node }) => {
      const url = `http://node.example/v1/pointers/${identityText(old.identity)}`;
      const request = new Request(url, { method: "PUT", body: old.bytes });
      const response = await peerApi({ node, clock: Date.now })(request);
      assert.equal(response.status, 409);
      assert.match(await response.text(), new RegExp(NEW));
    }));
  },
  "the change feed of a lying peer": async (old, nodes) => {
    await Promise.all(nodes.map((member) => followOnce(member, old)));
  },
};

Deno.test("the newest pointer wins on every road, and at every node", LIBP2P_TEST, async (t) => {
  await using network = await startNetwork({ size: NODES });
  const { nodes } = network;
  const signer = makeSigner();
  const { identity } = signer;
  const [old, current] = await Promise.all(
    [OLD, NEW].map((timestamp) => verifiedPointer(signer, { timestamp })),
  );
  assert.ok(old !== undefined && current !== undefined);
  const [first, second] = nodes;
  assert.ok(first !== undefined && second !== undefined);

  await t.step("published at one, resolved at every other", async () => {
    const { confirmed } = await publishAt(first, old);
    assert.equal(confirmed, NODES - 1);
    for (const member of nodes) assert.equal(await visited(member, identity), OLD);
  });

  await t.step("a newer one, published elsewhere, replaces it everywhere", async () => {
    const { confirmed } = await publishAt(second, current);
    assert.equal(confirmed, NODES - 1);
    for (const member of nodes) assert.equal(await visited(member, identity), NEW);
  });

  for (const [name, replay] of Object.entries(roads)) {
    await t.step(`the older one, replayed by ${name}, wins nowhere`, async () => {
      let replaying = true;
      const replayed = replay(old, nodes).finally(() => replaying = false);
      const looking = nodes.map(async (member) => {
        do assert.equal(await visited(member, identity), NEW); while (replaying);
      });
      await Promise.all([replayed, ...looking]);
      for (const { node } of nodes) assert.equal(heldTimestamp(node, identity), NEW);
    });
  }

  await t.step("each node counted the puts that it refused", () => {
    for (const { network } of nodes) assert.ok((network.status().refused.get("older") ?? 0) >= 2);
  });
});

/** Follows a peer whose only change is the old record, until it has been offered the newer one. */
async function followOnce(
  { node, network, verifier }: NetworkNode,
  old: VerifiedPointer,
): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const settings = settingsOf({});
  const offered: string[] = [];
  const liar = "http://liar.example";
  const outbound = appOutbound({
    [liar]: async (request) => {
      if (request.method === "PUT") {
        offered.push(await request.text());
        return new Response(null, { status: 204 });
      }
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/v1/pointers") return new Response(null, { status: 404 });
      if (searchParams.get("since") !== "0") await new Promise(() => {});
      const pointers = [JSON.parse(new TextDecoder().decode(old.bytes))];
      return Response.json({ cursor: "1", pointers });
    },
  });
  const peers = startPeers({
    peers: [liar],
    records: peerRecords(settings),
    node,
    network,
    verifier,
    outbound,
    clock: Date.now,
    lookUp: () => Promise.resolve(null),
    report: (problem) => {
      throw new Error(problem);
    },
    signal,
  });
  await until("the peer was answered with the newer one", () => offered.length > 0);
  stopping.abort();
  await peers.ended;
  assert.match(offered.join(), new RegExp(NEW));
}
