import { sha256 } from "@noble/hashes/sha2.js";
import { base32 } from "multiformats/bases/base32";

/** Bytes of the hash that name a post in URLs. */
const ID_BYTES = 16;
const MAX_GUID_LENGTH = 2_048;

/** The `{id}` of `/{name}/posts/{id}`: base32 (RFC 4648, lower case, no padding) of half of SHA-256(guid). */
export function itemId(guid: string): string {
  return base32.baseEncode(sha256(new TextEncoder().encode(guid)).subarray(0, ID_BYTES));
}

/** What tells an item from all others, as its source wrote it. */
export interface ItemMarks {
  readonly guid: string | undefined;
  readonly link: string | undefined;
  readonly title: string | undefined;
  readonly published: string | undefined;
  /** Anything that the item has; what remains when it has neither title nor date. */
  readonly content: string;
}

/**
 * The source's guid, else the link as the source wrote it, else a hash of title and date. Nothing of
 * the gateway, the domain or the content's address is in it, so that readers know the post again.
 */
export function guidOf({ guid, link, title, published, content }: ItemMarks): string {
  const written = guid ?? link;
  if (written !== undefined && written.length <= MAX_GUID_LENGTH) return written;
  if (written !== undefined) return hashUrn(written);
  const named = title !== undefined || published !== undefined;
  return hashUrn(JSON.stringify(named ? [title ?? "", published ?? ""] : [content]));
}

function hashUrn(text: string): string {
  return `urn:sha256:${sha256(new TextEncoder().encode(text)).toHex()}`;
}
