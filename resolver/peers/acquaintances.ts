import { PeerGarbageError } from "./change_page.ts";

/** Whom a node knows, and where it can be reached itself: the body of `GET /v1/peers`. */
export interface Acquaintances {
  /** Base URLs, its own first when it has one. */
  readonly peers: readonly string[];
  /** Its own multiaddresses, with `/p2p/…`. */
  readonly addresses: readonly string[];
}

/** How many peers, and how many addresses, are told and taken. */
export const MAX_ACQUAINTANCES = 32;
const MAX_TEXT_LENGTH = 300;

/** Both lists full of texts that are as long as they may be, escaped, fit in. */
export const ACQUAINTANCES_MAX_BYTES = 64 * 1024;

/** Reads the body, already within its size; what is no text, or too long, is left out. Throws PeerGarbageError. */
export function readAcquaintances(body: Uint8Array): Acquaintances {
  const answer = parseJson(body);
  if (answer === null || typeof answer !== "object") throw garbage();
  return {
    peers: texts(Reflect.get(answer, "peers")),
    addresses: texts(Reflect.get(answer, "addresses")),
  };
}

function texts(list: unknown): string[] {
  if (!Array.isArray(list)) throw garbage();
  return list.slice(0, MAX_ACQUAINTANCES)
    .filter((text) => typeof text === "string" && text.length <= MAX_TEXT_LENGTH);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw garbage(cause);
  }
}

function garbage(cause?: unknown): PeerGarbageError {
  return new PeerGarbageError("It sent a list of peers that is none.", { cause });
}
