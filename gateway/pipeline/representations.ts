import { sha256 } from "@noble/hashes/sha2.js";
import { LRUCache } from "lru-cache";
import { base32 } from "multiformats/bases/base32";
import { createSingleFlight } from "../../resolver/single_flight.ts";
import { compress, type ContentCoding } from "../http/content_coding.ts";

/** What a representation is made of: everything that its bytes depend on. */
export interface RepresentationKey {
  /** The pointer's signed text: it names the content. */
  readonly pointerText: string;
  /** The renderer's id and whatever picks a part, e.g. a post's id. */
  readonly format: string;
  /** The origin and the path under which links are made. */
  readonly base: string;
  /** Every state that is shown in the body, e.g. `stale`. */
  readonly states: string;
}

/** One representation, in any coding. */
export interface Representation {
  /** Picks the bytes of a coding; compressed once and kept. */
  encoded(coding: ContentCoding): Promise<EncodedBody>;
}

/** The bytes of a response. */
export interface EncodedBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** May be `identity` although another one was asked for: small bodies are not compressed. */
  readonly coding: ContentCoding;
}

/** Representations by their tags. Holding none of them changes no answer. */
export interface Representations {
  /** The opaque part of the ETag of all codings; needs no content. */
  tagOf(key: RepresentationKey): string;
  get(tag: string): Representation | undefined;
  /** Renders and keeps; concurrent calls for one tag share the work. */
  make(tag: string, render: () => Promise<Uint8Array<ArrayBuffer>>): Promise<Representation>;
}

/** Enough for a thousand feeds of a usual size in three codings. */
const DEFAULT_LIMIT_BYTES = 64 * 1024 * 1024;
/** Renderings at the same time. */
const MAX_RENDERINGS = 256;
/** Of the hash: 80 bits, far beyond an accident; a tag guards no secret. */
const TAG_BYTES = 10;

/** `build` names this version of the program: an update makes every tag another one. */
export function createRepresentations(
  options: { build: string; limitBytes?: number },
): Representations {
  const kept = new LRUCache<string, Uint8Array<ArrayBuffer>>({
    maxSize: options.limitBytes ?? DEFAULT_LIMIT_BYTES,
    sizeCalculation: (bytes) => bytes.byteLength + 1,
  });
  const renderings = createSingleFlight<Representation>(MAX_RENDERINGS);
  const encode = new TextEncoder();

  function representation(tag: string, bytes: Uint8Array<ArrayBuffer>): Representation {
    return {
      async encoded(coding) {
        if (coding === "identity") return { bytes, coding };
        const key = `${tag}-${coding}`;
        // An empty entry remembers that compressing does not pay.
        const compressed = kept.get(key) ?? (await compress(bytes, coding)) ?? new Uint8Array();
        kept.set(key, compressed);
        return compressed.byteLength === 0
          ? { bytes, coding: "identity" }
          : { bytes: compressed, coding };
      },
    };
  }

  return {
    tagOf({ pointerText, format, base, states }) {
      const text = [options.build, format, base, states, pointerText].join("\0");
      return base32.baseEncode(sha256(encode.encode(text)).subarray(0, TAG_BYTES));
    },
    get(tag) {
      const bytes = kept.get(tag);
      return bytes === undefined ? undefined : representation(tag, bytes);
    },
    make: (tag, render) =>
      renderings.run(tag, async () => {
        const bytes = await render();
        kept.set(tag, bytes);
        return representation(tag, bytes);
      }),
  };
}
