import assert from "node:assert/strict";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { createResolver } from "../../resolver/resolver.ts";
import { peerSource } from "../../resolver/sources/peers.ts";
import { createVerifier } from "../../resolver/verify.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { SENDER, temporaryNode } from "../support/nodes.ts";
import { NOW, peerApi } from "../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newest = await verifiedPointer(alice, { timestamp: "2026-03-01T00:00:00.000Z" });

/** A node that serves its peers on a port of its own, and holds these pointers. */
async function startPeer(...held: VerifiedPointer[]) {
  const place = await temporaryNode();
  const { pointers } = place.node;
  for (const pointer of held) pointers.put(pointer, SENDER);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    peerApi({ node: place.node }),
  );
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    holds: () => pointers.get(alice.identity),
    stored: new Promise<VerifiedPointer>((resolve) => pointers.onStored(resolve)),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await place[Symbol.asyncDispose]();
    },
  };
}

Deno.test("the newest of several nodes answers over HTTP, and those that lag are brought up to it", async () => {
  await using ahead = await startPeer(newest);
  await using behind = await startPeer(older);
  await using empty = await startPeer();
  const gone = await startPeer();
  await gone[Symbol.asyncDispose]();

  const clock = () => NOW;
  const allowPrivate = parseAddressRanges("");
  const outbound = createOutbound({ dns: fakeDns({}), allowPrivate, clock });
  const closing = new AbortController();
  const resolver = createResolver({
    sources: [ahead, behind, empty, gone].map(({ base }, place) =>
      peerSource(base, outbound, place)
    ),
    verifier: createVerifier({ clock }),
    clock,
    signal: closing.signal,
  });
  const call = { signal: AbortSignal.timeout(60_000) };

  const first = await resolver.resolve(alice.identity, { ...call, policy: "network-only" });
  assert.equal(first.pointer.text, newest.text);
  assert.deepEqual(
    first.sources.map(({ outcome }) => outcome),
    ["newest", "older", "none", "failed"],
  );
  assert.equal((await behind.stored).text, newest.text);
  assert.equal((await empty.stored).text, newest.text);
  assert.deepEqual(behind.holds(), newest.bytes);
  closing.abort();
});
