import assert from "node:assert/strict";
import { runningFollows } from "../../../gateway/commands/follow/running_follows.ts";
import { askNode } from "../../../gateway/commands/resolve/ask_node.ts";
import { problem } from "../../../gateway/http/problem.ts";
import { parseName } from "../../../schemas/name.ts";
import { appOutbound } from "../../support/app_outbound.ts";
import { CALL } from "../../support/content.ts";

const ALICE = parseName("alice.example");
const NODE = { url: "http://127.0.0.1:8000", token: "secret" };

/** The node of this machine, which answers every question so. */
function answering(status: number) {
  const members = { remedy: "Add a TXT record." };
  return appOutbound({
    [NODE.url]: () => problem(status, "x", "Title", "It leads nowhere.", {}, members),
  });
}

Deno.test("what the node says can be done about a name that leads nowhere is passed on", async () => {
  const error = { message: "It leads nowhere.", remedy: "Add a TXT record." };
  await assert.rejects(askNode(NODE, ALICE, answering(404), CALL), error);
  await assert.rejects(runningFollows(NODE, answering(404)).add(ALICE, CALL), error);
});

Deno.test("what visitors are told to do about a refusal is nothing for the operator", async () => {
  await assert.rejects(askNode(NODE, ALICE, answering(451), CALL), { remedy: /DENYLIST/ });
  await assert.rejects(runningFollows(NODE, answering(451)).add(ALICE, CALL), { remedy: "" });
});
