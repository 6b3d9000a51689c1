import assert from "node:assert/strict";
import { openNode } from "../../../resolver/node/open_node.ts";
import { identityText, parseIdentity } from "../../../schemas/identity.ts";
import { parseName } from "../../../schemas/name.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ALICE = parseIdentity("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
const BOB = parseIdentity("0x920bE5CDd67Bd86d058029318a43C7401Dd9D684");
const DOMAIN = parseName("alice.example");

Deno.test("who is followed is known after a restart, and where a domain led before", async () => {
  await using folder = await temporaryFolder();
  const options = { dataDir: folder.path, report: assert.fail, clock: () => 1_000 };
  const first = await openNode(options);
  first.follows.add(DOMAIN, ALICE);
  first.follows.move(DOMAIN, BOB);
  assert.equal(identityText(first.follows.add(DOMAIN, ALICE).identity), identityText(BOB));
  await first.close();

  const second = await openNode(options);
  assert.deepEqual(second.follows.all(), [
    { name: DOMAIN, identity: BOB, since: 1_000, moved: { from: ALICE, at: 1_000 } },
  ]);
  assert.equal(second.follows.remove(DOMAIN), true);
  assert.equal(second.follows.remove(DOMAIN), false);
  assert.equal(second.follows.get(DOMAIN), null);
  await second.close();
});

Deno.test("each change is told, and what another version wrote is left as it is", async () => {
  await using temporary = await temporaryNode();
  const { follows, keyValues } = temporary.node;
  let changes = 0;
  const stop = follows.onChanged(() => changes++);
  follows.add(DOMAIN, ALICE);
  follows.add(DOMAIN, ALICE);
  follows.move(parseName("bob.example"), BOB);
  follows.remove(parseName("bob.example"));
  assert.equal(changes, 1);
  stop();
  follows.remove(DOMAIN);
  assert.equal(changes, 1);
  keyValues.put("follows/carol.example", new TextEncoder().encode('{"version":2}'));
  keyValues.put("follows/dan.example", new TextEncoder().encode("x"));
  assert.deepEqual(follows.all(), []);
});
