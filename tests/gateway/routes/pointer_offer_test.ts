import assert from "node:assert/strict";
import { setSignEntropy } from "viem/accounts";
import type { PointerSource } from "../../../resolver/contracts.ts";
import { peerSource } from "../../../resolver/sources/peers.ts";
import { type Identity, identityText } from "../../../schemas/identity.ts";
import {
  CLOCK_TOLERANCE_MILLISECONDS,
  POINTER_MAX_BYTES,
  serializePointer,
} from "../../../schemas/pointer.ts";
import { appOutbound, type Handler } from "../../support/app_outbound.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { NOW, peerApi } from "../../support/peer_api.ts";
import { HELLO_CID, makeSigner, signPointer, verifiedPointer } from "../../support/pointers.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-01-02T00:00:00.000Z" };

function put(identity: Identity, body: BodyInit, headers: HeadersInit = {}): Request {
  const url = `http://node.example/v1/pointers/${identityText(identity)}`;
  return new Request(url, { method: "PUT", body, headers });
}

async function assertProblem(response: Response, status: number, type: string): Promise<void> {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  assert.equal((await response.json()).type, `urn:ourspace:problem:${type}`);
}

Deno.test("a node stores a signed pointer, and the gateway beside it answers with it at once", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  const response = await api(put(signer.identity, bytes));
  assert.equal(response.status, 204);
  assert.deepEqual(temporary.node.pointers.get(signer.identity), bytes);
  const { signal } = new AbortController();
  const known = await api.resolver.resolve(signer.identity, { policy: "cache-only", signal });
  assert.deepEqual(known.pointer.bytes, bytes);
});

Deno.test("an older pointer is answered with the greater one that is held", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  const [older, newer] = [await signPointer(signer, OLD), await signPointer(signer, NEW)];
  assert.equal((await api(put(signer.identity, newer))).status, 204);
  const response = await api(put(signer.identity, older));
  assert.equal(response.status, 409);
  assert.equal(response.headers.get("Content-Type"), "application/json");
  assert.deepEqual(await response.bytes(), newer);
});

Deno.test("a full node takes no more from whom it holds most of, and says so", async () => {
  await using temporary = await temporaryNode({ quota: { pointers: 2, bytes: 10_000 } });
  const api = peerApi(temporary);
  const signers = [makeSigner(), makeSigner(), makeSigner()];
  const answers = [];
  for (const signer of signers) {
    answers.push(await api(put(signer.identity, await signPointer(signer))));
  }
  assert.deepEqual(answers.map(({ status }) => status), [204, 204, 429]);
  assert.ok(answers[2] !== undefined);
  assert.ok(Number(answers[2].headers.get("Retry-After")) > 0);
  await assertProblem(answers[2], 429, "no-room");
});

Deno.test("the same text with another signature is taken as the same; the bytes held stay", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  // From here on no two signatures are the same.
  setSignEntropy(true);
  const [first, second] = [await signPointer(signer), await signPointer(signer)];
  assert.notDeepEqual(second, first);
  for (const bytes of [first, second, first]) {
    assert.equal((await api(put(signer.identity, bytes))).status, 204);
  }
  assert.deepEqual(temporary.node.pointers.get(signer.identity), first);
});

Deno.test("malformed, padded and re-cased records are refused", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  const text = new TextDecoder().decode(bytes);
  const bad = [
    "",
    "{}",
    "[]",
    text + "\n",
    text.replace(":", ": "),
    text.replace(HELLO_CID, HELLO_CID.toUpperCase()),
    text.replace(identityText(signer.identity), identityText(signer.identity).toLowerCase()),
    text.replace('{"version":1', '{"version":1,"version":1'),
  ];
  for (const body of bad) {
    await assertProblem(await api(put(signer.identity, body)), 400, "malformed");
  }
  assert.equal(temporary.node.pointers.get(signer.identity), null);
});

Deno.test("the pointer of somebody else is refused, however well signed", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const bytes = await signPointer(makeSigner());
  await assertProblem(await api(put(makeSigner().identity, bytes)), 400, "other-identity");
});

Deno.test("a forged pointer is refused", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const [alice, mallory] = [makeSigner(), makeSigner()];
  const forged = await signPointer({ ...mallory, identity: alice.identity });
  await assertProblem(await api(put(alice.identity, forged)), 403, "bad-signature");
  assert.equal(temporary.node.pointers.get(alice.identity), null);
});

Deno.test("a pointer from the future is refused, and taken when its time has come", async () => {
  await using temporary = await temporaryNode();
  let now = NOW;
  const api = peerApi({ node: temporary.node, clock: () => now });
  const signer = makeSigner();
  const timestamp = new Date(NOW + CLOCK_TOLERANCE_MILLISECONDS + 1).toISOString();
  const bytes = await signPointer(signer, { timestamp });
  await assertProblem(await api(put(signer.identity, bytes)), 403, "not-valid-yet");
  assert.equal(temporary.node.pointers.get(signer.identity), null);
  now += 1;
  assert.equal((await api(put(signer.identity, bytes))).status, 204);
});

Deno.test("a contract account's pointer is not verifiable here", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const { identity: { address } } = makeSigner();
  const contract: Identity = { kind: "contract", chainId: 1, address };
  const bytes = serializePointer({
    identity: contract,
    timestamp: OLD.timestamp,
    cid: HELLO_CID,
    locations: [],
    signature: "0x00",
  });
  await assertProblem(await api(put(contract, bytes)), 501, "not-verifiable-here");
});

Deno.test("a body over the limit is refused, declared or not", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const { identity } = makeSigner();
  const large = new Uint8Array(POINTER_MAX_BYTES + 1);
  await assertProblem(await api(put(identity, large)), 413, "too-large");
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000)),
  });
  await assertProblem(await api(put(identity, endless)), 413, "too-large");
  const largest = new Uint8Array(POINTER_MAX_BYTES);
  await assertProblem(await api(put(identity, largest)), 400, "malformed");
});

Deno.test("200 good offers pass in one go after 400 bad ones", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  const forged = await signPointer({ ...makeSigner(), identity: signer.identity });
  for (let i = 0; i < 400; i++) {
    const refused = await api(put(signer.identity, i % 2 === 0 ? forged : "{}"));
    assert.ok([400, 403].includes(refused.status), `bad offer ${i}: ${refused.status}`);
    await refused.body?.cancel();
  }
  for (let i = 0; i < 200; i++) {
    const bytes = await signPointer(signer, { timestamp: new Date(NOW - 1_000 + i).toISOString() });
    assert.equal((await api(put(signer.identity, bytes))).status, 204, `offer ${i}`);
  }
});

Deno.test("too many offers are told when to come back, and pass then", async () => {
  await using temporary = await temporaryNode();
  let now = NOW;
  const api = peerApi({ node: temporary.node, clock: () => now });
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  let response = await api(put(signer.identity, bytes));
  let passed = 0;
  for (; response.status === 204; passed++) response = await api(put(signer.identity, bytes));
  assert.ok(passed >= 200, `${passed} passed`);
  const seconds = Number(response.headers.get("Retry-After"));
  await assertProblem(response, 429, "too-many-offers");
  assert.ok(seconds >= 1);
  now += seconds * 1_000;
  assert.equal((await api(put(signer.identity, bytes))).status, 204);
});

/** A gateway without a node, and peers of which each is what `handlers` says. */
function edge(...handlers: Handler[]) {
  const received: Request[] = [];
  const hosts = Object.fromEntries(
    handlers.map((handler, i) => [`http://peer${i}.example`, (request: Request) => {
      received.push(request.clone());
      return handler(request);
    }]),
  );
  const outbound = appOutbound(hosts);
  const peers: PointerSource[] = Object.keys(hosts).map((base, place) =>
    peerSource(base, outbound, place)
  );
  return { api: peerApi({ node: null, peers }), received };
}

const down: Handler = () => new Response(null, { status: 500 });

Deno.test("a gateway without a node passes a pointer on to its peers, marked as passed on", async () => {
  await using temporary = await temporaryNode();
  const { api, received } = edge(down, peerApi(temporary));
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  assert.equal((await api(put(signer.identity, bytes))).status, 204);
  assert.deepEqual(temporary.node.pointers.get(signer.identity), bytes);
  assert.deepEqual(received.map((request) => request.headers.get("OurSpace-Forwarded")), [
    "1",
    "1",
  ]);
  const { signal } = new AbortController();
  const known = await api.resolver.resolve(signer.identity, { policy: "cache-only", signal });
  assert.deepEqual(known.pointer.bytes, bytes);
});

Deno.test("what was passed on is not passed on again", async () => {
  await using temporary = await temporaryNode();
  const { api, received } = edge(peerApi(temporary));
  const signer = makeSigner();
  const request = put(signer.identity, await signPointer(signer), { "OurSpace-Forwarded": "1" });
  await assertProblem(await api(request), 503, "unavailable");
  assert.equal(received.length, 0);
});

Deno.test("what every peer's operator refuses is refused, not out of reach; what one takes is taken", async () => {
  const refusing: Handler = () => new Response(null, { status: 451 });
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  const refused = await edge(refusing, refusing).api(put(signer.identity, bytes));
  await assertProblem(refused, 451, "refused-by-operator");
  await assertProblem(
    await edge(refusing, down).api(put(signer.identity, bytes)),
    503,
    "unavailable",
  );
  await using temporary = await temporaryNode();
  const { api } = edge(refusing, peerApi(temporary));
  assert.equal((await api(put(signer.identity, bytes))).status, 204);
});

Deno.test("a gateway without a node passes nothing on that does not verify", async () => {
  await using temporary = await temporaryNode();
  const { api, received } = edge(peerApi(temporary));
  const [alice, mallory] = [makeSigner(), makeSigner()];
  const forged = await signPointer({ ...mallory, identity: alice.identity });
  await assertProblem(await api(put(alice.identity, forged)), 403, "bad-signature");
  assert.equal(received.length, 0);
});

Deno.test("a greater pointer that a peer holds is the answer, and becomes the gateway's", async () => {
  await using temporary = await temporaryNode();
  await using empty = await temporaryNode();
  const { api } = edge(peerApi(empty), peerApi(temporary));
  const signer = makeSigner();
  const newer = await verifiedPointer(signer, NEW);
  temporary.node.pointers.put(newer, SENDER);
  const response = await api(put(signer.identity, await signPointer(signer, OLD)));
  assert.equal(response.status, 409);
  assert.deepEqual(await response.bytes(), newer.bytes);
  const { signal } = new AbortController();
  const known = await api.resolver.resolve(signer.identity, { policy: "cache-only", signal });
  assert.equal(known.pointer.timestamp, NEW.timestamp);
});

Deno.test("a peer that lies about a greater pointer has not taken this one", async () => {
  const signer = makeSigner();
  const mallory = makeSigner();
  const [older, newer] = [await signPointer(signer, OLD), await signPointer(signer, NEW)];
  const forged = await signPointer({ ...mallory, identity: signer.identity }, {
    timestamp: "2026-03-01T00:00:00.000Z",
  });
  for (const lie of [older, forged, new Uint8Array(0)]) {
    const { api } = edge(() => new Response(lie, { status: 409 }));
    await assertProblem(await api(put(signer.identity, newer)), 503, "unavailable");
  }
});

Deno.test("without peers that take it, a pointer is not acknowledged", async () => {
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  for (const { api } of [edge(), edge(down), edge(() => new Response(null, { status: 429 }))]) {
    await assertProblem(await api(put(signer.identity, bytes)), 503, "unavailable");
  }
});

Deno.test("one offer makes at most eight", async () => {
  const stored: Handler = () => new Response(null, { status: 204 });
  const { api, received } = edge(...Array<Handler>(12).fill(stored));
  const signer = makeSigner();
  assert.equal((await api(put(signer.identity, await signPointer(signer)))).status, 204);
  assert.equal(received.length, 8);
});

Deno.test("what a command with the node's token publishes is kept for good, and nobody else's", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const token = `Bearer ${node.adminToken}`;
  const local = { Host: "127.0.0.1:8000" };
  const cases: [string, Record<string, string>, boolean][] = [
    ["127.0.0.1", { ...local, Authorization: token }, true],
    ["127.0.0.1", local, false],
    ["127.0.0.1", { ...local, Authorization: `${token}0` }, false],
    ["192.0.2.1", { ...local, Authorization: token }, false],
    ["127.0.0.1", { ...local, Authorization: token, Origin: "https://evil.example" }, false],
  ];
  const senders: string[] = [];
  node.pointers.onStored((_, sender) => void senders.push(sender.kind));
  for (const [remoteAddress, headers] of cases) {
    const signer = makeSigner();
    const request = put(signer.identity, await signPointer(signer), headers);
    assert.equal((await peerApi({ node, remoteAddress })(request)).status, 204);
  }
  assert.deepEqual(senders, cases.map(([, , kept]) => kept ? "operator" : "stranger"));
});
