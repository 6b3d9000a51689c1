import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { ContentWrongError } from "../../../resolver/errors.ts";
import type { IdentifiedName } from "../../../resolver/identify.ts";
import { storedFollows } from "../../../resolver/keeping/followed_feed.ts";
import { NO_RULES } from "../../../resolver/rules/operator_rules.ts";
import { type Identity, identityText } from "../../../schemas/identity.ts";
import { parseName } from "../../../schemas/name.ts";
import { folderTree, rawTree } from "../../support/blocks.ts";
import { settled } from "../../support/clock.ts";
import {
  FEED,
  feedWith,
  follow,
  holding,
  holdsAll,
  inTime,
  openWorld,
  PAGE,
  until,
} from "../../support/kept_world.ts";
import { SENDER } from "../../support/nodes.ts";
import { makeSigner, type Signer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";

Deno.test("whom one follows is looked up, kept, and held whole", async () => {
  await using world = await openWorld();
  const { tree, pointer } = await holding(world);
  assert.ok(await holdsAll(world, tree));
  assert.equal(world.one().cid, pointer.cid);
  assert.equal(world.one().blocks, tree.blocks.size);
  assert.equal(world.one().bytes, tree.blocks.size * PAGE);
  assert.deepEqual(world.keeper.roots().map(String), [pointer.cid]);
  assert.deepEqual(
    world.node.pointers.kept().map(({ published }) => published),
    [false],
  );
  assert.equal(world.node.blocks.usage().pinnedBytes, tree.blocks.size * PAGE);
});

Deno.test("a newer pointer is taken up at once, by whatever road it comes; the older content goes only then", async () => {
  await using world = await openWorld();
  const { signer, tree: before } = await holding(world, "before");

  const after = await feedWith("after");
  const newer = await world.publish(signer, after, 2);
  const picture = await rawTree(new TextEncoder().encode("after"));
  world.stuck.add(picture.root.toString());
  world.node.pointers.put(newer, SENDER);
  await until("all but the picture is there", () => world.one().blocks === after.blocks.size - 1);
  assert.equal(world.one().state, "loading");
  assert.deepEqual(world.keeper.roots().map(String), [before.root.toString()]);

  world.stuck.clear();
  await inTime(world, "the second is held", () => world.one().state === "held");
  assert.deepEqual(world.keeper.roots().map(String), [after.root.toString()]);
  assert.equal(world.node.blocks.usage().pinnedBytes, after.blocks.size * PAGE);
});

Deno.test("from the moment that a newer pointer is known nobody is told that its content is held", async () => {
  await using world = await openWorld();
  const { signer } = await holding(world, "before");
  const after = await feedWith("after");
  const newer = await world.publish(signer, after, 2);
  world.node.pointers.put(newer, SENDER);
  assert.equal(world.one().cid, newer.cid);
  assert.equal(world.one().state, "waiting");
  await until("the second is held", () => world.one().state === "held");
  assert.ok(await holdsAll(world, after));

  const again = await world.publish(signer, after, 3);
  world.node.pointers.put(again, SENDER);
  await until("the same content is held at once", () => world.one().state === "held");
  assert.deepEqual(world.keeper.roots().map(String), [after.root.toString()]);
});

Deno.test("every ten minutes or so everybody is asked for a newer pointer", async () => {
  await using world = await openWorld();
  const { signer } = await holding(world, "before");
  const after = await feedWith("after");
  await world.publish(signer, after, 2);
  const { root } = after;
  await inTime(world, "the second is held", () => world.keeper.roots().some((r) => r.equals(root)));
  assert.equal(world.one().cid, root.toString());
  assert.ok(world.one().checkedAt > 0);
});

Deno.test("a look-up that fails is shown, and what is held stays", async () => {
  await using world = await openWorld();
  const alice = makeSigner();
  follow(world, alice);
  await until("it was looked up", () => world.one().lookUpProblem !== "");
  assert.equal(world.one().state, "waiting");
  assert.equal(world.one().lookUpProblem, "Nobody knows it.");
  await world.publish(alice, await feedWith("a"), 1);
  await inTime(world, "it is held", () => world.one().state === "held");
  assert.equal(world.one().lookUpProblem, "");
});

Deno.test("what could not be fetched is tried again, later and later, and not what is there", async () => {
  await using world = await openWorld();
  const alice = makeSigner();
  const tree = await feedWith("a");
  await world.publish(alice, tree, 1);
  const picture = (await rawTree(new TextEncoder().encode("a"))).root.toString();
  const bytes = world.peer.get(picture);
  assert.ok(bytes);
  world.peer.delete(picture);
  follow(world, alice);
  await until("it is incomplete", () => world.one().state === "incomplete");
  assert.match(world.one().reason, /could not be fetched|nobody|unreachable/i);
  assert.deepEqual(world.keeper.roots(), []);
  const asked = world.asked.length;
  world.peer.set(picture, bytes);
  await inTime(world, "it is held", () => world.one().state === "held");
  assert.deepEqual(new Set(world.asked.slice(asked)), new Set([picture]));
});

Deno.test("content over the quota is kept in part, the feed first, and said to be", async () => {
  await using world = await openWorld({ maxFollowedBytes: 3 * PAGE });
  const alice = makeSigner();
  await world.publish(alice, await feedWith("a"), 1);
  follow(world, alice);
  await until("it is too large", () => world.one().state === "too-large");
  assert.equal(world.one().bytes, 3 * PAGE);
  assert.match(world.one().reason, /12288/);
  assert.deepEqual(world.keeper.roots(), []);
  const feed = await rawTree(new TextEncoder().encode(FEED));
  assert.ok(await world.node.blocks.has(feed.root));
  assert.equal(world.node.blocks.usage().pinnedBytes, 3 * PAGE);
});

Deno.test("when the store is full of what is pinned, that is said", async () => {
  await using world = await openWorld({ maxBlockBytes: 3 * PAGE });
  const alice = makeSigner();
  await world.publish(alice, await feedWith("a"), 1);
  follow(world, alice);
  await until("there is no room", () => world.one().state === "no-room");
  assert.match(world.one().reason, /block store is full/);
});

Deno.test("content in which there is no feed is wrong, and said to be", async () => {
  await using world = await openWorld();
  const alice = makeSigner();
  await world.publish(alice, await folderTree({ "a.jpg": "a" }), 1);
  follow(world, alice);
  await until("it is wrong", () => world.one().state === "wrong");
  assert.match(world.one().reason, /no feed/);
});

Deno.test("a withdrawn feed's content is let go, its pointer kept", async () => {
  await using world = await openWorld();
  const { signer } = await holding(world);
  world.node.pointers.put(await world.publish(signer, null, 2), SENDER);
  await until("it is withdrawn", () => world.one().state === "withdrawn");
  await until("its pins are gone", () => world.node.blocks.usage().pinnedBytes === 0);
  assert.equal(world.node.pointers.kept().length, 1);
  assert.deepEqual(world.node.blocks.pins.all(), []);
});

Deno.test("whoever is unfollowed is kept no longer, but for what others are kept for too", async () => {
  await using world = await openWorld();
  const [alice, bob] = [makeSigner(), makeSigner()];
  const same = await feedWith("same");
  await world.publish(alice, same, 1);
  await world.publish(bob, same, 1);
  const name = follow(world, alice);
  follow(world, bob);
  await until(
    "both are held",
    () => world.keeper.followed().every(({ state }) => state === "held"),
  );
  world.node.follows.remove(parseName(name));
  await until("one is kept", () => world.node.pointers.kept().length === 1);
  await until("one is followed", () => world.keeper.roots().length === 1);
  assert.equal(world.node.blocks.usage().pinnedBytes, same.blocks.size * PAGE);

  world.node.follows.remove(parseName(identityText(bob.identity)));
  await until("no pins are left", () => world.node.blocks.pins.all().length === 0);
  assert.deepEqual(world.node.pointers.kept(), []);
  assert.equal(world.node.blocks.usage().pinnedBytes, 0);
});

Deno.test("what is published here is pinned without a limit, and stays when it is unfollowed", async () => {
  await using world = await openWorld({ maxFollowedBytes: PAGE });
  const alice = makeSigner();
  const tree = await feedWith("a");
  const pointer = await world.publish(alice, tree, 1);
  for (const [cid, bytes] of tree.blocks) {
    await world.node.blocks.put(CID.parse(cid), bytes, tree.root);
  }
  world.peer.clear();
  world.node.pointers.put(pointer, { kind: "operator" });
  await until("it is held", () => world.keeper.roots().length === 1);
  const name = follow(world, alice);
  await until("it is held", () => world.one().state === "held");
  world.node.follows.remove(parseName(name));
  await until("it is published only", () => world.keeper.followed().length === 0);
  await world.clock.advance(2 * 60 * 60_000);
  assert.deepEqual(world.keeper.roots().map(String), [pointer.cid]);
  assert.equal(world.node.blocks.usage().pinnedBytes, tree.blocks.size * PAGE);
});

Deno.test("after a restart nothing is fetched again; after the index was lost all is pinned again", async () => {
  await using world = await openWorld();
  const { tree } = await holding(world);
  world.peer.clear();
  for (const isLost of [false, true]) {
    await world.restart(async () => {
      if (isLost) await Deno.remove(`${world.node.dataDir}/blocks.sqlite`);
    });
    await until("it is held again", () => world.one().state === "held");
    assert.equal(world.node.blocks.usage().pinnedBytes, tree.blocks.size * PAGE);
    assert.deepEqual(world.keeper.roots().map(String), [tree.root.toString()]);
  }
});

Deno.test("a block that is damaged on the disk is fetched again", async () => {
  await using world = await openWorld();
  const { tree } = await holding(world);
  const picture = (await rawTree(new TextEncoder().encode("a"))).root;
  await Deno.writeTextFile(
    `${world.node.dataDir}/blocks/${picture.toString().slice(-2)}/${picture}`,
    "rotten",
  );
  assert.equal(await world.node.blocks.get(picture), null);
  assert.deepEqual(world.keeper.roots(), []);
  await inTime(world, "it is whole again", () => world.keeper.roots().length === 1);
  assert.ok(await holdsAll(world, tree));
});

Deno.test("what has come of content in days stays over a restart, also while it waits for its turn", async () => {
  await using world = await openWorld();
  const roots: string[] = [];
  for (const picture of ["a", "b", "c"]) {
    const signer = makeSigner();
    const tree = await feedWith(picture);
    const missing = await rawTree(new TextEncoder().encode(picture));
    world.stuck.add(missing.root.toString());
    roots.push(tree.root.toString());
    await world.publish(signer, tree, 1);
    follow(world, signer);
  }
  const pinned = () => world.node.blocks.pins.all().map(({ root }) => root.toString());
  await inTime(world, "something of each is here", () => pinned().length === 3);
  await world.restart(() => world.clock.advance(25 * 3_600_000));
  // Two are loaded at the same time.
  const loading = () => world.keeper.followed().filter(({ state }) => state === "loading");
  await until("two have their turn", () => loading().length === 2);
  await settled();
  assert.deepEqual(pinned().sort(), roots.sort());
});

Deno.test("content of a publish that never ended is let go after a day", async () => {
  await using world = await openWorld();
  const tree = await rawTree(patterned(100));
  for (const [cid, bytes] of tree.blocks) {
    await world.node.blocks.put(CID.parse(cid), bytes, tree.root);
  }
  await world.clock.advance(60 * 60_000);
  assert.equal(world.node.blocks.pins.all().length, 1);
  await world.clock.advance(24 * 60 * 60_000);
  await until("it is let go", () => world.node.blocks.pins.all().length === 0);
});

Deno.test("what a feed is called, and when it was asked for last, is known after a restart, and while no node runs", async () => {
  await using world = await openWorld();
  const { pointer, signer } = await holding(world);
  const title = `Posts up to ${pointer.timestamp}`;
  await until("it is read", () => world.one().title === title);
  const { checkedAt } = world.one();
  assert.ok(checkedAt > 0);
  await world.restart(() => Promise.resolve());
  assert.equal(world.one().checkedAt, checkedAt);
  assert.equal(world.one().title, title);
  const [stored] = storedFollows(world.node);
  assert.deepEqual([stored?.checkedAt, stored?.title], [checkedAt, title]);

  world.node.pointers.put(await world.publish(signer, await feedWith("b"), 2), SENDER);
  await until("the newer one is read", () => world.one().title.includes("05-02"));
  world.node.follows.remove(parseName(identityText(signer.identity)));
  await until(
    "nothing of it is remembered",
    () => [...world.node.keyValues.entries("looked-up/")].length === 0,
  );
});

Deno.test("a feed that cannot be read now is read later, one that is none has no title", async () => {
  const problems: Error[] = [new Error("busy")];
  await using world = await openWorld({
    describe() {
      const problem = problems.shift();
      return problem === undefined
        ? Promise.resolve({ title: "Read", media: [] })
        : Promise.reject(problem);
    },
  });
  const { signer } = await holding(world);
  assert.equal(world.one().title, "");
  await inTime(world, "it is read", () => world.one().title === "Read");

  problems.push(new ContentWrongError("no feed"));
  world.node.pointers.put(await world.publish(signer, await feedWith("b"), 2), SENDER);
  await until("it is held", () => problems.length === 0 && world.one().state === "held");
  await world.clock.advance(60 * 60_000);
  assert.equal(world.one().state, "held");
});

Deno.test("whom a rule comes to refuse is neither held for anybody to see, nor told of, until the rule goes", async () => {
  let refused = "";
  const rules = {
    ...NO_RULES,
    refusesName: ({ text }: { text: string }) => text === refused,
    refusesIdentity: (identity: Identity) => identityText(identity) === refused,
    refusesBlock: (cid: CID) => cid.toString() === refused,
  };
  await using world = await openWorld({ rules });
  const alice = await holding(world, "alice");
  const bob = await holding(world, "bob");
  const held = () => [
    world.one(alice.name).state,
    world.one(bob.name).state,
    ...world.keeper.roots().map(String).sort(),
  ];
  const both = ["held", "held", ...[alice, bob].map(({ pointer }) => pointer.cid).sort()];
  assert.deepEqual(held(), both);
  refused = alice.name;
  assert.deepEqual(held(), ["refused", "held", bob.pointer.cid]);
  assert.match(world.one(alice.name).reason, /refused by DENYLIST or ALLOWLIST/);
  assert.deepEqual([alice, bob].map(({ tree }) => world.keeper.keeps(tree.root)), [false, true]);
  const stored = storedFollows(world.node, rules).find(({ name }) => name === alice.name);
  assert.equal(stored?.state, "refused");
  refused = bob.pointer.cid;
  assert.deepEqual(held(), ["held", "held", alice.pointer.cid]);
  refused = "";
  assert.deepEqual(held(), both);
});

Deno.test("content that somebody else is kept for is told of, although one of its publishers is refused", async () => {
  let refused = "";
  const rules = {
    ...NO_RULES,
    refusesIdentity: (identity: Identity) => identityText(identity) === refused,
  };
  await using world = await openWorld({ rules });
  const first = await holding(world, "same");
  const second = await holding(world, "same");
  refused = first.name;
  assert.deepEqual(world.keeper.roots().map(String), [second.pointer.cid]);
  for (const cid of second.tree.blocks.keys()) assert.ok(world.keeper.keeps(CID.parse(cid)));
  assert.equal(world.keeper.keeps((await feedWith("other")).root), false);
});

function leadsTo(signer: Signer, fields: Partial<IdentifiedName> = {}): IdentifiedName {
  const { identity } = signer;
  return { identity, via: "dns", authenticated: false, ttlSeconds: 60, stale: false, ...fields };
}

Deno.test("a domain that moves is followed to its new wallet, which is reported", async () => {
  await using world = await openWorld();
  const [before, after] = [makeSigner(), makeSigner()];
  const trees = [await feedWith("before"), await feedWith("after")] as const;
  await world.publish(before, trees[0], 1);
  await world.publish(after, trees[1], 1);
  world.names.set("alice.example", leadsTo(before));
  world.node.follows.add(parseName("alice.example"), before.identity);
  await until("it is held", () => world.one().state === "held");

  world.names.set("alice.example", new Error("SERVFAIL"));
  await world.clock.advance(60 * 60_000);
  assert.equal(world.one().nameProblem, "SERVFAIL");
  assert.equal(world.one().state, "held");
  world.names.set("alice.example", leadsTo(after, { stale: true }));
  await world.clock.advance(60 * 60_000);
  assert.equal(world.one().identity, identityText(before.identity));

  world.names.set("alice.example", leadsTo(after));
  await inTime(
    world,
    "the new one is held",
    () => world.one().identity === identityText(after.identity) && world.one().state === "held",
  );
  assert.equal(world.one().movedFrom, identityText(before.identity));
  assert.equal(world.one().nameProblem, "");
  assert.match(world.reports.join("\n"), /alice\.example, which is followed here, leads to 0x/);
  await until(
    "the old one is let go",
    () => world.node.blocks.usage().pinnedBytes === trees[1].blocks.size * PAGE,
  );
});
