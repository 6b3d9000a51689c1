import assert from "node:assert/strict";
import { identityText } from "../../schemas/identity.ts";
import { type PointerFields, type Signer, signPointer } from "./pointers.ts";
import { type Service, startService } from "./services.ts";
import type { TestGateway } from "./test_gateway.ts";

/** Hands a record over by the very API that others use, as a client at `remoteAddress`. */
export async function offer(
  { gateway }: Pick<TestGateway, "gateway">,
  { identity }: Signer,
  body: BodyInit,
  remoteAddress = "127.0.0.1",
): Promise<Response> {
  const url = `https://gateway.example/v1/pointers/${identityText(identity)}`;
  return await gateway.fetch(new Request(url, { method: "PUT", body }), { remoteAddress });
}

/** Signs and offers a pointer, and gives the path of the feed. */
export async function publishPointer(
  test: Pick<TestGateway, "gateway">,
  signer: Signer,
  fields: PointerFields,
): Promise<string> {
  const answer = await offer(test, signer, await signPointer(signer, fields));
  assert.equal(answer.status, 204, await answer.text());
  return `/${identityText(signer.identity)}`;
}

/** Puts a feed's document into the gateway's node, then its pointer. */
export async function publishFeed(
  test: TestGateway,
  signer: Signer,
  document: string | Uint8Array<ArrayBuffer>,
  timestamp = "2026-01-01T00:00:00.000Z",
): Promise<string> {
  const cid = await test.add({ "feed.xml": document });
  return await publishPointer(test, signer, { cid, timestamp });
}

/** The same gateway over HTTP, for others to have as a peer. */
export function listen({ gateway }: TestGateway): Service {
  return startService((request) => gateway.fetch(request, { remoteAddress: "127.0.0.1" }));
}
