import { OurSpaceError } from "../../schemas/errors.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";

/** What a store may hold, operator's own pointers included. */
export interface Quota {
  readonly pointers: number;
  /** Of the wire forms. */
  readonly bytes: number;
}

/** Some 4 GB on the disk. */
export const DEFAULT_QUOTA: Quota = { pointers: 1_000_000, bytes: 2 * 1024 ** 3 };

export const maxPointersSetting: Setting<number> = {
  name: "MAX_POINTERS",
  fallback: String(DEFAULT_QUOTA.pointers),
  parse: (text) => parseLimit(text, DEFAULT_QUOTA.pointers),
  meaning:
    "How many pointers the node holds; a new one then takes the place of one that nobody asks for.",
  danger: "",
  secret: false,
};

export const maxPointerBytesSetting: Setting<number> = {
  name: "MAX_POINTER_BYTES",
  fallback: String(DEFAULT_QUOTA.bytes),
  parse: (text) => parseLimit(text, DEFAULT_QUOTA.bytes),
  meaning: "How many bytes of pointers the node holds, counted in their wire form.",
  danger: "The database takes about three times as much on the disk.",
  secret: false,
};

/** A few thousand feeds with their pictures; a disk of a small server has 20 GB and more. */
export const DEFAULT_BLOCK_BYTES = 8 * 1024 ** 3;

export const maxBlockBytesSetting: Setting<number> = {
  name: "MAX_BLOCK_BYTES",
  fallback: String(DEFAULT_BLOCK_BYTES),
  parse: (text) => parseLimit(text, DEFAULT_BLOCK_BYTES),
  meaning: "How many bytes of content the node holds; what was not read for longest makes room. " +
    "What is published or followed here never does.",
  danger: "",
  secret: false,
};

/** Years of pictures, or some hours of video. */
const DEFAULT_FOLLOWED_BYTES = 1024 ** 3;

export const maxFollowedBytesSetting: Setting<number> = {
  name: "MAX_FOLLOWED_BYTES",
  fallback: String(DEFAULT_FOLLOWED_BYTES),
  parse: (text) => parseLimit(text, DEFAULT_FOLLOWED_BYTES),
  meaning:
    "How many bytes of the content of one followed wallet are kept: of larger content, the " +
    "feed and what fits.",
  danger: "",
  secret: false,
};

function parseLimit(text: string, fallback: number): number {
  const limit = text === "" ? fallback : Number(text);
  if (/^\d*$/.test(text) && limit >= 1 && Number.isSafeInteger(limit)) return limit;
  throw new OurSpaceError(`${quote(text)} is no limit.`, {
    remedy: "Write a whole number of at least 1, without separators.",
  });
}
