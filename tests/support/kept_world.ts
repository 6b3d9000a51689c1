import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import type { FilePlace } from "../../resolver/content/load_all.ts";
import { NotFoundError } from "../../resolver/errors.ts";
import type { IdentifiedName } from "../../resolver/identify.ts";
import { type Keeper, type KeeperOptions, startKeeping } from "../../resolver/keeping/keeper.ts";
import type { Node } from "../../resolver/node/node.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { identityText } from "../../schemas/identity.ts";
import { parseName } from "../../schemas/name.ts";
import { type VerifiedPointer, WITHDRAWN_CID } from "../../schemas/pointer.ts";
import { type Blocks, fakeSource, folderTree, silent, type Tree } from "./blocks.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { readerOver } from "./content.ts";
import { eventually } from "./eventually.ts";
import { makeSigner, type Signer, verifiedPointer } from "./pointers.ts";
import { temporaryFolder } from "./temporary.ts";

export const FEED = "<rss/>";
/** What a small block takes on the disk. */
export const PAGE = 4_096;

/** The world around a keeper: what others publish and hold, and what names lead to. */
export interface World extends AsyncDisposable {
  readonly clock: TestClock;
  node: Node;
  keeper: Keeper;
  /** Blocks that can be had from a peer. */
  readonly peer: Blocks;
  /** CIDs that the peer never answers for. */
  readonly stuck: Set<string>;
  /** Newest pointers that a look-up finds. */
  readonly network: Map<string, VerifiedPointer>;
  /** What feeds show, by the CID of their content. */
  readonly shown: Map<string, readonly FilePlace[]>;
  readonly names: Map<string, IdentifiedName | Error>;
  readonly reports: string[];
  readonly asked: string[];
  publish(signer: Signer, tree: Tree | null, day: number): Promise<VerifiedPointer>;
  restart(between?: () => Promise<void>): Promise<void>;
  one(name?: string): ReturnType<Keeper["followed"]>[number];
}

export async function openWorld(
  options: Partial<KeeperOptions> & { maxBlockBytes?: number } = {},
): Promise<World> {
  const folder = await temporaryFolder();
  const clock = createTestClock();
  const verifier = createVerifier({ clock: clock.now });
  const peer: Blocks = new Map();
  const stuck = new Set<string>();
  const reports: string[] = [];
  const source = fakeSource(
    "peer",
    (cid, signal) =>
      stuck.has(cid.toString())
        ? silent(cid, signal)
        : Promise.resolve(peer.get(cid.toString()) ?? null),
  );
  let stopping = new AbortController();

  const open = () =>
    openNode({
      dataDir: folder.path,
      clock: clock.now,
      report: (problem) => reports.push(problem),
      ...(options.maxBlockBytes === undefined ? {} : { maxBlockBytes: options.maxBlockBytes }),
    });
  function keep(node: Node): Keeper {
    stopping = new AbortController();
    const local = { id: "local", local: true, get: (cid: CID) => node.blocks.get(cid) };
    return startKeeping({
      node,
      verifier,
      content: readerOver([local, source], {
        store: node.blocks,
        clock: clock.now,
        alarm: clock.alarm,
      }),
      lookUp(identity) {
        const found = world.network.get(identityText(identity));
        if (found !== undefined) return Promise.resolve(found);
        return Promise.reject(new NotFoundError("Nobody knows it.", { incomplete: false }));
      },
      identify(name) {
        const found = world.names.get(name.text) ?? new Error("unexpected");
        return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
      },
      describe: ({ timestamp, cid }) =>
        Promise.resolve({
          title: `Posts up to ${timestamp}`,
          media: world.shown.get(cid) ?? [],
        }),
      others: [],
      maxFollowedBytes: 100 * PAGE,
      clock: clock.now,
      alarm: clock.alarm,
      random: () => 0.5,
      report: (problem) => reports.push(problem),
      signal: stopping.signal,
      ...options,
    });
  }

  const node = await open();
  const world: World = {
    clock,
    node,
    peer,
    stuck,
    reports,
    asked: source.asked,
    network: new Map(),
    shown: new Map(),
    names: new Map(),
    // Replaced at once: it needs the world that it lives in.
    keeper: { followed: () => [], roots: () => [], keeps: () => false, ended: Promise.resolve() },
    async publish(signer, tree, day) {
      for (const [cid, bytes] of tree?.blocks ?? []) peer.set(cid, bytes);
      const pointer = await verifiedPointer(signer, {
        timestamp: new Date(Date.UTC(2026, 4, day)).toISOString(),
        cid: tree?.root.toString() ?? WITHDRAWN_CID,
      });
      world.network.set(identityText(signer.identity), pointer);
      return pointer;
    },
    async restart(between = () => Promise.resolve()) {
      stopping.abort();
      await world.keeper.ended;
      await world.node.close();
      await between();
      world.node = await open();
      world.keeper = keep(world.node);
    },
    one(name) {
      const found = world.keeper.followed().find((feed) =>
        name === undefined || feed.name === name
      );
      assert.ok(found !== undefined);
      return found;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await world.keeper.ended;
      await world.node.close();
      await folder[Symbol.asyncDispose]();
    },
  };
  world.keeper = keep(node);
  return world;
}

/** Waits for what happens by itself. */
export function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  return eventually(what, condition, { pause: 5 });
}

/** The same while time passes: a fetch that hangs ends at its deadline, and is tried again. */
export function inTime(world: World, what: string, condition: () => boolean): Promise<void> {
  return until(what, async () => {
    await world.clock.advance(10_000);
    return condition();
  });
}

/** Follows somebody by the wallet; returns its name. */
export function follow(world: World, signer: Signer): string {
  const text = identityText(signer.identity);
  world.node.follows.add(parseName(text), signer.identity);
  return text;
}

/** Whether the node has every block of it. */
export async function holdsAll({ node }: World, tree: Tree): Promise<boolean> {
  const held = await Promise.all(
    [...tree.blocks.keys()].map((cid) => node.blocks.has(CID.parse(cid))),
  );
  return held.every((isHeld) => isHeld);
}

/** A feed in a folder with two pictures. */
export function feedWith(picture: string): Promise<Tree> {
  return folderTree({ "feed.xml": FEED, "picture.jpg": picture, "deep/er.jpg": `${picture}2` });
}

/** Somebody who is followed, and whose content is held. */
export async function holding(world: World, picture = "a") {
  const signer = makeSigner();
  const tree = await feedWith(picture);
  const pointer = await world.publish(signer, tree, 1);
  const name = follow(world, signer);
  await until("it is held", () => world.one(name).state === "held");
  return { signer, tree, pointer, name };
}
