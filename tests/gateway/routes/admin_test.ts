import assert from "node:assert/strict";
import { adminRoutes } from "../../../gateway/routes/admin.ts";
import { NO_BACKGROUND, readStatus } from "../../../gateway/status/status.ts";
import { carBatches } from "../../../resolver/content/car_batches.ts";
import { buildFileDag, type Dag } from "../../../resolver/content/dag_builder.ts";
import type { PointerSource } from "../../../resolver/contracts.ts";
import { createIdentifier } from "../../../resolver/identify.ts";
import type { PointerNetwork } from "../../../resolver/network/network.ts";
import type { Node } from "../../../resolver/node/node.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { identityText } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { answeringErrors } from "../../support/answer_errors.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { HELLO_CID, makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { scriptedNetwork } from "../../support/scripted_network.ts";
import { settingsOf } from "../../support/settings.ts";

const call = { signal: new AbortController().signal };
const CAR = { "Content-Type": "application/vnd.ipld.car" };

function api(
  node: Node,
  remoteAddress = "127.0.0.1",
  { network = null, sources = [], accept = () => {} }: {
    network?: PointerNetwork | null;
    sources?: readonly PointerSource[];
    accept?: (pointer: VerifiedPointer) => void;
  } = {},
) {
  const clock = Date.now;
  const lookUps = {
    identifier: createIdentifier({ systems: [], clock }),
    sources,
    verifier: createVerifier({ clock }),
    holders: () => Promise.resolve([{ name: "this node", kind: "here" as const }]),
    clock,
    accept,
  };
  const status = () =>
    readStatus({
      settings: settingsOf({}),
      startedAt: 0,
      clock,
      node,
      network,
      background: NO_BACKGROUND,
    });
  const app = answeringErrors(adminRoutes({ node, network, lookUps, status }));
  return {
    request: (path: string, init: RequestInit) => app.request(path, init, { remoteAddress }),
  };
}

function headers(node: Node, more: Record<string, string> = {}): Headers {
  return new Headers({
    Host: "127.0.0.1:8000",
    Authorization: `Bearer ${node.adminToken}`,
    ...more,
  });
}

function fileDag(bytes: Uint8Array<ArrayBuffer>): Promise<Dag> {
  return buildFileDag({
    path: "feed.xml",
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  }, call);
}

Deno.test("a command on this machine that has the token is told how the node is", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (const host of ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"]) {
    const response = await api(node, "::1")
      .request("/v1/admin/status", { headers: headers(node, { Host: host }) });
    assert.equal(response.status, 200, host);
    const { pid, store, blocks, followed, network } = await response.json();
    assert.deepEqual({ pid, store, blocks, followed, network }, {
      pid: Deno.pid,
      blocks: { blocks: 0, bytes: 0, maxBytes: 8_589_934_592, pinnedBytes: 0, evicted: 0 },
      followed: {},
      store: { pointers: 0, maxPointers: 1_000_000, bytes: 0, maxBytes: 2_147_483_648 },
      network: null,
    });
  }
});

Deno.test("without the token, or with another one, nothing is told", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const { adminToken } = node;
  const wrong = ["", adminToken, `Bearer ${"0".repeat(64)}`, `Bearer ${adminToken}0`, "Bearer "];
  for (const authorization of wrong) {
    const response = await api(node)
      .request("/v1/admin/status", { headers: headers(node, { Authorization: authorization }) });
    assert.equal(response.status, 401, authorization);
    assert.equal(response.headers.get("WWW-Authenticate"), "Bearer");
    await response.body?.cancel();
  }
});

Deno.test("a command is told who holds content, asked now", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const ask = (query: string) =>
    api(node).request(`/v1/admin/holders${query}`, { headers: headers(node) });
  const response = await ask(`?cid=${HELLO_CID}`);
  assert.deepEqual(await response.json(), { holders: [{ name: "this node", kind: "here" }] });
  for (const query of ["", "?cid=", "?cid=hello"]) assert.equal((await ask(query)).status, 400);
});

Deno.test("a client from elsewhere is refused, token or not", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (const address of ["192.0.2.1", "10.0.0.1", "::2", "", "localhost"]) {
    const response = await api(node, address)
      .request("/v1/admin/status", { headers: headers(node) });
    assert.equal(response.status, 403, address);
    await response.body?.cancel();
  }
});

Deno.test("a page in a browser of this machine is refused, DNS rebinding included", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const pages: Record<string, string>[] = [
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { "Sec-Fetch-Site": "cross-site" },
    { Host: "evil.example" },
    { Host: "127.0.0.1.evil.example:8000" },
    { Host: "" },
  ];
  for (const page of pages) {
    const response = await api(node)
      .request("/v1/admin/status", { headers: headers(node, page) });
    assert.equal(response.status, 403, JSON.stringify(page));
    await response.body?.cancel();
  }
});

Deno.test("content sent as CARs is in the block store, every block of it", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const dag = await fileDag(crypto.getRandomValues(new Uint8Array(10_000)));
  const large = await fileDag(new Uint8Array(12 * 1024 * 1024).map((_, i) => i >> 16));
  for (const content of [dag, large]) {
    let blocks = 0;
    for await (const { car, byteCount, last } of carBatches(content, call)) {
      const response = await api(node)
        .request("/v1/admin/dag", { method: "POST", body: car, headers: headers(node, CAR) });
      assert.equal(response.status, 200);
      const taken = await response.json();
      assert.deepEqual(taken.roots, last ? [content.root.toString()] : []);
      assert.equal(taken.bytes, byteCount);
      blocks += taken.blocks;
    }
    assert.equal(blocks, content.blockCount);
    for await (const { cid, bytes } of content.blocks(call)) {
      assert.deepEqual(await node.blocks.get(cid), bytes);
    }
  }
});

Deno.test("content that does not fit leaves its room to what does", async () => {
  await using temporary = await temporaryNode({ maxBlockBytes: 700_000 });
  const { node } = temporary;
  const send = async (byteCount: number) => {
    const dag = await fileDag(new Uint8Array(byteCount).map((_, i) => i >> 16));
    for await (const { car } of carBatches(dag, call)) {
      const response = await api(node)
        .request(`/v1/admin/dag?root=${dag.root}`, {
          method: "POST",
          body: car,
          headers: headers(node, CAR),
        });
      await response.body?.cancel();
      if (response.status !== 200) return response.status;
    }
    return 200;
  };
  assert.equal(await send(1_500_000), 507);
  assert.equal(node.blocks.usage().pinnedBytes, 0);
  assert.equal(await send(500_000), 200);
});

Deno.test("what is no CAR is refused with what is wrong", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const [batch] = await Array.fromAsync(carBatches(await fileDag(new Uint8Array(100)), call));
  assert.ok(batch !== undefined);
  const flipped = batch.car.slice();
  flipped[flipped.length - 1] = 1;
  const cases: [Uint8Array<ArrayBuffer>, string, number, string][] = [
    [batch.car, "application/octet-stream", 415, "no-car"],
    [new Uint8Array(0), CAR["Content-Type"], 400, "malformed-car"],
    [batch.car.subarray(0, -1), CAR["Content-Type"], 400, "malformed-car"],
    [flipped, CAR["Content-Type"], 400, "wrong-block"],
  ];
  for (const [body, type, status, problem] of cases) {
    const response = await api(node).request("/v1/admin/dag", {
      method: "POST",
      body,
      headers: headers(node, { "Content-Type": type }),
    });
    assert.equal(response.status, status, problem);
    assert.equal((await response.json()).type, `urn:ourspace:problem:${problem}`);
  }
});

Deno.test("a CAR that is declared too large is refused before it is read", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const response = await api(node).request("/v1/admin/dag", {
    method: "POST",
    body: new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) }),
    headers: headers(node, { ...CAR, "Content-Length": String(65 * 1024 * 1024) }),
  });
  assert.equal(response.status, 413);
  await response.body?.cancel();
});

/** A source that gives these records. */
function giving(id: string, ...records: readonly Uint8Array[]): PointerSource {
  return {
    id,
    async *find() {
      for (const record of records) yield await Promise.resolve(record);
    },
  };
}

/** A source of many peers: one gives an older record than the source itself. */
function givingThroughPeers(own: Uint8Array, older: Uint8Array): PointerSource {
  return {
    id: "dht",
    async *find(_, { onAnswer }) {
      onAnswer?.({ peer: "behind", outcome: "pointer", bytes: older, milliseconds: 1 });
      yield await Promise.resolve(own);
    },
  };
}

Deno.test("a look-up tells who answered what, which pointer won and why", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const signer = makeSigner();
  const older = await verifiedPointer(signer, { timestamp: "2026-01-01T00:00:00.000Z" });
  const newer = await verifiedPointer(signer, { timestamp: "2026-01-02T00:00:00.000Z" });
  const rival = await verifiedPointer(signer, {
    timestamp: newer.timestamp,
    locations: ["https://alice.example/feed.xml"],
  });
  const [greater, lesser] = newer.text > rival.text ? [newer, rival] : [rival, newer];
  const broken: PointerSource = {
    id: "broken",
    find() {
      throw new Error("down");
    },
  };
  const silent = giving("silent");
  const cases: [PointerSource[], string | null, string | null, number, string[]][] = [
    [[giving("a", newer.bytes), silent], newer.timestamp, "only", 1, ["newest", "none"]],
    [[givingThroughPeers(newer.bytes, older.bytes)], newer.timestamp, "timestamp", 1, ["newest"]],
    [
      [giving("a", older.bytes), giving("b", newer.bytes), giving("c", newer.bytes)],
      newer.timestamp,
      "timestamp",
      2,
      ["older", "newest", "newest"],
    ],
    [[giving("a", greater.bytes), giving("b", lesser.bytes)], greater.timestamp, "text", 1, [
      "newest",
      "older",
    ]],
    [[giving("a", new Uint8Array([1])), broken, silent], null, null, 0, [
      "refused",
      "failed",
      "none",
    ]],
  ];
  for (const [sources, timestamp, because, agreeing, outcomes] of cases) {
    const accepted: VerifiedPointer[] = [];
    const { request } = api(node, "127.0.0.1", { sources, accept: (p) => void accepted.push(p) });
    const path = `/v1/admin/resolve?name=${identityText(signer.identity)}`;
    const response = await request(path, { headers: headers(node) });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("Cache-Control"), "no-store");
    const report = await response.json();
    assert.equal(report.identity, identityText(signer.identity));
    assert.equal(report.winner?.timestamp ?? null, timestamp);
    assert.equal(report.winner?.because ?? null, because);
    assert.equal(report.winner?.agreeing ?? 0, agreeing);
    assert.deepEqual(report.sources.map(({ outcome }: { outcome: string }) => outcome), outcomes);
    assert.equal(accepted.length, timestamp === null ? 0 : 1);
  }
});

Deno.test("a look-up of what is no name is refused", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (const query of ["", "?name=", "?name=localhost"]) {
    const response = await api(node)
      .request(`/v1/admin/resolve${query}`, { headers: headers(node) });
    assert.equal(response.status, 400, query);
    await response.body?.cancel();
  }
});

Deno.test("the held pointer is put into the network on request, and the answer says how many took it", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const pointer = await verifiedPointer(makeSigner());
  const path = `/v1/admin/announce/${identityText(pointer.identity)}`;
  const put: string[] = [];
  const network = scriptedNetwork({
    put({ text }) {
      put.push(text);
      return Promise.resolve({ confirmed: 3, failed: 1, among: true });
    },
  });
  const post = { method: "POST", headers: headers(node) };

  const unknown = await api(node, "::1", { network }).request(path, post);
  assert.equal(unknown.status, 404);
  await unknown.body?.cancel();
  node.pointers.put(pointer, SENDER);
  const alone = await api(node).request(path, post);
  assert.equal(alone.status, 503);
  assert.equal((await alone.json()).type, "urn:ourspace:problem:no-network");
  const answer = await api(node, "::1", { network }).request(path, post);
  assert.deepEqual(await answer.json(), { confirmed: 3, failed: 1, among: true });
  assert.deepEqual(put, [pointer.text]);
});
