import type { CID } from "multiformats/cid";
import type { Call, DagRequest } from "../contracts.ts";
import { ContentWrongError } from "../errors.ts";
import type { Place } from "./blocks.ts";
import { RAW } from "./cid.ts";
import type { ContentRules } from "../rules/operator_rules.ts";
import type { VerifiedContent, VerifiedFile } from "./content.ts";
import { type Advance, createAdvance, inAdvance } from "./in_advance.ts";
import type { ContentLimits } from "./limits.ts";
import { type Reading, roadsOf } from "./reading.ts";
import type { FileNode } from "./unixfs.ts";
import { slice } from "./verified.ts";

/** Places in a file, bytes. `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What files of one reader share. */
export interface FileContext {
  readonly limits: ContentLimits;
  readonly rules: ContentRules;
  /** Begins a task that may load as many blocks as reading a file needs: these, in one trip if possible. */
  startReading(dag: DagRequest | undefined, call: Call): Reading;
}

/**
 * A file of verified content; `opening` is its first block when that was loaded already, and `opened` the
 * reading that came to the file: the first `read` of the whole file goes on with it.
 */
export function createFile(
  cid: CID,
  name: string,
  opening: FileNode | null,
  { limits, startReading }: FileContext,
  opened: Reading | null = null,
): VerifiedFile {
  const readings: Reading[] = opened === null ? [] : [opened];
  let root = opening;
  let goesOn = opened;

  function start(dag: DagRequest | undefined, call: Call): Reading {
    const reading = startReading(dag, call);
    readings.push(reading);
    return reading;
  }

  async function loadRoot(reading: Reading): Promise<FileNode> {
    root ??= await loadFileNode(cid, reading);
    if (root.size <= limits.fileBytes) return root;
    throw new ContentWrongError(`The file is larger than ${limits.fileBytes} bytes.`);
  }

  return {
    kind: "file",
    cid,
    name,
    async size(call) {
      if (goesOn !== null) return (await loadRoot(goesOn)).size;
      using reading = start(undefined, call);
      return (await loadRoot(reading)).size;
    },
    async *read(call, range) {
      const begun = isWhole(root, range) ? goesOn : null;
      if (begun !== null) goesOn = null;
      // A reader who leaves early leaves blocks behind that are on their way: this ends them.
      using reading = begun ?? start(tripFor(cid, root, range), call);
      const node = await loadRoot(reading);
      yield* readPieces(node, range ?? { start: 0, end: node.size }, reading, limits);
    },
    roads: () => roadsOf(...readings),
  };
}

function isWhole(root: FileNode | null, range: Range | undefined): boolean {
  return range === undefined || (range.start === 0 && range.end === root?.size);
}

/** One block needs no trip. */
function tripFor(
  cid: CID,
  root: FileNode | null,
  range: Range | undefined,
): DagRequest | undefined {
  if (cid.code === RAW) return undefined;
  if (root !== null) {
    const parts = range === undefined ? root.parts : partsWithin(root, 0, range);
    if (parts.length < 2) return undefined;
  }
  return range === undefined || isWhole(root, range)
    ? { root: cid, scope: "all" }
    : { root: cid, scope: "entity", range };
}

/**
 * The bytes of the range, block by block. ipfs-unixfs-exporter does not serve here: after the first
 * piece it has loaded the whole file (100 of 100 blocks), however slow the reader is.
 */
export async function* readPieces(
  node: FileNode,
  range: Range,
  reading: Reading,
  limits: ContentLimits,
): AsyncGenerator<VerifiedContent> {
  // A source that sends them all together is ahead by itself.
  const advance = createAdvance(limits.lookAheadBytes, limits.lookAhead, reading.isTravelling);
  const { size: fileBytes } = node;
  yield* readNode(node, range, { reading, limits, advance, fileBytes }, 0, 0);
}

interface PieceContext {
  readonly reading: Reading;
  readonly limits: ContentLimits;
  readonly advance: Advance;
  /** Of the whole file. */
  readonly fileBytes: number;
}

async function* readNode(
  node: FileNode,
  range: Range,
  context: PieceContext,
  offset: number,
  depth: number,
): AsyncGenerator<VerifiedContent> {
  const { limits, advance } = context;
  if (depth > limits.fileDepth) {
    throw new ContentWrongError(`The file has more than ${limits.fileDepth} levels of nodes.`);
  }
  const start = Math.max(range.start - offset, 0);
  const end = Math.min(range.end - offset, node.data.length);
  if (start < end) yield slice(node.data, start, end);

  const parts = partsWithin(node, offset, range);
  const children = inAdvance(parts, advance, (part) => loadPart(part, context));
  for await (const [part, child] of children) {
    yield* readNode(child, range, context, part.start, depth + 1);
  }
}

/** A part of a node, and its place in the file. */
export interface PlacedPart extends Range {
  readonly cid: CID;
  /** Bytes. */
  readonly size: number;
}

/** The parts of a node at `offset` that hold bytes of the range. */
export function partsWithin(node: FileNode, offset: number, range: Range): PlacedPart[] {
  const placed: PlacedPart[] = [];
  let start = offset + node.data.length;
  for (const { cid, size } of node.parts) {
    const end = start + size;
    if (size > 0 && start < range.end && end > range.start) placed.push({ cid, start, end, size });
    start = end;
  }
  return placed;
}

async function loadPart(
  { cid, start: position, size }: PlacedPart,
  { reading, fileBytes }: PieceContext,
): Promise<FileNode> {
  const node = await loadFileNode(cid, reading, { position, fileBytes });
  if (node.size === size) return node;
  throw new ContentWrongError("A part of the file is not as long as the file says.");
}

async function loadFileNode(cid: CID, reading: Reading, place?: Place): Promise<FileNode> {
  const node = await reading.loadNode(cid, place);
  if (node.kind === "file") return node;
  throw new ContentWrongError("A part of the file is a folder.");
}
