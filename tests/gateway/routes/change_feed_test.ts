import assert from "node:assert/strict";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { peerApi } from "../../support/peer_api.ts";
import { makeSigner, signPointer, verifiedPointer } from "../../support/pointers.ts";

function changes(query: string, signal = new AbortController().signal): Request {
  return new Request(`http://node.example/v1/pointers${query}`, { signal });
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("the change feed is a cursor and the records, byte for byte", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const pointers = [await verifiedPointer(makeSigner()), await verifiedPointer(makeSigner())];
  for (const pointer of pointers) temporary.node.pointers.put(pointer, SENDER);
  const response = await api(changes("?since=0"));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Type"), "application/json");
  assert.equal(response.headers.get("Cache-Control"), "no-store");
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
  const text = await response.text();
  const { cursor } = JSON.parse(text);
  const records = pointers.map((pointer) => decode(pointer.bytes)).join(",");
  assert.equal(text, `{"cursor":${JSON.stringify(cursor)},"pointers":[${records}]}`);

  const rest = await (await api(changes(`?since=${cursor}`))).json();
  assert.deepEqual(rest, { cursor, pointers: [] });
});

Deno.test("a reader gets everything page by page, 100 at a time unless it says otherwise", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  for (let i = 0; i < 105; i++) {
    temporary.node.pointers.put(await verifiedPointer(makeSigner()), SENDER);
  }
  const first = await (await api(changes(""))).json();
  assert.equal(first.pointers.length, 100);
  const second = await (await api(changes(`?since=${first.cursor}&limit=3`))).json();
  assert.equal(second.pointers.length, 3);
  const last = await (await api(changes(`?since=${second.cursor}&limit=1000`))).json();
  assert.equal(last.pointers.length, 2);
});

Deno.test("parameters out of their range are refused", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const bad = ["limit=0", "limit=1001", "limit=x", "limit=", "limit=1.5", "wait=31", "wait=-1"];
  for (const query of bad) {
    const response = await api(changes(`?since=0&${query}`));
    assert.equal(response.status, 400, query);
    assert.equal((await response.json()).type, "urn:ourspace:problem:bad-parameters");
  }
});

Deno.test("a cursor that this node did not give is gone", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  for (const since of ["", "1", "0123456789abcdef-1", "%00", "0&since=1"]) {
    const response = await api(changes(`?since=${since}`));
    assert.equal(response.status, since.startsWith("0&") ? 200 : 410, since);
    await response.body?.cancel();
  }
});

Deno.test("a long poll is answered by the next offer", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  const bytes = await signPointer(signer);
  const waiting = api(changes("?since=0&wait=30"));
  const put = await api(
    new Request(`http://node.example/v1/pointers/${signer.identity.address}`, {
      method: "PUT",
      body: bytes,
    }),
  );
  assert.equal(put.status, 204);
  assert.deepEqual((await (await waiting).json()).pointers, [JSON.parse(decode(bytes))]);
});

Deno.test("a long poll is answered empty after its time", async () => {
  await using temporary = await temporaryNode();
  const started = performance.now();
  const page = await (await peerApi(temporary)(changes("?since=0&wait=1"))).json();
  assert.deepEqual(page.pointers, []);
  assert.ok(performance.now() - started >= 990);
});

Deno.test("long polls are answered empty when the process stops", async () => {
  await using temporary = await temporaryNode();
  const stopping = new AbortController();
  const api = peerApi({ node: temporary.node, signal: stopping.signal });
  const waiting = api(changes("?wait=30"));
  stopping.abort();
  assert.deepEqual((await (await waiting).json()).pointers, []);
});

Deno.test("a client that went away frees its place; more than twenty may not wait at once", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const gone = new AbortController();
  const waiting = Array.from({ length: 20 }, () => api(changes("?wait=30", gone.signal)));
  const refused = await api(changes("?wait=30"));
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("Retry-After"), "30");
  await refused.body?.cancel();
  assert.equal((await (await api(changes("?wait=0"))).json()).pointers.length, 0);

  gone.abort();
  for (const response of await Promise.all(waiting)) await response.body?.cancel();
  const next = api(changes("?wait=30"));
  temporary.node.pointers.put(await verifiedPointer(makeSigner()), SENDER);
  assert.equal((await next).status, 200);
  await (await next).body?.cancel();
});

Deno.test("a gateway without a node has no change feed", async () => {
  const response = await peerApi({ node: null })(changes("?since=0"));
  assert.equal(response.status, 501);
  assert.equal((await response.json()).type, "urn:ourspace:problem:not-a-node");
});
