import assert from "node:assert/strict";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import { distance } from "../../../resolver/network/distance.ts";
import { missedSomewhere } from "../../../resolver/network/missed_somewhere.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const verifier = createVerifier({ clock: Date.now });
const signer = makeSigner();
const { identity } = signer;
const older = await verifiedPointer(signer, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });

/** Nodes by their distance to the key, the closest first. */
const peers = await Promise.all(Array.from({ length: 30 }, async () => {
  const id = peerIdFromPrivateKey(await generateKeyPair("Ed25519"));
  return { id: id.toString(), bytes: id.toMultihash().bytes };
}));
const key = recordKey(identity);
peers.sort((one, other) => distance(key, one.bytes) < distance(key, other.bytes) ? -1 : 1);

/** `own`: this node's place; `without`: those that answer that they know none. */
function missed({ own, without = [], bytes = newer.bytes, held = null }: {
  own: number;
  without?: readonly number[];
  bytes?: Uint8Array;
  held?: Uint8Array | null;
}) {
  const answers = peers.map(({ id }, place): PeerAnswer =>
    without.includes(place)
      ? { peer: id, outcome: "none", milliseconds: 1 }
      : { peer: id, outcome: "pointer", bytes, milliseconds: 1 }
  ).filter((_, place) => place !== own);
  const self = peers[own]?.bytes ?? new Uint8Array();
  return missedSomewhere({ identity, self, held, answers }, verifier);
}

Deno.test("nobody is corrected when all of the closest have it", async () => {
  assert.equal(await missed({ own: 29 }), null);
  assert.equal(await missed({ own: 29, without: [20, 25, 28] }), null);
});

Deno.test("one of the closest without it is corrected", async () => {
  assert.equal((await missed({ own: 29, without: [19] }))?.text, newer.text);
});

Deno.test("this node has a place among the closest itself", async () => {
  assert.equal(await missed({ own: 5, without: [20] }), null);
  assert.equal((await missed({ own: 5, without: [19] }))?.text, newer.text);
});

Deno.test("an older one is corrected wherever it is held", async () => {
  const greatest = await missed({ own: 29, bytes: older.bytes, held: newer.bytes });
  assert.equal(greatest?.text, newer.text);
});

Deno.test("without any pointer there is nothing to correct with", async () => {
  assert.equal(await missed({ own: 29, without: peers.keys().toArray() }), null);
});
