import { type Stream, StreamMessageEvent } from "@libp2p/interface";
import { type FieldBudget, messageFields, readVarint } from "../protobuf/read_fields.ts";

/** An answer with a record of 8 KiB and 20 peers of 8 addresses each takes some 18 KiB. */
const MESSAGE_MAX_BYTES = 32 * 1_024;

/**
 * An honest answer names at most Kademlia's k peers, and perhaps the one asked for and the answerer;
 * and as many providers. More are refused together: each would cost dials.
 */
export const ANSWER_MAX_PEERS = 24;

/** A node tells 8 of another's addresses, and all of its own: of each interface, over each transport. */
export const PEER_MAX_ADDRESSES = 32;

/** The largest answer has some 1,700: two lists of 24 peers with 32 addresses each. */
const MESSAGE_MAX_FIELDS = 2_048;

/** The DHT's messages, by their number in the protocol (libp2p kad-dht specification, "RPC messages"). */
const KINDS = ["PUT_VALUE", "GET_VALUE", "ADD_PROVIDER", "GET_PROVIDERS", "FIND_NODE", "PING"];
const TYPE_FIELD = 1;
const CLOSER_FIELD = 8;
const PROVIDER_FIELD = 9;
/** Within a peer. */
const ADDRESS_FIELD = 2;

/** Most questions fit: streams that say nothing cost little memory. */
const FIRST_BUFFER_BYTES = 512;
/** Of the number that says how long the message is. */
const LENGTH_MAX_BYTES = 4;

/** What a message says of itself before anything in it is believed or decoded. */
export interface MessageSummary {
  /** `unknown` for a number that the protocol does not have. */
  readonly kind: string;
  /** How many closer peers it names, or how many providers: the larger of the two. */
  readonly peers: number;
}

/**
 * Stands before the engine, which would gather 4 MiB: one message of bounded size comes in on a
 * stream, and reaches the engine only after `inspect` has let it pass by not throwing. Anything else
 * ends the stream. The engine opens a stream for each message, so a second one is nobody's need.
 */
export function guardStream(stream: Stream, inspect: (message: MessageSummary) => void): void {
  let gathered = new Uint8Array(FIRST_BUFFER_BYTES);
  let length = 0;
  let passing = false;

  function onMessage(event: StreamMessageEvent): void {
    if (passing) return;
    event.stopImmediatePropagation();
    try {
      take(event.data.subarray());
    } catch (error) {
      // Not within the event: the stream is still handing out what it has read.
      queueMicrotask(() => stream.abort(error instanceof Error ? error : new Error(String(error))));
    }
  }

  function take(bytes: Uint8Array): void {
    if (length + bytes.length > MESSAGE_MAX_BYTES + LENGTH_MAX_BYTES) {
      throw new RangeError("the message is too large");
    }
    gathered = withRoom(gathered, length + bytes.length);
    gathered.set(bytes, length);
    length += bytes.length;
    const prefix = readVarint(gathered.subarray(0, length), 0);
    if (prefix === null) return;
    if (prefix.value > MESSAGE_MAX_BYTES) throw new RangeError("the message is too large");
    const end = prefix.end + prefix.value;
    if (length > end) throw new RangeError("more than one message came on a stream");
    if (length < end) return;
    inspect(summarize(gathered.subarray(prefix.end, end)));
    passing = true;
    stream.dispatchEvent(new StreamMessageEvent(gathered.slice(0, end)));
    passing = false;
  }

  stream.addEventListener("message", onMessage);
}

/** The same bytes, with room for so many. */
function withRoom(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size <= bytes.length) return bytes;
  const grown = new Uint8Array(Math.max(size, 2 * bytes.length));
  grown.set(bytes);
  return grown;
}

/**
 * Throws RangeError when it is no message, has too many fields, or names too many peers, or too many
 * addresses of one.
 */
export function summarize(message: Uint8Array): MessageSummary {
  let type = 0;
  let closer = 0;
  let providers = 0;
  const budget = { left: MESSAGE_MAX_FIELDS };
  for (const field of messageFields(message, budget)) {
    if (field.number === TYPE_FIELD) type = field.value;
    if (field.number === CLOSER_FIELD) closer += 1;
    else if (field.number === PROVIDER_FIELD) providers += 1;
    else continue;
    const addresses = countAddresses(field.bytes, budget);
    if (addresses > PEER_MAX_ADDRESSES) {
      throw new RangeError(`the message names ${addresses} addresses of a peer`);
    }
  }
  const peers = Math.max(closer, providers);
  if (peers > ANSWER_MAX_PEERS) throw new RangeError(`the message names ${peers} peers`);
  return { kind: KINDS[type] ?? "unknown", peers };
}

function countAddresses(peer: Uint8Array, budget: FieldBudget): number {
  let count = 0;
  for (const { number } of messageFields(peer, budget)) if (number === ADDRESS_FIELD) count += 1;
  return count;
}
