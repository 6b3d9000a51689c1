import assert from "node:assert/strict";
import { parsePointer } from "../../../schemas/pointer.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { HELLO_CID, makeSigner, signPointer, verifiedPointer } from "../../support/pointers.ts";
import { flood } from "../../support/adversaries.ts";
import { SENDER } from "../../support/nodes.ts";
import {
  ADD_PROVIDER,
  encodeMessage,
  framed,
  GET_VALUE,
  kadRecord,
  kadValue,
  PUT_VALUE,
  varint,
} from "../../support/kad_messages.ts";
import { startKadPeer } from "../../support/kad_peer.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-02-01T00:00:00.000Z" };
const encoder = new TextEncoder();

/** A message whose stream the node ended without an answer. */
async function refused(answer: Promise<unknown>): Promise<void> {
  assert.equal(await answer, null);
}

function question(): Uint8Array {
  return encodeMessage({ type: GET_VALUE, key: recordKey(makeSigner().identity) });
}

/** A node whose clock stands still, so that nobody's allowance grows, and somebody who talks to it. */
async function world() {
  const stack = new AsyncDisposableStack();
  const heard: string[] = [];
  const now = Date.now();
  const target = stack.use(
    await startNetworkNode({
      clock: () => now,
      network: {
        onNotYetValid: (record, sender) =>
          void heard.push(`${parsePointer(record).timestamp} ${sender}`),
      },
    }),
  );
  const peer = stack.use(await startKadPeer());
  const [address = ""] = target.network.addresses();
  return {
    ...target,
    peer,
    address,
    heard,
    put: (key: Uint8Array, value: Uint8Array) =>
      peer.ask(address, { type: PUT_VALUE, key, record: kadRecord(key, value) }),
    get: (key: Uint8Array) => peer.ask(address, { type: GET_VALUE, key }),
    refused: () => Object.fromEntries(target.network.status().refused),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("a put from outside is kept and answered to whoever asks", LIBP2P_TEST, async () => {
  await using w = await world();
  const pointer = await verifiedPointer(makeSigner());
  const key = recordKey(pointer.identity);
  assert.notEqual(await w.put(key, pointer.bytes), null);
  assert.deepEqual(w.node.pointers.get(pointer.identity), pointer.bytes);
  const answer = await w.get(key);
  assert.deepEqual(kadValue(answer?.record), pointer.bytes);
  assert.deepEqual(w.refused(), {});
});

Deno.test(
  "an older record, validly signed, never replaces the newer one",
  LIBP2P_TEST,
  async () => {
    await using w = await world();
    const signer = makeSigner();
    const newer = await verifiedPointer(signer, NEW);
    w.node.pointers.put(newer, SENDER);
    const key = recordKey(signer.identity);
    await refused(w.put(key, await signPointer(signer, OLD)));
    assert.deepEqual(w.node.pointers.get(signer.identity), newer.bytes);
    assert.deepEqual(w.refused(), { older: 1 });
  },
);

Deno.test("the same text again is no news, and postpones the next put", LIBP2P_TEST, async () => {
  await using w = await world();
  const pointer = await verifiedPointer(makeSigner());
  w.node.pointers.put(pointer, SENDER);
  const before = w.node.pointers.schedule.nextDueAt();
  await w.put(recordKey(pointer.identity), pointer.bytes);
  assert.ok((w.node.pointers.schedule.nextDueAt() ?? 0) > (before ?? 0));
  assert.deepEqual(w.refused(), {});
});

Deno.test("what breaks the pointer's rules is refused and counted", LIBP2P_TEST, async () => {
  await using w = await world();
  const signer = makeSigner();
  const key = recordKey(signer.identity);
  const good = await signPointer(signer);
  const forged = good.slice();
  forged[forged.length - 10] = forged[forged.length - 10] === 0x61 ? 0x62 : 0x61;
  const padded = encoder.encode(`${new TextDecoder().decode(good)} `);
  const oversized = new Uint8Array(8_193).fill(0x20);
  const { address } = signer.identity;
  const contract = recordKey({ kind: "contract", chainId: 1, address });

  await refused(w.put(key, forged));
  await refused(w.put(key, padded));
  await refused(w.put(key, oversized));
  await refused(w.put(recordKey(makeSigner().identity), good));
  await refused(w.put(contract, good));
  assert.equal(w.node.pointers.count(), 0);
  assert.deepEqual(w.refused(), {
    "bad-signature": 1,
    malformed: 1,
    "too-large": 1,
    "other-identity": 2,
  });
});

Deno.test(
  "keys that are no identity's, or written otherwise, are refused",
  LIBP2P_TEST,
  async () => {
    await using w = await world();
    const signer = makeSigner();
    const good = await signPointer(signer);
    const text = `/ourspace/${signer.identity.address}`;
    for (const key of [text, `${text.toLowerCase()}/`, "/ourspace/", "/ourspace/x"]) {
      await refused(w.put(encoder.encode(key), good));
    }
    await refused(w.put(encoder.encode("/pk/x"), good));
    await refused(w.put(encoder.encode("/other/x"), good));
    assert.equal(w.node.pointers.count(), 0);
    assert.deepEqual(w.refused(), { "unknown-key": 4 });
  },
);

Deno.test(
  "a record whose time has not come is told of, and costs its sender nothing",
  LIBP2P_TEST,
  async () => {
    await using w = await world();
    const signer = makeSigner();
    const timestamp = new Date(Date.now() + 60 * 60 * 1_000).toISOString();
    const future = await signPointer(signer, { timestamp });
    for (let i = 0; i < 20; i++) await refused(w.put(recordKey(signer.identity), future));
    assert.equal(w.heard.length, 20);
    assert.equal(w.heard[0], `${timestamp} peer:${w.peer.peerId}`);
    const pointer = await verifiedPointer(makeSigner());
    await w.put(recordKey(pointer.identity), pointer.bytes);
    assert.equal(w.node.pointers.count(), 1);
  },
);

Deno.test("who goes on sending forgeries is not served any longer", LIBP2P_TEST, async () => {
  await using w = await world();
  const signer = makeSigner();
  const forged = await signPointer(makeSigner());
  for (let i = 0; i < 6; i++) await refused(w.put(recordKey(signer.identity), forged));
  const pointer = await verifiedPointer(signer);
  await refused(w.put(recordKey(signer.identity), pointer.bytes));
  await until("the connection is closed", () => w.peer.libp2p.getConnections().length === 0);
  assert.equal(w.node.pointers.count(), 0);
});

Deno.test(
  "a message that says it is large, is none, or is followed by another ends its stream",
  LIBP2P_TEST,
  async () => {
    await using w = await world();
    const get = framed(question());
    await refused(w.peer.exchange(w.address, [varint(4 * 1_024 * 1_024)]));
    await refused(w.peer.exchange(w.address, [new Uint8Array(64).fill(0xff)]));
    await refused(w.peer.exchange(w.address, [framed(new Uint8Array(40_000))]));
    await refused(w.peer.exchange(w.address, [new Uint8Array([...get, ...get])]));
    assert.notEqual(await w.peer.exchange(w.address, [get]), null);
  },
);

Deno.test("a message in many pieces is read as one", LIBP2P_TEST, async () => {
  await using w = await world();
  const pieces = [...framed(question())].map((byte) => Uint8Array.of(byte));
  assert.notEqual(await w.peer.exchange(w.address, pieces), null);
});

Deno.test("nobody is recorded as a provider of what is no content", LIBP2P_TEST, async () => {
  await using w = await world();
  const key = encoder.encode(HELLO_CID);
  await refused(w.peer.ask(w.address, { type: ADD_PROVIDER, key }));
});

Deno.test("a flood of questions is cut off", LIBP2P_TEST, async () => {
  await using w = await world();
  const key = recordKey(makeSigner().identity);
  const messages = Array.from({ length: 600 }, () => ({ type: GET_VALUE, key }));
  const outcome = await flood(w.peer, w.address, { messages, atOnce: 10 });
  assert.deepEqual(outcome, { answered: 500, refused: 100 });
  assert.equal(w.refused()["rate-limited"], 100);
});
