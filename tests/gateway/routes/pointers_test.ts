import assert from "node:assert/strict";
import type { PointerSource } from "../../../resolver/contracts.ts";
import { NotFoundError } from "../../../resolver/errors.ts";
import { createResolver, type Resolver } from "../../../resolver/resolver.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { identityText } from "../../../schemas/identity.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { NOW, peerApi } from "../../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const clock = () => NOW;

function get(name: string, headers: HeadersInit = {}): Request {
  return new Request(`http://node.example/v1/pointers/${name}`, { headers });
}

Deno.test("a node answers with the exact bytes that it holds, for everybody to read", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const pointer = await verifiedPointer(makeSigner());
  temporary.node.pointers.put(pointer, SENDER);
  const response = await api(get(identityText(pointer.identity)));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Content-Type"), "application/json");
  assert.equal(response.headers.get("Access-Control-Allow-Origin"), "*");
  assert.equal(response.headers.get("Cache-Control"), "no-cache");
  assert.deepEqual(await response.bytes(), pointer.bytes);
});

Deno.test("whoever holds the bytes is told that nothing changed", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const signer = makeSigner();
  temporary.node.pointers.put(await verifiedPointer(signer), SENDER);
  const name = identityText(signer.identity);
  const etag = (await api(get(name))).headers.get("ETag") ?? "";
  const again = await api(get(name, { "If-None-Match": etag }));
  assert.equal(again.status, 304);
  assert.equal(again.body, null);
  assert.equal(again.headers.get("Access-Control-Allow-Origin"), "*");

  temporary.node.pointers.put(
    await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" }),
    SENDER,
  );
  assert.equal((await api(get(name, { "If-None-Match": etag }))).status, 200);
});

Deno.test("an identity can be written in lower case too, and HEAD has no body", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const pointer = await verifiedPointer(makeSigner());
  temporary.node.pointers.put(pointer, SENDER);
  const lower = identityText(pointer.identity).toLowerCase();
  assert.deepEqual(await (await api(get(lower))).bytes(), pointer.bytes);
  const head = await api(new Request(get(lower), { method: "HEAD" }));
  assert.equal(head.status, 200);
  assert.equal((await head.bytes()).length, 0);
});

Deno.test("what is not held is not known here, and that is not kept by caches", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  const name = identityText(makeSigner().identity);
  for (const identity of [name, `eip155:1:${name}`]) {
    for (const headers of [{}, { "Cache-Control": "only-if-cached" }]) {
      const response = await api(get(identity, headers));
      assert.equal(response.status, 404);
      assert.equal(response.headers.get("Cache-Control"), "no-store");
      assert.equal((await response.json()).type, "urn:ourspace:problem:not-found");
    }
  }
});

Deno.test("what a node does not hold is looked up in the network, unless only what it holds is wanted", async () => {
  await using temporary = await temporaryNode();
  const pointer = await verifiedPointer(makeSigner());
  const network = createResolver({ sources: [], verifier: createVerifier({ clock }), clock });
  network.accept(pointer);
  const api = peerApi({ ...temporary, network });
  const name = identityText(pointer.identity);
  const onlyHeld = await api(get(name, { "Cache-Control": "only-if-cached" }));
  assert.equal(onlyHeld.status, 404);
  await onlyHeld.body?.cancel();
  assert.deepEqual(await (await api(get(name))).bytes(), pointer.bytes);
  const unknown = await api(get(identityText(makeSigner().identity)));
  assert.equal(unknown.status, 404);
  await unknown.body?.cancel();
});

Deno.test("what a node holds is answered also when the network is silent", async () => {
  await using temporary = await temporaryNode();
  const pointer = await verifiedPointer(makeSigner());
  temporary.node.pointers.put(pointer, SENDER);
  const silent = createResolver({ sources: [], verifier: createVerifier({ clock }), clock });
  const network = { ...silent, resolve: () => Promise.reject(new Error("nobody answers")) };
  const api = peerApi({ ...temporary, network });
  assert.deepEqual(
    await (await api(get(identityText(pointer.identity)))).bytes(),
    pointer.bytes,
  );
});

Deno.test("what is no identity is malformed; a wrong checksum is told the right one", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  for (const name of ["alice.example", "0x12", "eip155:0:0x12"]) {
    const response = await api(get(name));
    assert.equal(response.status, 400, name);
    await response.body?.cancel();
  }
  const wrong = await api(get("0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045"));
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045/);
});

Deno.test("a node whose database fails says so", async () => {
  await using temporary = await temporaryNode();
  const api = peerApi(temporary);
  await temporary.node.close();
  const response = await api(get(identityText(makeSigner().identity)));
  assert.equal(response.status, 503);
  assert.ok(response.headers.has("Retry-After"));
  await response.body?.cancel();
});

Deno.test("a gateway without a node answers from its cache and asks nobody", async () => {
  const pointer = await verifiedPointer(makeSigner());
  let asked = 0;
  const source: PointerSource = {
    id: "counting",
    async *find() {
      asked += 1;
      yield await Promise.resolve(pointer.bytes);
    },
  };
  const clock = () => NOW;
  const resolver = createResolver({
    sources: [source],
    verifier: createVerifier({ clock }),
    clock,
  });
  const api = peerApi({ node: null, resolver });
  const name = identityText(pointer.identity);
  const before = await api(get(name));
  assert.equal(before.status, 404);
  await before.body?.cancel();
  assert.equal(asked, 0);
  resolver.accept(pointer);
  assert.deepEqual(await (await api(get(name))).bytes(), pointer.bytes);
});

Deno.test("who asks too much gets what is held, and no walk through the network", async () => {
  await using temporary = await temporaryNode();
  const held = await verifiedPointer(makeSigner());
  temporary.node.pointers.put(held, SENDER);
  let walks = 0;
  const network: Resolver = {
    resolve() {
      walks++;
      return Promise.reject(new NotFoundError("Nobody knows it.", { incomplete: false }));
    },
    accept() {},
  };
  const api = peerApi({ ...temporary, network });
  const unknown = identityText(makeSigner().identity);
  const statuses = new Set<number>();
  for (let i = 0; i < 2_001; i++) statuses.add((await api(get(unknown))).status);
  assert.deepEqual([...statuses], [404, 429]);
  assert.equal(walks, 2_000);
  assert.equal((await api(get(identityText(held.identity)))).status, 200);
  assert.equal(walks, 2_000);
});
