import assert from "node:assert/strict";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import { UnavailableError } from "../../../resolver/errors.ts";
import type { PointerNetwork } from "../../../resolver/network/network.ts";
import type { Identity } from "../../../schemas/identity.ts";
import { freePorts } from "../../support/free_ports.ts";
import {
  LIBP2P_TEST,
  type NetworkNode,
  startNetwork,
  startNetworkNode,
  until,
} from "../../support/network.ts";
import { SENDER } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-02-01T00:00:00.000Z" };
const call = { signal: new AbortController().signal };

async function find(network: PointerNetwork, identity: Identity): Promise<PeerAnswer[]> {
  return await Array.fromAsync(network.lookUp(identity, call));
}

function outcomes(answers: readonly PeerAnswer[]): string[] {
  return answers.map(({ outcome }) => outcome).sort();
}

function pick(nodes: readonly NetworkNode[], index: number): NetworkNode {
  const node = nodes[index];
  assert.ok(node !== undefined);
  return node;
}

Deno.test("what is put at one node is found at every other", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 6 });
  const pointer = await verifiedPointer(makeSigner());
  const outcome = await pick(all.nodes, 1).network.put(pointer, call);
  assert.deepEqual(outcome, { confirmed: 5, failed: 0, among: true });
  for (const { network } of all.nodes) {
    const found = (await find(network, pointer.identity)).flatMap(({ bytes }) => bytes ?? []);
    assert.ok(found.length >= 4);
    for (const bytes of found) assert.deepEqual(bytes, pointer.bytes);
  }
  const { lookUps, puts } = pick(all.nodes, 1).network.status();
  assert.equal(lookUps.found, 1);
  assert.deepEqual(puts, { confirmed: 5, failed: 0 });
});

Deno.test(
  "each peer answers a look-up once, also one that knows nothing",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 4 });
    const { network } = pick(all.nodes, 3);
    const answers = await find(network, makeSigner().identity);
    assert.deepEqual(outcomes(answers), ["none", "none", "none"]);
    assert.equal(new Set(answers.map(({ peer }) => peer)).size, 3);
    assert.equal(network.status().lookUps.missing, 1);
  },
);

Deno.test(
  "nodes that hold an older pointer, or none, are corrected by whoever looks it up",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 4 });
    const signer = makeSigner();
    const older = await verifiedPointer(signer, OLD);
    const newer = await verifiedPointer(signer, NEW);
    const [one, two, three, four] = [0, 1, 2, 3].map((index) => pick(all.nodes, index));
    assert.ok(one && two && three && four);
    one.node.pointers.put(newer, SENDER);
    two.node.pointers.put(older, SENDER);
    assert.deepEqual(outcomes(await find(four.network, signer.identity)), [
      "none",
      "pointer",
      "pointer",
    ]);
    const holds = ({ node }: NetworkNode) =>
      node.pointers.get(signer.identity)?.toHex() === newer.bytes.toHex();
    await until("two and three are corrected", () => holds(two) && holds(three));
  },
);

Deno.test("an older pointer that is put anywhere wins nowhere", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 4 });
  const signer = makeSigner();
  const newer = await verifiedPointer(signer, NEW);
  await pick(all.nodes, 0).network.put(newer, call);
  pick(all.nodes, 0).node.pointers.put(newer, SENDER);
  const stale = await pick(all.nodes, 1).network.put(await verifiedPointer(signer, OLD), call);
  assert.deepEqual([stale.confirmed, stale.failed], [0, 3]);
  for (const { node } of all.nodes) {
    assert.deepEqual(node.pointers.get(signer.identity), newer.bytes);
  }
});

Deno.test("a node that nobody can reach puts and looks up all the same", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 3 });
  await using client = await startNetworkNode({
    environment: {
      DHT_LISTEN: "",
      BOOTSTRAP: pick(all.nodes, 0).network.addresses().join(","),
    },
  });
  assert.equal(client.network.mode, "client");
  assert.deepEqual(client.network.addresses(), []);
  await until("it knows the others", () => client.network.status().routingTable === 3);
  const pointer = await verifiedPointer(makeSigner());
  assert.equal((await client.network.put(pointer, call)).confirmed, 3);
  assert.deepEqual(outcomes(await find(client.network, pointer.identity)), [
    "pointer",
    "pointer",
    "pointer",
  ]);
  const others = pick(all.nodes, 1).network;
  assert.ok(
    others.peers().every(({ peer, server }) => server === (peer !== client.network.peerId)),
  );
  assert.equal(others.status().routingTable, 2);
});

Deno.test("a node alone finds nothing, at once, and puts nowhere", LIBP2P_TEST, async () => {
  await using alone = await startNetworkNode();
  const pointer = await verifiedPointer(makeSigner());
  assert.deepEqual(await find(alone.network, pointer.identity), []);
  assert.deepEqual(await alone.network.put(pointer, call), {
    confirmed: 0,
    failed: 0,
    among: true,
  });
});

Deno.test(
  "a restarted node is the same peer at the same address, and finds its peers without an entry point",
  LIBP2P_TEST,
  async () => {
    await using folder = await temporaryFolder();
    await using all = await startNetwork({ size: 3 });
    const bootstrap = pick(all.nodes, 0);
    const first = await startNetworkNode({
      dataDir: folder.path,
      environment: { BOOTSTRAP: bootstrap.network.addresses().join(",") },
    });
    const { peerId } = first.network;
    const addresses = first.network.addresses();
    await until("it knows the others", () => first.network.status().routingTable === 3);
    await first[Symbol.asyncDispose]();
    await bootstrap.network.close();

    await using second = await startNetworkNode({ dataDir: folder.path });
    assert.equal(second.network.peerId, peerId);
    assert.deepEqual(second.network.addresses(), addresses);
    await until("it knows the others again", () => second.network.status().routingTable >= 2);
  },
);

Deno.test(
  "when its port is taken, a node takes another one, keeps it, and says so",
  LIBP2P_TEST,
  async () => {
    await using folder = await temporaryFolder();
    const first = await startNetworkNode({ dataDir: folder.path });
    const [address = ""] = first.network.addresses();
    await first[Symbol.asyncDispose]();
    const port = Number(address.split("/")[4]);
    const taken = Deno.listen({ hostname: "127.0.0.1", port });
    const second = await startNetworkNode({ dataDir: folder.path });
    taken.close();
    assert.equal(second.reports.length, 1);
    const moved = second.network.addresses();
    assert.notDeepEqual(moved, [address]);
    await second[Symbol.asyncDispose]();
    await using third = await startNetworkNode({ dataDir: folder.path });
    assert.deepEqual(third.network.addresses(), moved);
  },
);

Deno.test("a damaged peer key is named, with what to do", LIBP2P_TEST, async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/peer.key`, "damaged");
  await assert.rejects(startNetworkNode({ dataDir: folder.path }), /peer\.key holds no peer key/);
});

Deno.test("the peer key is for its owner's eyes only", LIBP2P_TEST, async () => {
  await using one = await startNetworkNode();
  const { mode } = await Deno.stat(`${one.dataDir}/peer.key`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
});

Deno.test("an entry point that comes later is found", LIBP2P_TEST, async () => {
  await using folder = await temporaryFolder();
  const [port = 0] = await freePorts(1);
  const options = {
    dataDir: folder.path,
    environment: { DHT_LISTEN: `/ip4/127.0.0.1/tcp/${port}` },
  };
  const early = await startNetworkNode(options);
  const addresses = early.network.addresses().join(",");
  await early[Symbol.asyncDispose]();
  await using waiting = await startNetworkNode({ environment: { BOOTSTRAP: addresses } });
  await using late = await startNetworkNode(options);
  await until(
    "they met",
    () => [waiting, late].every(({ network }) => network.status().connections === 1),
  );
});

Deno.test(
  "a private address is dialled for the operator, and for nobody else",
  LIBP2P_TEST,
  async () => {
    await using there = await startNetworkNode();
    await using here = await startNetworkNode({ environment: { ALLOW_PRIVATE: "" } });
    const [address = ""] = there.network.addresses();
    await assert.rejects(
      here.network.connect(address, { ...call, trusted: false }),
      UnavailableError,
    );
    await here.network.connect(address, { ...call, trusted: true });
    assert.equal(here.network.status().connections, 1);
  },
);

Deno.test("a look-up ends with its caller's reason", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 2 });
  const { network } = pick(all.nodes, 1);
  const reason = new Error("left");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(
    Array.fromAsync(network.lookUp(makeSigner().identity, { signal })),
    reason,
  );
});
