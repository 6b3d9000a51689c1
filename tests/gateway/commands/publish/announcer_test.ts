import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { runningAnnouncer } from "../../../../gateway/commands/publish/announcer.ts";
import { problem } from "../../../../gateway/http/problem.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { appOutbound } from "../../../support/app_outbound.ts";
import { HELLO_CID, makeSigner, verifiedPointer } from "../../../support/pointers.ts";

const CALL = { signal: new AbortController().signal };
const HELLO = CID.parse(HELLO_CID);
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

Deno.test("the running node says who holds content; other nodes of the network are counted", async () => {
  const counted = (answer: Response) =>
    runningAnnouncer(NODE, appOutbound({ [NODE.url]: () => answer })).holders(HELLO, CALL);
  const holders = [
    { name: "this node", kind: "here" },
    { name: "peer one.example", kind: "peer" },
    { name: "node A", kind: "network" },
    { name: "node B", kind: "network" },
  ];
  assert.equal(await counted(Response.json({ holders })), 2);
  await assert.rejects(counted(Response.json({ holders: [1] })), OurSpaceError);
  await assert.rejects(counted(new Response("", { status: 404 })), /status 404/);
});

Deno.test("another answer is an error: a node that cannot be asked is not one without a network", async () => {
  const stopping = problem(503, "unavailable", "Not now", "This gateway is being stopped.");
  await assert.rejects(announced(stopping), /This gateway is being stopped/);
  await assert.rejects(announced(new Response("", { status: 500 })), /status 500/);
  await assert.rejects(announced(Response.json({ confirmed: "3" })), OurSpaceError);
});
