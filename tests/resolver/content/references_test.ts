import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { createReferences } from "../../../resolver/content/references.ts";
import { NO_RULES, type OperatorRules } from "../../../resolver/rules/operator_rules.ts";
import { type Identity, parseIdentity, sameIdentity } from "../../../schemas/identity.ts";
import { temporaryNode } from "../../support/nodes.ts";

const ALICE = parseIdentity("0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045");
const BOB = parseIdentity("0x920bE5CDd67Bd86d058029318a43C7401Dd9D684");

/** Rules that deny some, and list others where only who is listed is served. */
function changingRules(): OperatorRules & {
  denied: readonly Identity[];
  listed: readonly Identity[] | null;
  change(): void;
} {
  const listeners: (() => void)[] = [];
  const isAmong = (all: readonly Identity[], one: Identity) =>
    all.some((each) => sameIdentity(each, one));
  const rules = {
    ...NO_RULES,
    denied: [] as readonly Identity[],
    listed: null as readonly Identity[] | null,
    refusesIdentity: (one: Identity) =>
      isAmong(rules.denied, one) || (rules.listed !== null && !isAmong(rules.listed, one)),
    refusesBehindName: (one: Identity) => isAmong(rules.denied, one),
    onChange: (listener: () => void) => void listeners.push(listener),
    change: () => listeners.forEach((listener) => listener()),
  };
  return rules;
}

/** The CID with this number in its digest. */
function cid(number: number): CID {
  const digest = new Uint8Array(32);
  new DataView(digest.buffer).setUint32(0, number);
  return CID.createV1(0x55, Digest.create(0x12, digest));
}

function cids(from: number, to: number): CID[] {
  return Array.from({ length: to - from }, (_, index) => cid(from + index));
}

Deno.test("the feed that was read longest ago is forgotten, but for what was noted again", () => {
  const references = createReferences({ keyValues: null, limit: 6 });
  references.note(ALICE, cids(0, 3));
  references.note(ALICE, cids(3, 6));
  references.note(ALICE, [cid(1)]);
  references.note(ALICE, [cid(6)]);
  const remembered = cids(0, 7).filter((each) =>
    references.stateOf(each.toString()) === "referred"
  );
  assert.deepEqual(remembered.map(String), [1, 3, 4, 5, 6].map((number) => String(cid(number))));
});

Deno.test("a CID of version 0 is the same reference", () => {
  const references = createReferences({ keyValues: null });
  const written = CID.createV0(Digest.create(0x12, new Uint8Array(32)));
  references.note(ALICE, [written]);
  assert.equal(references.stateOf(written.toV1().toString()), "referred");
});

Deno.test("references outlive the process, and no more of them than the limit", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  const limit = 100;
  const before = createReferences({ keyValues, limit });
  for (let feed = 0; feed < 200; feed++) {
    // The first feed is read again and again, and so are its references noted.
    before.note(ALICE, cids(0, 10));
    before.note(ALICE, cids(10 * feed, 10 * feed + 10));
  }
  const bytes = [...keyValues.entries("references/")].reduce(
    (sum, [, value]) => sum + value.length,
    0,
  );
  assert.ok(bytes <= limit * 66, `${bytes}`);

  const after = createReferences({ keyValues, limit });
  for (const each of [...cids(0, 10), ...cids(1_950, 2_000)]) {
    assert.equal(after.stateOf(each.toString()), "referred", String(each));
  }
  assert.equal(after.stateOf(cid(500).toString()), "unknown");
});

Deno.test("what is known is not written again", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  const references = createReferences({ keyValues });
  references.note(ALICE, cids(0, 3));
  references.note(ALICE, cids(0, 3));
  assert.equal([...keyValues.entries("references/")].length, 1);
});

Deno.test("content is refused when every account whose feeds refer to it is denied", () => {
  const rules = changingRules();
  const references = createReferences({ keyValues: null, rules });
  references.note(ALICE, cids(0, 2));
  references.note(BOB, [cid(1)]);
  const states = () => cids(0, 3).map((each) => references.stateOf(each.toString()));
  assert.deepEqual(states(), ["referred", "referred", "unknown"]);
  rules.denied = [ALICE];
  assert.deepEqual(states(), ["refused", "referred", "unknown"]);
  rules.denied = [ALICE, BOB];
  assert.deepEqual(states(), ["refused", "refused", "unknown"]);
  rules.denied = [BOB];
  assert.deepEqual(states(), ["referred", "referred", "unknown"]);
  assert.ok(references.isNoted(ALICE, cid(0).toString()));
  assert.ok(!references.isNoted(BOB, cid(0).toString()));
});

Deno.test("whose feeds refer to what outlives the process, and an entry that does not say it goes", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  const rules = changingRules();
  createReferences({ keyValues }).note(ALICE, cids(0, 2));
  createReferences({ keyValues }).note(BOB, [cid(1)]);
  keyValues.put("references/0000000000000009", new TextEncoder().encode(String(cid(9))));
  rules.denied = [ALICE];
  const references = createReferences({ keyValues, rules });
  assert.equal(references.stateOf(cid(0).toString()), "refused");
  assert.equal(references.stateOf(cid(1).toString()), "referred");
  assert.equal(references.stateOf(cid(9).toString()), "unknown");
  assert.equal([...keyValues.entries("references/")].length, 2);
});

Deno.test("with an allow list a wallet's content is served when it is listed, or was read since by a name that is", () => {
  const rules = changingRules();
  rules.listed = [BOB];
  const references = createReferences({ keyValues: null, rules });
  references.note(ALICE, [cid(0)]);
  references.note(BOB, [cid(1)]);
  const states = () => cids(0, 2).map((each) => references.stateOf(each.toString()));
  assert.deepEqual(states(), ["referred", "referred"]);
  rules.change();
  assert.deepEqual(states(), ["unknown", "referred"]);
  references.note(ALICE, [cid(0)]);
  assert.deepEqual(states(), ["referred", "referred"]);
});

Deno.test("many accounts that refer to the same are counted each, and forgotten each by itself", () => {
  const references = createReferences({ keyValues: null, limit: 3 });
  const accounts = [1, 2, 3, 4].map((each) => parseIdentity(`0x${`${each}`.repeat(40)}`));
  for (const account of accounts) references.note(account, [cid(0)]);
  const noted = accounts.map((account) => references.isNoted(account, cid(0).toString()));
  assert.deepEqual(noted, [false, true, true, true]);
  references.note(ALICE, cids(1, 4));
  assert.equal(references.stateOf(cid(0).toString()), "unknown");
});

Deno.test("what is asked for and refused is not forgotten before what nobody asks for", () => {
  const rules = changingRules();
  const references = createReferences({ keyValues: null, rules, limit: 4 });
  references.note(ALICE, cids(0, 2));
  rules.denied = [ALICE];
  assert.equal(references.stateOf(cid(0).toString()), "refused");
  references.note(BOB, cids(2, 5));
  const states = cids(0, 5).map((each) => references.stateOf(each.toString()));
  assert.deepEqual(states, ["refused", "unknown", "referred", "referred", "referred"]);
});

Deno.test("what a killed process left written twice counts once", async () => {
  await using held = await temporaryNode();
  const { keyValues } = held.node;
  createReferences({ keyValues }).note(ALICE, cids(0, 2));
  const [written] = keyValues.entries("references/");
  assert.ok(written);
  keyValues.put(`references/${"1".padStart(16, "0")}`, written[1]);
  const references = createReferences({ keyValues, limit: 4 });
  references.note(BOB, cids(2, 4));
  for (const each of cids(0, 4)) assert.equal(references.stateOf(each.toString()), "referred");
  references.note(BOB, [cid(4)]);
  assert.equal(references.stateOf(cid(0).toString()), "unknown");
});
