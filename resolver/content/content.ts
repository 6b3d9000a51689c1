import type { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";
import type { RoadReport } from "../errors.ts";

declare const verifiedContent: unique symbol;

/** Bytes that were hashed and found to be what the signed CID names. Only the content check makes them. */
export type VerifiedContent = Uint8Array<ArrayBuffer> & { readonly [verifiedContent]: true };

/**
 * A file whose blocks are verified while they are read. The first one stays with it, for all readings: a
 * file of one block is in memory as long as somebody holds it.
 */
export interface VerifiedFile {
  readonly kind: "file";
  readonly cid: CID;
  /** The last part of its path; empty for a bare CID. */
  readonly name: string;
  /** Bytes. Loads the file's first block when nobody has yet: a folder tells only its files' CIDs. */
  size(call: Call): Promise<number>;
  /**
   * `end` is exclusive; without a range, the whole file. Only the blocks of the range are loaded.
   * Fails with ContentUnreachableError or ContentWrongError, possibly after the first pieces.
   */
  read(call: Call, range?: { start: number; end: number }): AsyncIterable<VerifiedContent>;
  /** The roads that its blocks came by so far, each once. */
  roads(): readonly RoadReport[];
}

/** A directory of the verified content, however many blocks it is spread over. */
export interface VerifiedFolder {
  readonly kind: "folder";
  readonly cid: CID;
  /**
   * The file or folder at a relative path (`a/b.jpg`, not percent-encoded), or null. Loads the blocks
   * on the way, but not the data of a file. Fails like `VerifiedFile.read`.
   */
  find(path: string, call: Call): Promise<VerifiedFile | VerifiedFolder | null>;
}

/** The document of a feed, as it was published. */
export interface FeedDocument {
  readonly bytes: VerifiedContent;
  /** The file's own CID. */
  readonly cid: CID;
  /** The file's name inside the folder; empty for a bare CID. */
  readonly name: string;
  /** The folder it lies in, whose other files its relative links mean; null for a single file. */
  readonly folder: VerifiedFolder | null;
  /** The media type that an HTTP location gave, which may name the charset; empty otherwise. */
  readonly mediaType: string;
  readonly roads: readonly RoadReport[];
}

/** What is wanted of the DAGs that this machine holds. */
export interface LocalDagRequest {
  readonly root: CID;
  /** As in `ContentReader.open`. */
  readonly path: string;
  /** `block`: the one block; `entity`: the file, or the folder's own blocks; `all`: all under it too. */
  readonly scope: "block" | "entity" | "all";
  /** Of a file alone these bytes, both ends included; counted from its end when negative. */
  readonly bytes?: { readonly from: number; readonly to: number };
}

/** The blocks of (a part of) a DAG that this machine holds. */
export interface LocalDag {
  /** What lies at the path. */
  readonly end: CID;
  /**
   * From the root to the end of the path, then depth first, each once. Fails with BlockNotHeldError when
   * one of them is not held.
   */
  readonly blocks: AsyncIterable<{ readonly cid: CID; readonly content: VerifiedContent }>;
}

/** Who is asked for blocks: everybody, or only this machine and the operator's peers. */
export type Roads = "all" | "near";

/** The only way to content. */
export interface ContentReader {
  /**
   * The feed's document behind a pointer. Throws ContentUnreachableError, ContentWrongError,
   * RefusedByOperatorError.
   */
  feedDocument(pointer: VerifiedPointer, call: Call): Promise<FeedDocument>;
  /**
   * What lies at `/ipfs/{cid}/{path}`. Of a file's CID, one name as the path is the file's name.
   * `roads`: `all` unless given. `whole`: the file is going to be read from its beginning, under this call, by
   * the first `read`: it gets what is on its way already. Until then, or until the signal aborts, somebody is
   * sending it. Throws PathNotFoundError and RefusedByOperatorError too.
   */
  open(
    root: CID,
    path: string,
    call: Call,
    options?: { readonly whole?: boolean; readonly roads?: Roads },
  ): Promise<VerifiedFile | VerifiedFolder>;
  /**
   * One verified block that this machine holds, or null. Asks nobody else. Throws
   * RefusedByOperatorError.
   */
  localBlock(cid: CID, call: Call): Promise<VerifiedContent | null>;
  /**
   * Many of them. Asks nobody else. Throws BlockNotHeldError when one on the way to the end of the path is
   * not held, PathNotFoundError when there is no such path, and RefusedByOperatorError.
   */
  localDag(request: LocalDagRequest, call: Call): Promise<LocalDag>;
}
