import assert from "node:assert/strict";
import { parsePointer } from "../../../schemas/pointer.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { HELLO_CID, makeSigner, signPointer, verifiedPointer } from "../../support/pointers.ts";
import { SENDER } from "../../support/nodes.ts";
import {
  ADD_PROVIDER,
  dhtMessage,
  GET_VALUE,
  lengthPrefixed,
  PUT_VALUE,
  startRawPeer,
  varint,
} from "../../support/raw_peer.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-02-01T00:00:00.000Z" };
const encoder = new TextEncoder();

async function world() {
  const stack = new AsyncDisposableStack();
  const heard: string[] = [];
  const target = stack.use(
    await startNetworkNode({
      network: {
        onNotYetValid: (record, sender) =>
          void heard.push(`${parsePointer(record).timestamp} ${sender}`),
      },
    }),
  );
  const peer = stack.use(await startRawPeer());
  const [address = ""] = target.network.addresses();
  return {
    ...target,
    peer,
    address,
    heard,
    put: (key: Uint8Array, value: Uint8Array, recordKey = key) =>
      peer.send(address, dhtMessage(PUT_VALUE, key, { value, recordKey })),
    refused: () => Object.fromEntries(target.network.status().refused),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("a put from outside is kept and answered to whoever asks", LIBP2P_TEST, async () => {
  await using w = await world();
  const pointer = await verifiedPointer(makeSigner());
  const key = recordKey(pointer.identity);
  await w.put(key, pointer.bytes);
  assert.deepEqual(w.node.pointers.get(pointer.identity), pointer.bytes);
  const answer = await w.peer.send(w.address, dhtMessage(GET_VALUE, key));
  assert.ok(answer.toHex().includes(pointer.bytes.toHex()));
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
    await assert.rejects(w.put(key, await signPointer(signer, OLD)));
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

  await assert.rejects(w.put(key, forged));
  await assert.rejects(w.put(key, padded));
  await assert.rejects(w.put(key, oversized));
  await assert.rejects(w.put(recordKey(makeSigner().identity), good));
  await assert.rejects(w.put(contract, good));
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
      await assert.rejects(w.put(encoder.encode(key), good), key);
    }
    await assert.rejects(w.put(encoder.encode("/pk/x"), good));
    await assert.rejects(w.put(encoder.encode("/other/x"), good));
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
    for (let i = 0; i < 20; i++) await assert.rejects(w.put(recordKey(signer.identity), future));
    assert.equal(w.heard.length, 20);
    assert.equal(w.heard[0], `${timestamp} peer:${w.peer.id}`);
    const pointer = await verifiedPointer(makeSigner());
    await w.put(recordKey(pointer.identity), pointer.bytes);
    assert.equal(w.node.pointers.count(), 1);
  },
);

Deno.test("who goes on sending forgeries is not served any longer", LIBP2P_TEST, async () => {
  await using w = await world();
  const signer = makeSigner();
  const forged = await signPointer(makeSigner());
  for (let i = 0; i < 6; i++) await assert.rejects(w.put(recordKey(signer.identity), forged));
  const pointer = await verifiedPointer(signer);
  await assert.rejects(w.put(recordKey(signer.identity), pointer.bytes));
  await until("the connection is closed", () => w.peer.connections() === 0);
  assert.equal(w.node.pointers.count(), 0);
});

Deno.test(
  "a message that says it is large, is none, or is followed by another ends its stream",
  LIBP2P_TEST,
  async () => {
    await using w = await world();
    const get = dhtMessage(GET_VALUE, recordKey(makeSigner().identity));
    await assert.rejects(w.peer.sendBytes(w.address, varint(4 * 1_024 * 1_024)));
    await assert.rejects(w.peer.sendBytes(w.address, new Uint8Array(64).fill(0xff)));
    await assert.rejects(w.peer.send(w.address, new Uint8Array(40_000)));
    const twice = new Uint8Array([...lengthPrefixed(get), ...lengthPrefixed(get)]);
    await assert.rejects(w.peer.sendBytes(w.address, twice));
    await w.peer.send(w.address, get);
  },
);

Deno.test("a message in many pieces is read as one", LIBP2P_TEST, async () => {
  await using w = await world();
  const get = lengthPrefixed(dhtMessage(GET_VALUE, recordKey(makeSigner().identity)));
  const answer = await w.peer.sendPieces(w.address, [...get].map((byte) => Uint8Array.of(byte)));
  assert.ok(answer.length > 0);
});

Deno.test("nobody is recorded as a provider", LIBP2P_TEST, async () => {
  await using w = await world();
  const cid = encoder.encode(HELLO_CID);
  await assert.rejects(w.peer.send(w.address, dhtMessage(ADD_PROVIDER, cid)));
});

Deno.test("a flood of questions is cut off", LIBP2P_TEST, async () => {
  await using w = await world();
  const get = dhtMessage(GET_VALUE, recordKey(makeSigner().identity));
  let refused = 0;
  for (let batch = 0; batch < 80; batch++) {
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => w.peer.send(w.address, get)),
    );
    refused += answers.filter(({ status }) => status === "rejected").length;
  }
  assert.ok(refused > 0);
  assert.equal(w.refused()["rate-limited"], refused);
});
