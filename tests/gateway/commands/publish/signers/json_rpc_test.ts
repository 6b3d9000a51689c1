import assert from "node:assert/strict";
import { createJsonRpcSigner } from "../../../../../gateway/commands/publish/signers/json_rpc.ts";
import { OutboundError } from "../../../../../resolver/errors.ts";
import type { Outbound, OutboundRequest } from "../../../../../resolver/outbound/outbound.ts";
import { checksumAddress } from "../../../../../schemas/identity.ts";
import { CALL } from "../../../../support/content.ts";

const ONE = checksumAddress("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
const OTHER = checksumAddress("0x52908400098527886e0f7030069857d2e4169ee7");

/** An endpoint that gives the same answer to everything, and what it was asked. */
function endpoint(answer: unknown, status = 200): { outbound: Outbound; asked: OutboundRequest[] } {
  const asked: OutboundRequest[] = [];
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  const fetch = (request: OutboundRequest) => {
    asked.push(request);
    return Promise.resolve({
      status,
      headers: new Headers(),
      url: request.url,
      body: new Blob([text]).stream(),
    });
  };
  return { outbound: { fetch }, asked };
}

function connect(outbound: Outbound, account = ONE, onWaiting = () => {}) {
  const url = "http://127.0.0.1:8545/";
  return createJsonRpcSigner({ url, account, outbound, onWaiting }, CALL);
}

Deno.test("personal_sign gets the text in hexadecimal and the account, and time for a person", async () => {
  const { outbound, asked } = endpoint({ jsonrpc: "2.0", id: 1, result: "0xabcd" });
  let waiting = 0;
  const signer = await connect(outbound, ONE, () => waiting += 1);
  assert.equal(await signer.sign("Grüße\n", CALL), "0xabcd");
  assert.equal(waiting, 1);
  const [request] = asked;
  assert.ok((request?.timeoutMilliseconds ?? 0) >= 300_000);
  assert.ok(request?.body instanceof Uint8Array);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(request.body)), {
    jsonrpc: "2.0",
    id: 1,
    method: "personal_sign",
    params: ["0x4772c3bcc39f650a", ONE],
  });
});

Deno.test("without --account the endpoint's only account signs; of several one has to be chosen", async () => {
  const url = "http://127.0.0.1:8545/";
  const open = (result: unknown) =>
    createJsonRpcSigner(
      { url, account: null, outbound: endpoint({ result }).outbound, onWaiting() {} },
      CALL,
    );
  assert.equal((await open([ONE.toLowerCase()])).address, ONE);
  await assert.rejects(open([]), { message: /no account/ });
  await assert.rejects(open("nonsense"), { message: /no account/ });
  await assert.rejects(open([ONE, OTHER]), (error: Error & { remedy?: string }) => {
    assert.match(error.message, /2 accounts/);
    assert.match(error.remedy ?? "", new RegExp(`--account: ${ONE}, ${OTHER}`));
    return true;
  });
});

Deno.test("each refusal of an endpoint has its own words", async () => {
  const cases: readonly [unknown, number, RegExp][] = [
    [{ error: { code: 4001, message: "User rejected" } }, 200, /refused in the wallet/],
    [{ error: { code: -32601, message: "no such method" } }, 200, /does not know personal_sign/],
    [{ error: { code: 4100, message: "x" } }, 403, /does not let this program/],
    [
      { error: { code: -32000, message: "locked\u001b[31m\n" } },
      500,
      /locked \[31m \(code -32000\)/,
    ],
    [{ error: {} }, 200, /\(code 0\)/],
    ["<html>", 502, /status 502 and no JSON-RPC/],
    [[], 200, /no JSON-RPC/],
    ["null", 200, /no JSON-RPC/],
    [{ result: { signature: "0x" } }, 200, /without a signature/],
  ];
  for (const [answer, status, reason] of cases) {
    const signer = await connect(endpoint(answer, status).outbound);
    await assert.rejects(signer.sign("text", CALL), { name: "OurSpaceError", message: reason });
  }
});

Deno.test("an endpoint that is down, or a person who does not confirm, is told without the URL", async () => {
  const cases: readonly ["connection" | "timeout", RegExp][] = [
    ["connection", /--rpc cannot be reached/],
    ["timeout", /no answer within 300 s/],
  ];
  for (const [reason, words] of cases) {
    const failing: Outbound = {
      fetch: ({ url }) => Promise.reject(new OutboundError(`${url} failed`, { reason })),
    };
    const signer = await connect(failing);
    await assert.rejects(signer.sign("text", CALL), { name: "OurSpaceError", message: words });
  }
});
