import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { DatabaseSync } from "node:sqlite";
import type { FilePlace } from "../../../resolver/content/load_all.ts";
import { keepMedia, mediaToKeep, sumOf } from "../../../resolver/keeping/keep_media.ts";
import type { Keeping } from "../../../resolver/content/tally.ts";
import { ContentUnreachableError } from "../../../resolver/errors.ts";
import { NO_RULES } from "../../../resolver/rules/operator_rules.ts";
import { parseName } from "../../../schemas/name.ts";
import { fileTree, folderTree, rawTree, type Tree } from "../../support/blocks.ts";
import { CALL } from "../../support/content.ts";
import {
  feedWith,
  follow,
  holdsAll,
  inTime,
  openWorld,
  PAGE,
  until,
} from "../../support/kept_world.ts";
import { SENDER } from "../../support/nodes.ts";
import { makeSigner, type Signer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";

type World = Awaited<ReturnType<typeof openWorld>>;

const place = ({ root }: Tree, path = ""): FilePlace => ({ root: root.toV1(), path });

/** A feed is published that shows these; a peer has whatever is given to it. */
async function publish(
  world: World,
  signer: Signer,
  picture: string,
  day: number,
  shown: readonly FilePlace[],
) {
  const tree = await feedWith(picture);
  world.shown.set(tree.root.toString(), shown);
  return { tree, pointer: await world.publish(signer, tree, day) };
}

function give(world: World, ...trees: readonly Tree[]): void {
  for (const { blocks } of trees) for (const [cid, bytes] of blocks) world.peer.set(cid, bytes);
}

/** Somebody who is followed, and all of whose media has been tried once. */
async function followed(world: World, shown: readonly FilePlace[]) {
  const signer = makeSigner();
  const { tree, pointer } = await publish(world, signer, "a", 1, shown);
  const name = follow(world, signer);
  await until("it is held", () => world.one(name).state === "held");
  return { signer, tree, pointer, name };
}

const pinned = ({ node }: World) => node.blocks.usage().pinnedBytes;
const bytesOf = (...trees: readonly Tree[]) =>
  trees.reduce((sum, { blocks }) => sum + blocks.size * PAGE, 0);

Deno.test("what a feed shows and lies elsewhere on IPFS is kept with it, and goes with it", async () => {
  await using world = await openWorld();
  const [film, song] = [await fileTree(patterned(5_000)), await rawTree(patterned(100))];
  give(world, film, song);
  const { signer, tree, pointer, name } = await followed(world, [
    place(film, "film.mp4"),
    place(song),
  ]);
  await until(
    "both are held",
    async () => await holdsAll(world, film) && await holdsAll(world, song),
  );
  await until("that is said", () => world.keeper.roots().length === 3);
  assert.deepEqual(
    world.keeper.roots().map(String),
    [pointer.cid, film.root.toV1().toString(), song.root.toString()],
  );
  assert.equal(world.one().bytes, bytesOf(tree, film, song));
  assert.equal(world.one().reason, "");
  assert.equal(pinned(world), bytesOf(tree, film, song));

  const next = await publish(world, signer, "b", 2, [place(song)]);
  world.node.pointers.put(next.pointer, SENDER);
  await until("the newer one is held", () => pinned(world) === bytesOf(next.tree, song));
  await until("that is said", () => world.keeper.roots().length === 2);

  world.node.follows.remove(parseName(name));
  await until("nothing is pinned", () => pinned(world) === 0);
  assert.deepEqual(world.node.blocks.pins.all(), []);
});

Deno.test("a newer feed that shows the same does not fetch it again", async () => {
  await using world = await openWorld();
  const film = await fileTree(patterned(5_000));
  give(world, film);
  const { signer } = await followed(world, [place(film)]);
  await until("it is held", () => world.keeper.roots().length === 2);
  const { tree, pointer } = await publish(world, signer, "b", 2, [place(film)]);
  world.asked.length = 0;
  world.node.pointers.put(pointer, SENDER);
  await until("the newer one is held", () => pinned(world) === bytesOf(tree, film));
  assert.deepEqual(world.asked.filter((cid) => film.blocks.has(cid)), []);
});

Deno.test("what nobody has keeps the feed from nothing, is said, and tried again without what is there", async () => {
  await using world = await openWorld();
  const [gone, song] = [await fileTree(patterned(5_000)), await rawTree(patterned(100))];
  give(world, song);
  const { pointer } = await followed(world, [place(gone), place(song)]);
  await until("one is held", () => world.keeper.roots().length === 2);
  assert.deepEqual(world.keeper.roots().map(String), [pointer.cid, song.root.toString()]);
  await until("that is said", () => world.one().reason !== "");
  assert.match(world.one().reason, /Of 2 files elsewhere on IPFS that it shows, 1 /);
  assert.equal(world.one().state, "held");

  give(world, gone);
  world.asked.length = 0;
  await inTime(world, "all is held", () => world.keeper.roots().length === 3);
  assert.equal(world.one().reason, "");
  assert.ok(world.asked.every((cid) => gone.blocks.has(cid)));
});

Deno.test("a newer pointer does not wait for media that hang", async () => {
  await using world = await openWorld();
  const hanging = await rawTree(patterned(100));
  world.stuck.add(hanging.root.toString());
  const { signer } = await followed(world, [place(hanging)]);
  await until("it hangs", () => world.asked.includes(hanging.root.toString()));
  const { tree, pointer } = await publish(world, signer, "b", 2, []);
  world.node.pointers.put(pointer, SENDER);
  await until("the newer one is held", () => world.keeper.roots().some((r) => r.equals(tree.root)));
  await until("the older one is gone", () => pinned(world) === bytesOf(tree));
});

Deno.test("media take what the feed leaves of the quota: of larger ones little, of smaller ones all", async () => {
  const own = (await feedWith("a")).blocks.size;
  await using world = await openWorld({ maxFollowedBytes: (own + 3) * PAGE });
  const [large, small] = [await fileTree(patterned(20_000)), await rawTree(patterned(100))];
  give(world, large, small);
  const { tree, pointer } = await followed(world, [place(large), place(small)]);
  await until("the small one is held", () => world.keeper.roots().length === 2);
  assert.deepEqual(world.keeper.roots().map(String), [pointer.cid, small.root.toString()]);
  assert.equal(world.one().state, "held");
  assert.match(world.one().reason, /1 are not held/);
  assert.ok(pinned(world) <= (own + 3) * PAGE);
  assert.ok(await holdsAll(world, tree));
});

Deno.test("of a folder elsewhere the file that is shown is kept, and what leads to it", async () => {
  await using world = await openWorld();
  const archive = await folderTree({ "a/song.mp3": "song", "other.mp3": "other" });
  give(world, archive);
  const { tree } = await followed(world, [
    place(archive, "a/song.mp3"),
    place(archive, "a"),
    place(archive, "a/none.mp3"),
  ]);
  await until("it is held", () => world.keeper.roots().length === 2);
  const { root } = await rawTree(new TextEncoder().encode("song"));
  const other = await rawTree(new TextEncoder().encode("other"));
  assert.ok(await world.node.blocks.has(root));
  assert.ok(!await world.node.blocks.has(other.root));
  assert.match(world.one().reason, /Of 3 .* 2 are not held/);
  assert.ok(await holdsAll(world, tree));
});

Deno.test("what the rules refuse is neither kept nor told of", async () => {
  let refused = "";
  const rules = { ...NO_RULES, refusesPath: (root: CID) => root.toString() === refused };
  await using world = await openWorld({ rules });
  const song = await rawTree(patterned(100));
  give(world, song);
  await followed(world, [place(song)]);
  await until("it is held", () => world.keeper.roots().length === 2);
  refused = song.root.toString();
  assert.equal(world.keeper.roots().length, 1);
});

Deno.test("after a restart nothing is fetched; after the index was lost, or a block is damaged, all is as before", async () => {
  await using world = await openWorld();
  const film = await fileTree(patterned(5_000));
  give(world, film);
  const { tree } = await followed(world, [place(film)]);
  await until("it is held", () => world.keeper.roots().length === 2);
  const blocks = new Map(world.peer);
  world.peer.clear();
  for (const isLost of [false, true]) {
    await world.restart(async () => {
      if (isLost) await Deno.remove(`${world.node.dataDir}/blocks.sqlite`);
    });
    await until("it is held again", () => world.keeper.roots().length === 2);
    assert.equal(pinned(world), bytesOf(tree, film));
    assert.equal(world.one().bytes, bytesOf(tree, film));
  }

  for (const [cid, bytes] of blocks) world.peer.set(cid, bytes);
  const [leaf = ""] = film.blocks.keys();
  await Deno.writeTextFile(`${world.node.dataDir}/blocks/${leaf.slice(-2)}/${leaf}`, "rotten");
  assert.equal(await world.node.blocks.get(CID.parse(leaf)), null);
  await inTime(world, "it is whole again", () => world.keeper.roots().length === 2);
  assert.ok(await holdsAll(world, film));
});

Deno.test("media that are said to be held are pinned after a power cut too", async () => {
  await using world = await openWorld();
  const film = await fileTree(patterned(5_000));
  world.stuck.add(film.root.toV1().toString());
  const { tree } = await followed(world, [place(film)]);
  // SQLite does this by itself now and then.
  const index = `${world.node.dataDir}/blocks.sqlite`;
  const connection = new DatabaseSync(index);
  connection.exec("PRAGMA wal_checkpoint");
  connection.close();
  give(world, film);
  world.stuck.clear();
  await inTime(world, "it is held", () => world.keeper.roots().length === 2);

  // Of the index only what is in the file itself is surely on the disk, of the node's database everything.
  const left = await Deno.readFile(index);
  await world.restart(() => Deno.writeFile(index, left));
  await until("it is held again", () => world.keeper.roots().length === 2);
  assert.equal(pinned(world), bytesOf(tree, film));
});

Deno.test("what is published here has its media kept too, up to the quota of those who are followed", async () => {
  await using world = await openWorld();
  const song = await rawTree(patterned(100));
  give(world, song);
  const signer = makeSigner();
  const { pointer } = await publish(world, signer, "a", 1, [place(song)]);
  world.node.pointers.put(pointer, { kind: "operator" });
  await until("both are held", () => world.keeper.roots().length === 2);
});

Deno.test("so many are kept and no more, the latest first, without what is the feed's own", async () => {
  const trees = await Promise.all(
    Array.from(
      { length: 300 },
      (_, number) => rawTree(new Uint8Array([number % 256, number >> 8])),
    ),
  );
  const [own] = trees;
  const media = mediaToKeep(
    trees.map((tree) => place(tree)),
    (root) => own?.root.equals(root) === true,
  );
  assert.deepEqual(
    media.map(({ root }) => root),
    trees.slice(1, 201).map(({ root }) => root.toString()),
  );
});

Deno.test("what is pinned of a file counts, also after a try that came less far", async () => {
  await using world = await openWorld();
  const [film, song] = [await fileTree(patterned(5_000)), await rawTree(patterned(100))];
  const figures = { blocks: 6, bytes: 6 * PAGE };
  const limits: number[] = [];
  let tries = 0;
  const options = {
    blocks: world.node.blocks,
    owner: film.root,
    maxBytes: 10 * PAGE,
    content: {
      loadFile({ root }: FilePlace, { maxBytes, onKept }: Keeping) {
        limits.push(maxBytes);
        const isFilm = root.equals(film.root.toV1());
        if (isFilm && tries++ === 0) onKept?.(figures);
        return Promise.reject(new ContentUnreachableError("Nobody has it.", { roads: [] }));
      },
    },
  };
  let media = mediaToKeep([place(film), place(song)], () => false);
  for (let round = 0; round < 2; round++) media = await keepMedia(media, options, CALL);
  assert.deepEqual(sumOf(media), figures);
  assert.deepEqual(limits, [10 * PAGE, 4 * PAGE, 10 * PAGE, 4 * PAGE]);
});

Deno.test("bytes that are something else are not kept", async () => {
  await using world = await openWorld();
  const song = await rawTree(patterned(100));
  world.peer.set(song.root.toString(), patterned(100, 7));
  const { name } = await followed(world, [place(song)]);
  await until("that is said", () => world.one(name).reason !== "");
  assert.equal(await world.node.blocks.has(song.root), false);
});

Deno.test("who publishes again and again, faster than media or blocks come, has two contents pinned at most", async () => {
  await using world = await openWorld();
  const hanging = await rawTree(patterned(100));
  world.stuck.add(hanging.root.toString());
  const { signer, tree } = await followed(world, [place(hanging)]);
  const own = bytesOf(tree);
  for (let day = 2; day < 6; day++) {
    const next = await publish(world, signer, `${day}`, day, [place(hanging)]);
    world.node.pointers.put(next.pointer, SENDER);
    await until("it is held", () => world.keeper.roots().some((r) => r.equals(next.tree.root)));
    assert.ok(pinned(world) <= 2 * own, `${pinned(world)} bytes on day ${day}`);
  }

  for (let day = 6; day < 10; day++) {
    const next = await publish(world, signer, `${day}`, day, []);
    const [gone = ""] = [...next.tree.blocks.keys()].filter((cid) => !tree.blocks.has(cid))
      .slice(-1);
    world.peer.delete(gone);
    world.node.pointers.put(next.pointer, SENDER);
    await until("the rest is here", () => world.one().state === "incomplete");
    assert.ok(pinned(world) <= 2 * own, `${pinned(world)} bytes on day ${day}`);
  }
});
