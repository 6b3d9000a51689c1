import assert from "node:assert/strict";
import { followRoutes } from "../../../gateway/routes/follows.ts";
import type { NameSystem } from "../../../resolver/contracts.ts";
import { createIdentifier } from "../../../resolver/identify.ts";
import type { Node } from "../../../resolver/node/node.ts";
import { NO_RULES } from "../../../resolver/rules/operator_rules.ts";
import { parseIdentity } from "../../../schemas/identity.ts";
import { answeringErrors } from "../../support/answer_errors.ts";
import { followedFeed } from "../../support/followed_feeds.ts";
import { temporaryNode } from "../../support/nodes.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

/** Knows alice.example, and nobody else. */
const names: NameSystem = {
  id: "dns",
  kinds: ["dns"],
  resolve: ({ text }) =>
    Promise.resolve(
      text === "alice.example"
        ? { identity: parseIdentity(ALICE), via: "dns", authenticated: false, ttlSeconds: 60 }
        : null,
    ),
};

function api(node: Node, { remoteAddress = "127.0.0.1", rules = NO_RULES } = {}) {
  const identifier = createIdentifier({ systems: [names], clock: Date.now });
  const followed = () => node.follows.all().map(({ name }) => followedFeed({ name: name.text }));
  const app = answeringErrors(followRoutes({ node, identifier, followed, rules }));
  return async (method: string, path: string, token = node.adminToken) => {
    const headers = { Host: "127.0.0.1:8000", Authorization: `Bearer ${token}` };
    const url = `/v1/admin/follows${path}`;
    const response = await app.request(url, { method, headers }, { remoteAddress });
    return { status: response.status, text: await response.text() };
  };
}

Deno.test("names are followed, listed and followed no longer, each as often as one likes", async () => {
  await using temporary = await temporaryNode();
  const ask = api(temporary.node);
  for (const known of [false, true]) {
    const { status, text } = await ask("PUT", "/Alice.Example");
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), { name: "alice.example", identity: ALICE, known });
  }
  assert.equal((await ask("PUT", `/${ALICE.toLowerCase()}`)).status, 200);
  const { followed } = JSON.parse((await ask("GET", "")).text);
  assert.deepEqual(followed.map(({ name }: { name: string }) => name), [ALICE, "alice.example"]);
  assert.equal((await ask("DELETE", "/alice.example")).status, 204);
  assert.equal((await ask("DELETE", "/alice.example")).status, 404);
  assert.equal(temporary.node.follows.all().length, 1);
});

Deno.test("names that lead nowhere or are none are refused, and nothing is followed", async () => {
  await using temporary = await temporaryNode();
  const ask = api(temporary.node);
  assert.equal((await ask("PUT", "/bob.example")).status, 404);
  assert.equal((await ask("PUT", "/localhost")).status, 400);
  assert.equal((await ask("PUT", "/alice.eth")).status, 501);
  assert.deepEqual(temporary.node.follows.all(), []);
});

Deno.test("only the operator's commands may ask", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (
    const [method, path] of [["GET", ""], ["PUT", `/${ALICE}`], ["DELETE", `/${ALICE}`]] as const
  ) {
    assert.equal((await api(node)(method, path, "0".repeat(64))).status, 401);
    assert.equal((await api(node, { remoteAddress: "192.0.2.1" })(method, path)).status, 403);
  }
  assert.deepEqual(node.follows.all(), []);
});

Deno.test("more than a thousand are not followed: the answer says what to do", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  for (let i = 0; i < 1_000; i++) {
    const address = `0x${i.toString(16).padStart(40, "0")}`;
    const key = `follows/${address}`;
    const value = JSON.stringify({ identity: address, since: 0 });
    node.keyValues.put(key, new TextEncoder().encode(value));
  }
  const { status, text } = await api(node)("PUT", `/${ALICE}`);
  assert.equal(status, 507);
  assert.match(text, /1000 are followed already/);
});

Deno.test("who is refused by the rules is not followed", async () => {
  await using temporary = await temporaryNode();
  const { node } = temporary;
  const refusals = [
    { ...NO_RULES, refusesName: ({ text }: { text: string }) => text === "alice.example" },
    { ...NO_RULES, refusesBehindName: () => true },
  ];
  for (const rules of refusals) {
    assert.equal((await api(node, { rules })("PUT", "/alice.example")).status, 451);
    assert.deepEqual(node.follows.all(), []);
  }
});
