import { OutboundError } from "../errors.ts";
import type { ExchangeResponse } from "./exchange.ts";
import type { Lifetime } from "./lifetime.ts";

/** What the body of a response may cost. */
export interface BodyLimits {
  readonly host: string;
  /** After decompression. */
  readonly maxBytes: number;
  /** The longest wait for the next piece. */
  readonly idleMilliseconds: number;
}

/**
 * Pieces of fewer bytes are small. Each takes some 500 bytes of memory as long as somebody gathers them: 1.2 million
 * pieces of one byte, which came in 8 s, took 600 MB.
 */
const SMALL_BYTES = 128;

/** More small pieces than large ones make up for: whoever sends line by line sends fewer. */
const SMALL_PIECES = 4_096;

/**
 * The response's body as a stream that fails at the first byte too many, when it comes in crumbs, and when the
 * other side falls silent. Nothing is read ahead of the consumer; cancelling closes the connection.
 */
export function limitedBody(
  response: ExchangeResponse,
  limits: BodyLimits,
  lifetime: Lifetime,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = response.chunks[Symbol.asyncIterator]();
  let received = 0;
  let small = 0;

  async function nextPiece(): Promise<Uint8Array<ArrayBuffer> | null> {
    const next = await lifetime.within(limits.idleMilliseconds, chunks.next());
    if (next.done) return null;
    received += next.value.byteLength;
    if (received > limits.maxBytes) throw tooLarge(limits);
    small = Math.max(0, small + 1 - next.value.byteLength / SMALL_BYTES);
    if (small > SMALL_PIECES) throw inCrumbs(limits);
    return next.value;
  }

  return new ReadableStream({
    async pull(controller) {
      try {
        const piece = await nextPiece();
        if (piece !== null) return controller.enqueue(piece);
        lifetime.end();
        controller.close();
      } catch (error) {
        lifetime.abort(error);
        controller.error(error);
      }
    },
    cancel(reason) {
      lifetime.abort(reason);
    },
  }, { highWaterMark: 0 });
}

/** Throws OutboundError `too-large` when the headers already say so. */
export function checkAnnouncedSize(headers: Headers, limits: BodyLimits): void {
  // What a coding's announced size becomes is seen only when it is undone.
  if (headers.has("content-encoding")) return;
  if (Number(headers.get("content-length") ?? 0) > limits.maxBytes) throw tooLarge(limits);
}

function tooLarge(limits: BodyLimits): OutboundError {
  return new OutboundError(`${limits.host} sent more than ${limits.maxBytes} bytes.`, {
    reason: "too-large",
  });
}

function inCrumbs({ host }: BodyLimits): OutboundError {
  return new OutboundError(`${host} sent its answer in crumbs.`, { reason: "connection" });
}
