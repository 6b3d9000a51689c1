import assert from "node:assert/strict";
import { runningAnnouncer } from "../../../../gateway/commands/publish/announcer.ts";
import { problem } from "../../../../gateway/http/problem.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { appOutbound } from "../../../support/app_outbound.ts";
import { makeSigner, verifiedPointer } from "../../../support/pointers.ts";

const CALL = { signal: new AbortController().signal };
const NODE = { url: "http://127.0.0.1:8000", token: "token" };

async function announced(answer: Response) {
  const announcer = runningAnnouncer(NODE, appOutbound({ [NODE.url]: () => answer }));
  return await announcer.announce(await verifiedPointer(makeSigner()), CALL);
}

Deno.test("the running node says how many nodes took the pointer, or that it is in no network", async () => {
  const put = { confirmed: 3, failed: 1, among: true };
  assert.deepEqual(await announced(Response.json(put)), put);
  assert.equal(await announced(problem(503, "no-network", "No network", "Alone.")), null);
});

Deno.test("another answer is an error: a node that cannot be asked is not one without a network", async () => {
  const stopping = problem(503, "unavailable", "Not now", "This gateway is being stopped.");
  await assert.rejects(announced(stopping), /This gateway is being stopped/);
  await assert.rejects(announced(new Response("", { status: 500 })), /status 500/);
  await assert.rejects(announced(Response.json({ confirmed: "3" })), OurSpaceError);
});
