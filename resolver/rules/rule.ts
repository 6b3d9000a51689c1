import { base16 } from "multiformats/bases/base16";
import { base58btc } from "multiformats/bases/base58";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { identityKey } from "../../schemas/identity.ts";
import { parseName } from "../../schemas/name.ts";
import { trimSlashes } from "../trim_slashes.ts";

/** What a line of a list names. list_format.md specifies the lines. */
export type Subject =
  /** Content, by the multihash in its CID. */
  | {
    readonly kind: "content";
    readonly multihash: Uint8Array;
    /** Decoded, without slashes at its ends; empty for the CID itself. */
    readonly path: string;
    /** Every path that begins with `path` is meant. */
    readonly prefix: boolean;
  }
  /** A name or an account, in the form of `nameKey`. */
  | { readonly kind: "name"; readonly key: string }
  /** Whatever has this SHA-256: who reads the list does not learn what. */
  | { readonly kind: "hash"; readonly digest: Uint8Array };

/** One line of a list. */
export interface Rule {
  readonly subject: Subject;
  /** It takes out of the list what lines above put in (`!`). */
  readonly exception: boolean;
}

/**
 * - `nothing`: a comment, an empty line, or a rule for what no gateway of this kind serves.
 * - `unknown`: not understood.
 */
export type ParsedLine = Rule | "nothing" | "unknown";

const SHA2_256 = 0x12;
const HEX_DIGEST = /^[0-9a-f]{64}$/i;
/** Longer paths are refused by whoever reads content. */
const MAX_PATH_LENGTH = 2_048;

/** Reads one line, without its line feed. */
export function parseRule(line: string): ParsedLine {
  // What follows the first space are hints, of which the format defines none.
  const [written = ""] = line.trim().split(/\s/, 1);
  if (written === "" || written.startsWith("#")) return "nothing";
  const exception = written.startsWith("!");
  const text = exception ? written.slice(1) : written;
  try {
    const subject = parseSubject(text);
    return typeof subject === "string" ? subject : { subject, exception };
  } catch {
    return "unknown";
  }
}

/** How the lists write an account: as the DHT's key does. */
export function accountKey(identity: Parameters<typeof identityKey>[0]): string {
  return `/ourspace/${identityKey(identity)}`;
}

/** How the lists write a domain or ENS name: as a DNSLink. */
export function domainKey(name: string): string {
  return `/ipns/${name}`;
}

function parseSubject(text: string): Subject | "nothing" | "unknown" {
  if (text.startsWith("//")) return hashed(text.slice(2));
  const [, space = "", root = "", written = ""] = /^\/([a-z]+)\/([^/]+)(\/.*)?$/.exec(text) ?? [];
  switch (space) {
    case "ipfs":
      return content(root, written);
    case "ipns":
      if (root.includes(".")) return named(root, written);
      // No key is written so: a wallet is meant, which must not seem to be denied.
      if (/^(?:0x|eip155:)/i.test(root)) return "unknown";
      // A key's record leads to content here and there; no gateway of this kind looks it up.
      return "nothing";
    case "ourspace":
      return named(root, written);
    default:
      return "unknown";
  }
}

function content(root: string, written: string): Subject | "unknown" {
  const prefix = written.endsWith("*");
  const path = trimSlashes(decodeURIComponent(prefix ? written.slice(0, -1) : written));
  if (path.length > MAX_PATH_LENGTH) return "unknown";
  return { kind: "content", multihash: multihashOf(root), path, prefix };
}

/** Throws when the text is neither a CID nor a multihash in base58. */
function multihashOf(text: string): Uint8Array {
  if (/^[bkzf]/.test(text)) {
    const cid = text.startsWith("f") ? CID.parse(text, base16) : CID.parse(text);
    return cid.multihash.bytes;
  }
  return Digest.decode(base58btc.baseDecode(text)).bytes;
}

/** A feed is listed as a whole: there are no rules for a part of it. */
function named(root: string, written: string): Subject | "unknown" {
  if (!["", "/", "/*"].includes(written)) return "unknown";
  const name = parseName(decodeURIComponent(root));
  const key = name.kind === "identity" ? accountKey(name.identity) : domainKey(name.text);
  return { kind: "name", key };
}

function hashed(text: string): Subject | "unknown" {
  if (HEX_DIGEST.test(text)) return { kind: "hash", digest: Uint8Array.fromHex(text) };
  const { code, digest } = Digest.decode(base58btc.baseDecode(text));
  return code === SHA2_256 && digest.length === 32 ? { kind: "hash", digest } : "unknown";
}
