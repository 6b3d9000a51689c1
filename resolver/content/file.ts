import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import { ContentWrongError } from "../errors.ts";
import type { ContentRules } from "../rules/operator_rules.ts";
import type { VerifiedContent, VerifiedFile } from "./content.ts";
import { inAdvance } from "./in_advance.ts";
import type { ContentLimits } from "./limits.ts";
import type { Reading } from "./reading.ts";
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
  /** Begins a task that may load as many blocks as reading a file needs. */
  startReading(call: Call): Reading;
}

/** A file of verified content; `root` is given when its first block was loaded already. */
export function createFile(
  cid: CID,
  name: string,
  root: FileNode | null,
  { limits, startReading }: FileContext,
): VerifiedFile {
  async function loadRoot(reading: Reading): Promise<FileNode> {
    const node = root ?? await loadFileNode(cid, reading);
    if (node.size <= limits.fileBytes) return node;
    throw new ContentWrongError(`The file is larger than ${limits.fileBytes} bytes.`);
  }

  return {
    kind: "file",
    cid,
    name,
    async size(call) {
      return (await loadRoot(startReading(call))).size;
    },
    async *read(call, range) {
      const stop = new AbortController();
      try {
        const reading = startReading({ signal: AbortSignal.any([call.signal, stop.signal]) });
        const node = await loadRoot(reading);
        yield* readPieces(node, range ?? { start: 0, end: node.size }, reading, limits);
      } finally {
        // A reader who leaves early leaves blocks behind that are on their way.
        stop.abort();
      }
    },
  };
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
  offset = 0,
  depth = 0,
): AsyncGenerator<VerifiedContent> {
  if (depth > limits.fileDepth) {
    throw new ContentWrongError(`The file has more than ${limits.fileDepth} levels of nodes.`);
  }
  const start = Math.max(range.start - offset, 0);
  const end = Math.min(range.end - offset, node.data.length);
  if (start < end) yield slice(node.data, start, end);

  const parts = partsWithin(node, offset, range);
  const children = inAdvance(parts, limits.lookAhead, (part) => loadPart(part, reading));
  for await (const [part, child] of children) {
    yield* readPieces(child, range, reading, limits, part.start, depth + 1);
  }
}

interface PlacedPart extends Range {
  readonly cid: CID;
}

/** The parts of a node at `offset` that hold bytes of the range. */
function partsWithin(node: FileNode, offset: number, range: Range): PlacedPart[] {
  const placed: PlacedPart[] = [];
  let start = offset + node.data.length;
  for (const { cid, size } of node.parts) {
    const end = start + size;
    if (size > 0 && start < range.end && end > range.start) placed.push({ cid, start, end });
    start = end;
  }
  return placed;
}

async function loadPart({ cid, start, end }: PlacedPart, reading: Reading): Promise<FileNode> {
  const node = await loadFileNode(cid, reading);
  if (node.size === end - start) return node;
  throw new ContentWrongError("A part of the file is not as long as the file says.");
}

async function loadFileNode(cid: CID, reading: Reading): Promise<FileNode> {
  const node = await reading.loadNode(cid);
  if (node.kind === "file") return node;
  throw new ContentWrongError("A part of the file is a folder.");
}
