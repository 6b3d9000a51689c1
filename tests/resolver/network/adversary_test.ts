import assert from "node:assert/strict";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { LIBP2P_TEST, startNetwork, type TestNetwork, until } from "../../support/network.ts";
import { SENDER } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import {
  closerPeer,
  dhtMessage,
  FIND_NODE,
  GET_VALUE,
  PUT_VALUE,
  type RawPeer,
  startRawPeer,
} from "../../support/raw_peer.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-02-01T00:00:00.000Z" };
const call = { signal: new AbortController().signal };

/** The kind of a message that came in; a put is what an absent number stands for. */
function kindOf(message: Uint8Array): number {
  return message[0] === 0x08 ? message[1] ?? 0 : PUT_VALUE;
}

/** Makes every node know the adversary, and look into its own table as long as it does not. */
async function introduce(all: TestNetwork, adversary: RawPeer): Promise<void> {
  const size = all.nodes.length;
  for (const { network } of all.nodes) {
    await network.connect(adversary.address, { ...call, trusted: true });
  }
  await until(
    "the adversary is in every routing table",
    () => all.nodes.every(({ network }) => network.status().routingTable === size),
  );
}

async function lookUpFrom(all: TestNetwork, identity: Parameters<typeof recordKey>[0]) {
  const own = all.nodes.at(-1);
  assert.ok(own !== undefined);
  const answers: PeerAnswer[] = await Array.fromAsync(own.network.lookUp(identity, call));
  return { own, of: (peer: RawPeer) => answers.find((answer) => answer.peer === peer.id), answers };
}

Deno.test(
  "one that gives an old record and refuses the newer one changes nothing for others",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 4 });
    const signer = makeSigner();
    const [older, newer] = [await verifiedPointer(signer, OLD), await verifiedPointer(signer, NEW)];
    const key = recordKey(signer.identity);
    let corrections = 0;
    await using adversary = await startRawPeer((message) => {
      const kind = kindOf(message);
      if (kind === PUT_VALUE) {
        corrections += 1;
        throw new Error("refused");
      }
      return kind === GET_VALUE
        ? dhtMessage(GET_VALUE, key, { value: older.bytes })
        : dhtMessage(FIND_NODE, key);
    });
    await introduce(all, adversary);
    all.nodes[0]?.node.pointers.put(newer, SENDER);
    const { own, of, answers } = await lookUpFrom(all, signer.identity);
    assert.deepEqual(of(adversary)?.bytes, older.bytes);
    assert.ok(answers.some(({ bytes }) => bytes?.toHex() === newer.bytes.toHex()));
    await until("it was offered the newer one", () => corrections > 0);
    await until(
      "the others have it",
      () =>
        all.nodes.slice(1, -1).every(({ node }) =>
          node.pointers.get(signer.identity)?.toHex() === newer.bytes.toHex()
        ),
    );
    assert.notDeepEqual(own.node.pointers.get(signer.identity), older.bytes);
  },
);

Deno.test("one that never answers fails alone", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 4 });
  let silent = false;
  const key = recordKey(makeSigner().identity);
  await using adversary = await startRawPeer((message) =>
    silent ? null : dhtMessage(kindOf(message), key)
  );
  await introduce(all, adversary);
  silent = true;
  const pointer = await verifiedPointer(makeSigner());
  all.nodes[0]?.node.pointers.put(pointer, SENDER);
  const { of, answers } = await lookUpFrom(all, pointer.identity);
  assert.equal(of(adversary)?.outcome, "failed");
  assert.ok(answers.some(({ outcome }) => outcome === "pointer"));
});

Deno.test(
  "one that answers with forged records, others' records or garbage is told apart",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 3 });
    const { identity } = makeSigner();
    const key = recordKey(identity);
    const foreign = await verifiedPointer(makeSigner());
    const answers: Uint8Array[] = [
      dhtMessage(GET_VALUE, key, { value: new Uint8Array(100) }),
      dhtMessage(GET_VALUE, key, { value: foreign.bytes }),
      dhtMessage(GET_VALUE, key, { value: foreign.bytes, recordKey: recordKey(foreign.identity) }),
      dhtMessage(GET_VALUE, key, { value: new Uint8Array(20_000) }),
    ];
    let turn: Uint8Array | null = null;
    await using adversary = await startRawPeer((message) =>
      turn ?? dhtMessage(kindOf(message), key)
    );
    await introduce(all, adversary);
    for (turn of answers) {
      const { of } = await lookUpFrom(all, identity);
      assert.equal(of(adversary)?.outcome, "refused");
    }
    for (turn of [new Uint8Array(50).fill(0xff), new Uint8Array(40_000)]) {
      const { of } = await lookUpFrom(all, identity);
      assert.equal(of(adversary)?.outcome, "failed");
    }
  },
);

Deno.test("one that names a thousand peers has none of them dialled", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 3 });
  const key = recordKey(makeSigner().identity);
  let dialled = 0;
  const trap = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const trapping = (async () => {
    for await (const connection of trap) {
      dialled += 1;
      connection.close();
    }
  })();
  const ids = await Promise.all(Array.from({ length: 1_000 }, async () => {
    const privateKey = await generateKeyPair("Ed25519");
    return peerIdFromPrivateKey(privateKey).toMultihash().bytes;
  }));
  const closer = ids.map((id) => closerPeer(id, [`/ip4/127.0.0.1/tcp/${trap.addr.port}`]));
  let named: readonly Uint8Array[] = [];
  await using adversary = await startRawPeer((message) =>
    dhtMessage(kindOf(message), key, { closer: named })
  );
  await introduce(all, adversary);
  for (named of [closer, closer.slice(0, 25)]) {
    const { of } = await lookUpFrom(all, makeSigner().identity);
    assert.equal(of(adversary)?.outcome, "failed");
  }
  assert.equal(dialled, 0);
  // As many as an honest node may name: they are tried, and cost no more than that.
  named = closer.slice(0, 20);
  const { of } = await lookUpFrom(all, makeSigner().identity);
  assert.equal(of(adversary)?.outcome, "none");
  assert.ok(dialled <= 3 * 20, `${dialled} dials`);
  trap.close();
  await trapping;
});
