import assert from "node:assert/strict";
import { createHomes, type Home } from "../../../resolver/content/homes.ts";
import { parseIdentity } from "../../../schemas/identity.ts";
import { rawTree } from "../../support/blocks.ts";
import { patterned } from "../../support/source_files.ts";

const CIDS = await Promise.all(
  Array.from({ length: 40 }, async (_, index) => (await rawTree(patterned(8, index + 1))).root),
);
const [ROOT = assert.fail()] = CIDS;

/** A home of the wallet with this number. */
function homeOf(wallet: number): Home {
  return {
    root: ROOT,
    location: `https://wallet${wallet}.example/feed.car`,
    identity: parseIdentity(`0x${String(wallet).padStart(40, "0")}`),
  };
}

Deno.test("one wallet cannot make the others' homes forgotten, whatever its CARs give or link to", () => {
  const homes = createHomes({ limit: 10, walletLimit: 4 });
  const [alice, bob, stranger] = [homeOf(1), homeOf(2), homeOf(3)];
  for (const cid of CIDS.slice(0, 3)) homes.given(cid, alice);
  for (const cid of CIDS.slice(3, 6)) homes.linked(cid, bob);
  for (const cid of CIDS.slice(6, 20)) homes.given(cid, stranger);
  for (const cid of CIDS.slice(20)) homes.linked(cid, stranger);
  const remembered = CIDS.map((cid) => homes.get(cid));
  assert.deepEqual(remembered.slice(0, 6), [alice, alice, alice, bob, bob, bob]);
  assert.deepEqual(remembered.slice(6, -4).filter((home) => home !== undefined), []);
  assert.deepEqual(remembered.slice(-4), [stranger, stranger, stranger, stranger]);
});

Deno.test("of all wallets, what was asked for longest ago makes room", () => {
  const homes = createHomes({ limit: 3, walletLimit: 1 });
  const [first = assert.fail(), second = assert.fail(), third = assert.fail()] = CIDS;
  for (const [index, cid] of [first, second, third].entries()) homes.given(cid, homeOf(index));
  homes.get(first);
  homes.given(CIDS[3] ?? assert.fail(), homeOf(3));
  assert.deepEqual([first, second, third].map((cid) => homes.get(cid)?.identity), [
    homeOf(0).identity,
    undefined,
    homeOf(2).identity,
  ]);
});

Deno.test("a block that another wallet gives is that one's, and no longer counts for the first", () => {
  const homes = createHomes({ limit: 10, walletLimit: 2 });
  const [alice, bob] = [homeOf(1), homeOf(2)];
  const [shared = assert.fail(), ...others] = CIDS.slice(0, 3);
  homes.given(shared, alice);
  homes.linked(shared, bob);
  assert.equal(homes.get(shared), alice);
  homes.given(shared, bob);
  for (const cid of others) homes.given(cid, alice);
  assert.equal(homes.get(shared), bob);
  assert.deepEqual(others.map((cid) => homes.get(cid)), [alice, alice]);
});
