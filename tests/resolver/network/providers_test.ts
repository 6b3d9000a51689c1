import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { contentKey } from "../../../resolver/network/content_key.ts";
import { PROVIDERS_MAX } from "../../../resolver/network/provider_records.ts";
import { eventually } from "../../support/eventually.ts";
import { rawTree } from "../../support/blocks.ts";
import { CALL } from "../../support/content.ts";
import {
  ADD_PROVIDER,
  encodeMessage,
  FIND_NODE,
  framed,
  GET_PROVIDERS,
  type KadPeerInfo,
  kadPeerInfo,
} from "../../support/kad_messages.ts";
import { type KadPeer, reply, startKadPeer } from "../../support/kad_peer.ts";
import {
  LIBP2P_TEST,
  type NetworkNodeOptions,
  startNetworkNode,
  until,
} from "../../support/network.ts";

const { root } = await rawTree(new TextEncoder().encode("hello"));
const KEY = contentKey(root);
const PUBLIC = "/ip4/8.8.8.8/tcp/4001";
/** A name that would fill the answer. */
const LONG = `/dns4/${"long-name.".repeat(14)}example/tcp/443/tls/ws`;
const PRIVATE = "/ip4/10.0.0.1/tcp/4001";
const FLOOD = 600;
/** What a peer may send at once. */
const MOST_TAKEN = 500;

function idOf(peer: string): Uint8Array {
  return peerIdFromString(peer).toMultihash().bytes;
}

/** A node, and peers who tell it things about providers. */
async function setUp({ peers, ...options }: NetworkNodeOptions & { peers: number }) {
  await using cleanUp = new AsyncDisposableStack();
  const one = cleanUp.use(await startNetworkNode(options));
  const made: KadPeer[] = [];
  while (made.length < peers) made.push(cleanUp.use(await startKadPeer()));
  const [address = ""] = one.network.addresses();
  const [asker] = made;
  const stack = cleanUp.move();
  const heard = () => one.network.status().received.get("ADD_PROVIDER") ?? 0;
  return {
    one,
    peers: made,
    /** Resolves when the message has come in. */
    async tell(peer: KadPeer | undefined, providers: readonly KadPeerInfo[], key = KEY) {
      const before = heard();
      const stream = await peer?.open(address);
      // What it says of itself when it connects takes the place of what was known before.
      const isIdentified = () =>
        one.network.peers().some((other) =>
          other.peer === peer?.peerId && other.addresses.length > 0
        );
      await until("the node knows it", isIdentified);
      stream?.send(framed(encodeMessage({ type: ADD_PROVIDER, key, providers })));
      await until("the node heard it", () => heard() > before);
      stream?.close().catch(() => {});
    },
    told: async (key = KEY) => {
      const answer = await asker?.ask(address, { type: GET_PROVIDERS, key });
      return answer?.providers ?? null;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function names(providers: readonly KadPeerInfo[] | null): string[] {
  return (providers ?? []).map(({ id }) => id.toString());
}

Deno.test(
  "a peer that says it provides is told to whoever asks, with addresses that may be dialled",
  LIBP2P_TEST,
  async () => {
    await using test = await setUp({ peers: 2 });
    const [, peer] = test.peers;
    const id = idOf(peer?.peerId ?? "");
    await test.tell(peer, [kadPeerInfo(id, [PUBLIC, PRIVATE, LONG])]);
    let providers: readonly KadPeerInfo[] | null = null;
    const addresses = () =>
      providers?.flatMap(({ addresses }) => addresses.map((bytes) => `${multiaddr(bytes)}`)) ?? [];
    await eventually("it is told, with where it is", async () => {
      providers = await test.told();
      return addresses().some((address) => address.startsWith(PUBLIC));
    });
    assert.deepEqual(names(providers), [id.toString()]);
    assert.ok(!addresses().some((address) => /^\/ip4\/10\.|^\/dns4/.test(address)));
  },
);

Deno.test("nobody provides for somebody else", LIBP2P_TEST, async () => {
  await using test = await setUp({ peers: 2 });
  const [first, peer] = test.peers;
  await test.tell(peer, [kadPeerInfo(idOf(first?.peerId ?? ""), [PUBLIC])]);
  assert.deepEqual(await test.told(), []);
});

Deno.test("what is no content's key is not kept", LIBP2P_TEST, async () => {
  await using test = await setUp({ peers: 2 });
  const [, peer] = test.peers;
  const own = kadPeerInfo(idOf(peer?.peerId ?? ""), [PUBLIC]);
  const identity = Uint8Array.from([1, 0x55, 0, 4, 1, 2, 3, 4]);
  await test.tell(peer, [own], identity);
  await test.tell(peer, [own], new TextEncoder().encode("/ourspace/0x1"));
  assert.deepEqual(await test.told(identity) ?? [], []);
});

Deno.test("more than 20 are never told; the first of them stay", LIBP2P_TEST, async () => {
  await using test = await setUp({ peers: PROVIDERS_MAX + 5 });
  for (const peer of test.peers) {
    await test.tell(peer, [kadPeerInfo(idOf(peer.peerId), [PUBLIC])]);
  }
  const told = names(await test.told());
  assert.ok(told.length <= PROVIDERS_MAX);
  const first = test.peers.slice(0, 5).map(({ peerId }) => idOf(peerId).toString());
  for (const id of first) assert.ok(told.includes(id));
});

Deno.test("a search ends when a node names fake providers without end", LIBP2P_TEST, async () => {
  await using one = await startNetworkNode();
  const fakes = await Promise.all(Array.from({ length: 20 }, async () => {
    await using fake = await startKadPeer();
    return kadPeerInfo(idOf(fake.peerId), ["/ip4/127.0.0.1/tcp/1"]);
  }));
  await using liar = await startKadPeer((message, stream) => {
    reply(stream, { type: message.type, providers: fakes });
  });
  await one.network.connect(liar.address, { ...CALL, trusted: true });
  await until("the liar is in the routing table", () => one.network.status().routingTable === 1);
  assert.deepEqual(await Array.fromAsync(one.network.content.holders(root, CALL)), []);
});

Deno.test("providers without an address cost no walk each", LIBP2P_TEST, async () => {
  await using one = await startNetworkNode();
  const fakes = await Promise.all(Array.from({ length: 20 }, async () => {
    await using fake = await startKadPeer();
    return kadPeerInfo(idOf(fake.peerId), [PRIVATE]);
  }));
  await using liar = await startKadPeer((message, stream) => {
    const isAsked = message.type === GET_PROVIDERS;
    reply(stream, { type: message.type, providers: isAsked ? fakes : [] });
  });
  await one.network.connect(liar.address, { ...CALL, trusted: true });
  await until("the liar is in the routing table", () => one.network.status().routingTable === 1);
  const walks = () => liar.received.get(FIND_NODE) ?? 0;
  const before = walks();
  assert.deepEqual(await Array.fromAsync(one.network.content.holders(root, CALL)), []);
  assert.equal(liar.received.get(GET_PROVIDERS), 1);
  assert.ok(walks() - before < 10, `${walks() - before} walks`);
});

Deno.test(
  "a flood of provider records is cut off, written in batches, and harms nobody's",
  LIBP2P_TEST,
  async () => {
    const now = Date.now();
    await using test = await setUp({ peers: 3, clock: () => now });
    const { one, peers: [, honest, flooder] } = test;
    await test.tell(honest, [kadPeerInfo(idOf(honest?.peerId ?? ""), [PUBLIC])]);
    const own = kadPeerInfo(idOf(flooder?.peerId ?? ""), [PUBLIC]);
    const [address = ""] = one.network.addresses();
    const heard = () => one.network.status().received.get("ADD_PROVIDER") ?? 0;
    for (let count = 0; heard() < FLOOD; count++) {
      const key = contentKey((await rawTree(Uint8Array.of(count >> 8, count & 255))).root);
      try {
        const stream = await flooder?.open(address);
        stream?.send(framed(encodeMessage({ type: ADD_PROVIDER, key, providers: [own] })));
        await stream?.close();
      } catch {
        // The node has ended it: too many are open.
      }
    }
    assert.ok((one.network.status().refused.get("rate-limited") ?? 0) > 0);
    assert.deepEqual(names(await test.told()), [idOf(honest?.peerId ?? "").toString()]);
    await one.network.close();
    using database = new DatabaseSync(`${one.dataDir}/providers.sqlite`, { readOnly: true });
    const held = Number(database.prepare("SELECT records FROM totals").get()?.["records"]);
    assert.ok(held > 1 && held <= MOST_TAKEN + 1, `${held} are held`);
  },
);
