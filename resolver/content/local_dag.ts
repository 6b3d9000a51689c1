import type { CID } from "multiformats/cid";
import { quote } from "../../schemas/quote.ts";
import type { Call } from "../contracts.ts";
import { BlockNotHeldError, ContentWrongError, PathNotFoundError } from "../errors.ts";
import { refusedContent } from "../rules/refusals.ts";
import { RAW } from "./cid.ts";
import type { LocalDag, LocalDagRequest, VerifiedContent } from "./content.ts";
import { partsWithin, type Range } from "./file.ts";
import { findLink } from "./folder.ts";
import { createAdvance, inAdvance } from "./in_advance.ts";
import type { ReadingContext } from "./reading.ts";
import { decodeNode, shardDigits, type UnixfsNode } from "./unixfs.ts";

interface HeldBlock {
  readonly cid: CID;
  readonly content: VerifiedContent;
}

/** A block of the DAG, and where it begins in the file that it is a part of. */
interface Place {
  readonly cid: CID;
  readonly start: number;
  /** Bytes, when the node above it says so. */
  readonly size: number;
  /** Of the file or folder, from the root. */
  readonly path: string;
}

/** What a walk over a DAG is told. */
interface Wanted {
  readonly scope: LocalDagRequest["scope"];
  readonly range: Range | null;
}

/** See `ContentReader.localDag`. */
export async function openLocalDag(
  { root, path, scope, bytes }: LocalDagRequest,
  { blocks, limits, rules }: Pick<ReadingContext, "blocks" | "limits" | "rules">,
  call: Call,
): Promise<LocalDag> {
  const names = path === "" ? [] : path.split("/");
  if (path.length > limits.pathCharacters || names.length > limits.pathDepth) missing(root, path);
  const onTheWay: HeldBlock[] = [];
  const advance = createAdvance(limits.lookAheadBytes, limits.lookAhead);
  /** What was walked to its last leaf: a DAG of 60 nodes can lead to one leaf by 2^60 ways. */
  const walked = new Set<string>();
  let loaded = 0;

  async function load(cid: CID): Promise<HeldBlock> {
    if (rules.refusesBlock(cid)) throw refusedContent();
    loaded += 1;
    if (loaded > limits.keptBlocks) {
      throw new ContentWrongError(`The content has more than ${limits.keptBlocks} blocks.`);
    }
    const content = await blocks.getLocal(cid, call);
    if (content !== null) return { cid: cid.toV1(), content };
    throw new BlockNotHeldError(`This machine does not hold the block ${cid}.`);
  }

  const isWalked = (cid: CID) => walked.has(keyOf(cid));

  async function decode({ cid, content }: HeldBlock): Promise<UnixfsNode> {
    return await decodeNode(cid, content, limits);
  }

  async function loadNode(cid: CID): Promise<UnixfsNode> {
    const block = await load(cid);
    onTheWay.push(block);
    return await decode(block);
  }

  async function* walk(
    block: HeldBlock,
    { start, path }: Pick<Place, "start" | "path">,
    wanted: Wanted,
    depth = 0,
  ): AsyncGenerator<HeldBlock> {
    yield block;
    if (wanted.scope === "block" || block.cid.code === RAW) return;
    if (depth > limits.fileDepth + limits.pathDepth) {
      throw new ContentWrongError("The content is nested too deeply.");
    }
    const places = placesUnder(await decode(block), { start, path }, wanted);
    // What may not be asked for by its path does not come with all the others either. Judged one by one: with
    // a list of double hashes the paths of a large folder take 130 ms.
    const isLeft = ({ cid, path: own }: Place) =>
      isWalked(cid) || (own !== path && rules.refusesPath(root, own));
    const children = inAdvance(
      places,
      advance,
      (place) => isLeft(place) ? Promise.resolve(null) : load(place.cid),
    );
    for await (const [place, child] of children) {
      if (child === null || isWalked(place.cid)) continue;
      if (isCovered(place, wanted.range)) walked.add(keyOf(place.cid));
      yield* walk(child, place, wanted, depth + 1);
    }
  }

  async function* all(end: HeldBlock, range: Range | null): AsyncGenerator<HeldBlock> {
    const seen = new Set<string>();
    for (const block of onTheWay) yield* once(block, seen);
    for await (const block of walk(end, { start: 0, path }, { scope, range })) {
      yield* once(block, seen);
    }
  }

  const cid = names.length === 0
    ? root
    : await findLink(await loadNode(root), names, { loadNode }) ?? missing(root, path);
  const end = await load(cid);
  const range = bytes === undefined ? null : rangeIn(await decode(end), bytes);
  return { end: end.cid, blocks: all(end, range) };

  function* once(block: HeldBlock, seen: Set<string>): Generator<HeldBlock> {
    const key = keyOf(block.cid);
    if (seen.has(key)) return;
    seen.add(key);
    yield block;
  }
}

function keyOf(cid: CID): string {
  return cid.toV1().toString();
}

/** Whether all of what lies at the place is wanted: then another place has nothing to add. */
function isCovered({ start, size }: Place, range: Range | null): boolean {
  return range === null || (start >= range.start && start + size <= range.end);
}

function placesUnder(
  node: UnixfsNode,
  { start, path }: Pick<Place, "start" | "path">,
  { scope, range }: Wanted,
): readonly Place[] {
  if (node.kind === "file") {
    return partsWithin(node, start, range ?? { start: 0, end: Infinity })
      .map((part) => ({ ...part, path }));
  }
  // What lies in a folder is a file of its own.
  const whole = { start: 0, size: 0 };
  const digits = node.kind === "shard" ? shardDigits(node.fanout) : 0;
  return node.links.flatMap(({ name, cid }) => {
    const entry = name.slice(digits);
    if (node.kind === "shard" && entry === "") return [{ ...whole, cid, path }];
    if (scope !== "all") return [];
    return [{ ...whole, cid, path: path === "" ? entry : `${path}/${entry}` }];
  });
}

function rangeIn(node: UnixfsNode, { from, to }: NonNullable<LocalDagRequest["bytes"]>) {
  if (node.kind !== "file") return null;
  const { size } = node;
  const place = (byte: number) => byte < 0 ? Math.max(size + byte, 0) : Math.min(byte, size);
  return { start: place(from), end: Math.min(place(to) + 1, size) };
}

function missing(root: CID, path: string): never {
  throw new PathNotFoundError(`There is no ${quote(path)} in the content at ${root}.`);
}
