import assert from "node:assert/strict";
import { OutboundError, RefusedByOperatorError } from "../../../resolver/errors.ts";
import type { OutboundRequest } from "../../../resolver/outbound/outbound.ts";
import { peerSource } from "../../../resolver/sources/peers.ts";
import { identityText } from "../../../schemas/identity.ts";
import { POINTER_MAX_BYTES } from "../../../schemas/pointer.ts";
import { appOutbound, type Handler } from "../../support/app_outbound.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const call = { signal: new AbortController().signal };
const BASE = "https://peer.example/node";

/** A source whose peer answers as `handler` says, and the requests that were made. */
function peer(handler: Handler) {
  const requests: OutboundRequest[] = [];
  const outbound = appOutbound({ "https://peer.example": handler });
  const source = peerSource(BASE, {
    fetch(request, options) {
      requests.push(request);
      return outbound.fetch(request, options);
    },
  });
  return { source, requests };
}

function answering(status: number, body: BodyInit | null = null): Handler {
  return () => new Response(body, { status });
}

Deno.test("a peer is asked at its peer API, as a host of the operator, within limits", async () => {
  const pointer = await verifiedPointer(makeSigner());
  const { source, requests } = peer(answering(200, pointer.bytes));
  const found = await Array.fromAsync(source.find(pointer.identity, call));
  assert.deepEqual(found, [pointer.bytes]);
  const [request] = requests;
  assert.equal(request?.url, `${BASE}/v1/pointers/${identityText(pointer.identity)}`);
  assert.equal(request?.trust, "operator");
  assert.equal(request?.maxBytes, POINTER_MAX_BYTES);
  assert.equal(request?.timeoutMilliseconds, 5_000);
});

Deno.test("404 means not known there, 451 refused; every other status is a failure that names it", async () => {
  const { identity } = makeSigner();
  const find = (status: number) =>
    Array.fromAsync(peer(answering(status)).source.find(identity, call));
  assert.deepEqual(await find(404), []);
  await assert.rejects(find(451), RefusedByOperatorError);
  for (const status of [204, 301, 400, 403, 429, 500, 503]) {
    await assert.rejects(find(status), new RegExp(`peer peer\\.example/node .* ${status}`));
  }
});

Deno.test("an offer is sent in wire form, marked as passed on", async () => {
  const pointer = await verifiedPointer(makeSigner());
  const { source, requests } = peer(answering(204));
  assert.equal(await source.offer?.(pointer, call), undefined);
  const [request] = requests;
  assert.equal(request?.method, "PUT");
  assert.deepEqual(request?.body, pointer.bytes);
  assert.deepEqual(request?.headers, {
    "Content-Type": "application/json",
    "OurSpace-Forwarded": "1",
  });
});

Deno.test("an offer that meets a greater pointer gives it back", async () => {
  const signer = makeSigner();
  const [pointer, greater] = [
    await verifiedPointer(signer),
    await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" }),
  ];
  const { source } = peer(answering(409, greater.bytes));
  assert.deepEqual(await source.offer?.(pointer, call), greater.bytes);
});

Deno.test("an offer that is refused fails, with the status", async () => {
  const pointer = await verifiedPointer(makeSigner());
  for (const status of [200, 400, 403, 413, 429, 501, 503]) {
    const { source } = peer(answering(status));
    await assert.rejects(async () => await source.offer?.(pointer, call), new RegExp(`${status}`));
  }
});

Deno.test("an offer that the peer's operator refuses says so", async () => {
  const pointer = await verifiedPointer(makeSigner());
  const { source } = peer(answering(451));
  await assert.rejects(async () => await source.offer?.(pointer, call), RefusedByOperatorError);
});

Deno.test("a peer that is down fails", async () => {
  const source = peerSource(BASE, appOutbound({}));
  await assert.rejects(Array.fromAsync(source.find(makeSigner().identity, call)), OutboundError);
});
