import type { Stream, StreamMessageEvent } from "@libp2p/interface";
import type { Alarm } from "../deadline.ts";
import { readVarint } from "../protobuf/read_fields.ts";

/** Streams that say nothing cost little memory. */
const FIRST_BUFFER_BYTES = 512;
/** Of the number that says how long a message is: 4 MiB take four. */
const LENGTH_MAX_BYTES = 5;

/** How messages are taken from a stream. */
export interface ReadOptions {
  /** How large the message that is coming may be. */
  readonly maxBytes: () => number;
  /** False when so many bytes more cannot be kept for messages that are not complete. */
  readonly reserve: (bytes: number) => boolean;
  readonly release: (bytes: number) => void;
  /** From a message's first byte to its last. */
  readonly messageMilliseconds: number;
  readonly alarm: Alarm;
  /** Given bytes of its own. Throws RangeError for what is no message: the stream ends. */
  readonly onMessage: (message: Uint8Array<ArrayBuffer>) => void;
}

/**
 * Takes messages from a stream, one after another, each with its length before it. A message that is
 * too large, takes too long or does not fit into what is left of the memory ends the stream.
 */
export function readMessages(
  stream: Pick<Stream, "addEventListener" | "abort" | "close">,
  options: ReadOptions,
): void {
  const { maxBytes, reserve, release, messageMilliseconds, alarm, onMessage } = options;
  let gathered = new Uint8Array(FIRST_BUFFER_BYTES);
  let length = 0;
  let reserved = 0;
  let cancelDeadline: (() => void) | null = null;
  let over = false;

  function finish(): void {
    over = true;
    cancelDeadline?.();
    release(reserved);
    reserved = 0;
    gathered = new Uint8Array();
  }

  function fail(error: unknown): void {
    if (over) return;
    finish();
    // Not within the event: the stream is still handing out what it has read.
    queueMicrotask(() => stream.abort(error instanceof Error ? error : new Error(String(error))));
  }

  function append(bytes: Uint8Array): void {
    const needed = length + bytes.length;
    if (needed > gathered.length) {
      const size = Math.max(needed, 2 * gathered.length);
      if (!reserve(size - reserved)) throw new RangeError("too much is coming at the same time");
      reserved = size;
      const grown = new Uint8Array(size);
      grown.set(gathered.subarray(0, length));
      gathered = grown;
    }
    gathered.set(bytes, length);
    length = needed;
  }

  /** Where the first whole message lies behind `from`; null when it has not all come. */
  function nextMessage(from: number): { readonly start: number; readonly end: number } | null {
    const prefix = readVarint(
      gathered.subarray(0, Math.min(length, from + LENGTH_MAX_BYTES)),
      from,
    );
    if (prefix === null) {
      if (length - from >= LENGTH_MAX_BYTES) throw new RangeError("the message is too large");
      return null;
    }
    if (prefix.value > maxBytes()) throw new RangeError("the message is too large");
    const end = prefix.end + prefix.value;
    return length < end ? null : { start: prefix.end, end };
  }

  /** Once for all messages that came together: some are empty, and a piece can hold thousands. */
  function keepFrom(at: number): void {
    const rest = gathered.slice(at, length);
    release(reserved);
    reserved = 0;
    gathered = new Uint8Array(FIRST_BUFFER_BYTES);
    length = 0;
    append(rest);
    cancelDeadline?.();
    cancelDeadline = null;
  }

  stream.addEventListener("message", ({ data }: StreamMessageEvent) => {
    if (over) return;
    try {
      append(data.subarray());
      let at = 0;
      for (let next = nextMessage(at); next !== null; next = nextMessage(at)) {
        at = next.end;
        if (next.end > next.start) onMessage(gathered.slice(next.start, next.end));
      }
      if (at > 0) keepFrom(at);
    } catch (error) {
      fail(error);
      return;
    }
    if (length > 0) {
      cancelDeadline ??= alarm(
        messageMilliseconds,
        () => fail(new RangeError("the message takes too long")),
      );
    }
  });
  stream.addEventListener("close", () => over || finish());
  stream.addEventListener("end", () => {
    if (!over) finish();
    stream.close().catch(() => {});
  });
}
