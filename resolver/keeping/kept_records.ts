import { CID } from "multiformats/cid";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Figures } from "../content/tally.ts";
import { type KeptMedium, sumOf } from "./keep_media.ts";
import type { KeyValueStore } from "../node/node.ts";

/** What this node has pinned of an identity's content. */
export interface KeptRecord {
  /** Of the content, whole or in part. */
  readonly root: CID;
  /** False when it is too large to be kept whole. */
  readonly whole: boolean;
  readonly blocks: number;
  readonly bytes: number;
  /** What the feed shows beside it. Pinned under the same root, and not counted in the figures. */
  readonly media: readonly KeptMedium[];
  /** The feed's, as it was read; null before that. */
  readonly title: string | null;
}

/**
 * Which content is pinned for whom, in the node's database, which survives what the index of blocks does
 * not: from these roots every pin can be made again.
 */
export interface KeptRecords {
  get(identity: Identity): KeptRecord | null;
  put(identity: Identity, record: KeptRecord): void;
  delete(key: string): void;
  /** By `identityKey`. */
  all(): ReadonlyMap<string, KeptRecord>;
}

/** What is pinned, and counts against the quota. */
export function figuresOf(record: KeptRecord | null): Figures {
  if (record === null) return { blocks: 0, bytes: 0 };
  const beside = sumOf(record.media);
  return { blocks: record.blocks + beside.blocks, bytes: record.bytes + beside.bytes };
}

/** For people; empty when none are missing. */
export function missingMedia({ media }: KeptRecord): string {
  const missing = media.filter(({ held }) => !held).length;
  return missing === 0
    ? ""
    : `Of ${media.length} files elsewhere on IPFS that it shows, ${missing} are not held.`;
}

const PREFIX = "kept/";

/** Over the node's small values. Methods throw UnavailableError when the database fails. */
export function openKeptRecords(keyValues: KeyValueStore): KeptRecords {
  return {
    get(identity) {
      const bytes = keyValues.get(PREFIX + identityKey(identity));
      return bytes === null ? null : decode(bytes);
    },
    put(identity, { root, ...rest }) {
      const text = JSON.stringify({ root: root.toString(), ...rest });
      keyValues.put(PREFIX + identityKey(identity), new TextEncoder().encode(text));
    },
    delete: (key) => keyValues.delete(PREFIX + key),
    all() {
      const records = new Map<string, KeptRecord>();
      for (const [key, bytes] of keyValues.entries(PREFIX)) {
        const record = decode(bytes);
        if (record !== null) records.set(key.slice(PREFIX.length), record);
      }
      return records;
    },
  };
}

function decodeMedium(value: Readonly<Record<string, unknown>> | null): KeptMedium[] {
  const { root, path, held, blocks, bytes } = value ?? {};
  if (typeof root !== "string" || typeof path !== "string") return [];
  return [{ root, path, held: held === true, blocks: Number(blocks), bytes: Number(bytes) }];
}

/** Null for what this version does not understand: the content is walked again. */
function decode(bytes: Uint8Array): KeptRecord | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== "object" || value === null) return null;
    if (!("root" in value && "whole" in value && "blocks" in value && "bytes" in value)) {
      return null;
    }
    return {
      root: CID.parse(String(value.root)),
      whole: value.whole === true,
      blocks: Number(value.blocks),
      bytes: Number(value.bytes),
      media: "media" in value && Array.isArray(value.media)
        ? value.media.flatMap(decodeMedium)
        : [],
      title: "title" in value && typeof value.title === "string" ? value.title : null,
    };
  } catch {
    return null;
  }
}
