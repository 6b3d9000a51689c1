import { messageFields } from "../protobuf/read_fields.ts";

/** Values of a node's type (UnixFS specification, "`DataType`"); 3 is one too that nobody uses. */
export const UNIXFS_TYPE = { raw: 0, folder: 1, file: 2, symlink: 4, shard: 5 } as const;

/** Field numbers (UnixFS specification, "`Data` protobuf"). */
export const UNIXFS_FIELD = { type: 1, data: 2, fileSize: 3, blockSizes: 4, fanout: 6 } as const;

/** Beside the sizes of its parts a node has each field once: eight, and perhaps some of a later version. */
const OTHER_FIELDS = 64;

/** What a dag-pb node says of itself as a part of UnixFS. */
export interface UnixfsData {
  /** One of UNIXFS_TYPE, or 3. */
  readonly type: number;
  /** A view of what was decoded. */
  readonly data: Uint8Array;
  /** Bytes of each part of a file, in the order of its links. */
  readonly blockSizes: readonly number[];
  /** Places in a shard; 0 in other nodes. */
  readonly fanout: number;
}

/**
 * Reads the data of a dag-pb node with at most so many parts. Throws RangeError for what is no UnixFS, and
 * for numbers from 2^49 on, which are far over every limit.
 *
 * It is written here because ipfs-unixfs 13.1.1 takes no bound: 2 MiB that say the sizes of a million parts, of
 * which there are none, kept every visitor waiting for 170 ms.
 */
export function decodeUnixfsData(bytes: Uint8Array, maxParts: number): UnixfsData {
  const blockSizes: number[] = [];
  let type: number | null = null;
  let data: Uint8Array = bytes.subarray(0, 0);
  let fanout = 0;
  for (const field of messageFields(bytes, { left: maxParts + OTHER_FIELDS })) {
    if (field.number === UNIXFS_FIELD.type) type = field.value;
    if (field.number === UNIXFS_FIELD.data) data = field.bytes;
    if (field.number === UNIXFS_FIELD.blockSizes) blockSizes.push(field.value);
    if (field.number === UNIXFS_FIELD.fanout) fanout = field.value;
  }
  if (type === null || type > UNIXFS_TYPE.shard) {
    throw new RangeError("The node is of no known type");
  }
  return { type, data, blockSizes, fanout };
}
