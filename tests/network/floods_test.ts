import assert from "node:assert/strict";
import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { networkTimes } from "../../resolver/network/times.ts";
import { identityKey } from "../../schemas/identity.ts";
import { flood, sendHuge } from "../support/adversaries.ts";
import { FIND_NODE, GET_VALUE, kadKey, kadRecord, PUT_VALUE } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  startNetwork,
  startNetworkNode,
  until,
} from "../support/network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { heldTimestamp, publishWidely, visited } from "../support/visits.ts";

const NODES = 6;
const OLD = "2026-01-01T00:00:00.000Z";
const NEW = "2026-02-01T00:00:00.000Z";

const MESSAGES = 1_200;
/** What a peer may send at once. */
const MOST_ANSWERED = 500;
const HUGE_BYTES = 4 * 1_024 * 1_024;
/** A stream's window and what lies in sockets; never the whole message. */
const MOST_TAKEN_BYTES = 1_024 * 1_024;
/** The attackers of the test live in the same process. */
const MOST_GROWTH_BYTES = 300 * 1_024 * 1_024;
const STREAMS = 200;
/** What a node takes on one connection. */
const MOST_STREAMS = 32;
const CONNECTIONS = 300;
/** What a node takes from one address of its own machine. */
const MOST_CONNECTIONS = 150;

Deno.test("a flood hits its own limit, and nobody else", LIBP2P_TEST, async (t) => {
  const now = Date.now();
  // On a clock that stands still nobody's allowance grows, however long the test takes.
  await using network = await startNetwork({
    size: NODES,
    clock: () => () => now,
    times: networkTimes,
  });
  const { nodes } = network;
  const [target, other] = nodes;
  assert.ok(target !== undefined && other !== undefined);
  const [address = ""] = target.network.addresses();
  const signer = makeSigner();
  const { identity } = signer;
  const [old, current] = await Promise.all(
    [OLD, NEW].map((timestamp) => verifiedPointer(signer, { timestamp })),
  );
  assert.ok(old !== undefined && current !== undefined);
  await publishWidely(other, current, NODES - 1);
  const key = kadKey(identityKey(identity));
  const put = { type: PUT_VALUE, key, record: kadRecord(key, old.bytes) };
  const before = ownBytes();

  /** The target and another one are asked while somebody floods, and afterwards. */
  async function during<T>(attack: Promise<T>): Promise<T> {
    let going = true;
    const attacked = attack.finally(() => going = false);
    // A visit that fails first is the failure to show.
    attacked.catch(() => {});
    do {
      for (const member of [target, other]) {
        assert.ok(member !== undefined);
        assert.equal(await visited(member, identity), NEW);
      }
    } while (going);
    return await attacked;
  }

  await t.step("more than a thousand puts and questions", async () => {
    await using flooder = await startKadPeer();
    const question = { type: GET_VALUE, key };
    const messages = Array.from({ length: MESSAGES }, (_, i) => i % 2 === 0 ? put : question);
    const { answered, refused } = await during(flood(flooder, address, { messages, atOnce: 16 }));
    assert.equal(answered + refused, MESSAGES);
    const received = answered + (target.network.status().refused.get("older") ?? 0);
    assert.ok(received <= MOST_ANSWERED, `${received} were looked at`);
    assert.ok((target.network.status().refused.get("rate-limited") ?? 0) > 0);
    assert.equal(heldTimestamp(target.node, identity), NEW);
  });

  await t.step("messages of 4 MiB", async () => {
    await using flooder = await startKadPeer();
    const sent = await during(Promise.all(
      Array.from({ length: 16 }, () => sendHuge(flooder, address, HUGE_BYTES)),
    ));
    for (const bytes of sent) assert.ok(bytes < MOST_TAKEN_BYTES, `${bytes} were taken`);
  });

  await t.step("streams that say nothing", async () => {
    await using flooder = await startKadPeer();
    const opened = await during(Promise.allSettled(
      Array.from({ length: STREAMS }, () => flooder.open(address)),
    ));
    const streams = opened.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    const open = () => streams.filter(({ status }: Stream) => status === "open").length;
    await until("the node has ended those over its limit", () => open() <= MOST_STREAMS);
    await until("and the others after a while", () => open() === 0);
  });

  await t.step("connections that say nothing", async () => {
    const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
    // Some are ended before they are through.
    const opened = await during(Promise.allSettled(
      Array.from({ length: CONNECTIONS }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    ));
    const connections = opened.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    assert.ok(target.network.status().connections < CONNECTIONS / 2);
    for (const connection of connections) connection.close();
  });

  await t.step("afterwards somebody new is served by the same node", async () => {
    await using late = await startNetworkNode({ environment: { BOOTSTRAP: address } });
    await until("it has joined", () => late.network.status().routingTable > 0);
    assert.equal(await visited(late, identity), NEW);
    assert.equal(await answers(target), true);
    const growth = ownBytes() - before;
    assert.ok(growth < MOST_GROWTH_BYTES, `${growth} bytes more`);
  });
});

Deno.test(
  "who opens connections without end gets no more than one address may have",
  LIBP2P_TEST,
  async () => {
    // It may not dial loopback addresses, so that it does not take them for a network behind one.
    await using target = await startNetworkNode({ environment: { ALLOW_PRIVATE: "" } });
    const [address = ""] = target.network.addresses();
    await using honest = await startNetworkNode({ environment: { BOOTSTRAP: address } });
    await until("they know each other", () => honest.network.status().routingTable === 1);
    const pointer = await verifiedPointer(makeSigner());
    target.node.pointers.put(pointer, { kind: "operator" });

    await using flooder = await startKadPeer();
    const dials = Array.from(
      { length: CONNECTIONS },
      () => flooder.libp2p.dial(multiaddr(address), { force: true }),
    );
    let dialling = true;
    const dialled = Promise.allSettled(dials).finally(() => dialling = false);
    do assert.equal(await visited(honest, pointer.identity), pointer.timestamp); while (dialling);
    await dialled;
    const open = flooder.libp2p.getConnections().filter(({ status }) => status === "open");
    assert.ok(open.length > 0 && open.length <= MOST_CONNECTIONS, `${open.length} are open`);

    await Promise.all(open.map((connection) => connection.close()));
    await using late = await startNetworkNode({ environment: { BOOTSTRAP: address } });
    await until("somebody new is let in", () => late.network.status().routingTable > 0);
    assert.equal(await visited(late, pointer.identity), pointer.timestamp);
  },
);

async function answers({ network }: NetworkNode): Promise<boolean> {
  await using peer = await startKadPeer();
  const [address = ""] = network.addresses();
  const key = new TextEncoder().encode("anything");
  return await peer.ask(address, { type: FIND_NODE, key }) !== null;
}

/** Of this file's tests: in the process others run beside them. */
function ownBytes(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}
