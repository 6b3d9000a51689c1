import { abortable, deadline } from "../../resolver/deadline.ts";
import { OurSpaceError } from "../../schemas/errors.ts";

/** A request's body is larger than the route takes. */
export class BodyTooLargeError extends OurSpaceError {
  override name = "BodyTooLargeError";
}

/** The client stopped sending before the body's end. */
export class BodyTimeoutError extends OurSpaceError {
  override name = "BodyTimeoutError";
}

/** What the body of a request may cost. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** The longest wait for the next piece. */
  readonly idleMilliseconds: number;
  /** For the whole body. */
  readonly timeoutMilliseconds: number;
}

/**
 * The body in pieces. A declared length over the limit is refused before anything is read, a body
 * that turns out longer while it is read. Throws BodyTooLargeError, BodyTimeoutError.
 */
export async function* readPieces(
  request: Request,
  limits: BodyLimits,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(limits);
  if (request.body === null) return;
  const reader = request.body.getReader();
  const endsAt = performance.now() + limits.timeoutMilliseconds;
  let read = 0;
  try {
    while (true) {
      const left = endsAt - performance.now();
      if (left <= 0) throw tooSlow();
      const piece = await inTime(reader.read(), Math.min(limits.idleMilliseconds, left));
      if (piece.done) return;
      read += piece.value.length;
      if (read > limits.maxBytes) throw tooLarge(limits);
      yield piece.value;
    }
  } finally {
    // A connection that is already gone has nothing to cancel.
    await reader.cancel().catch(() => {});
  }
}

/** The whole body at once. Throws like `readPieces`. */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of readPieces(request, limits)) pieces.push(piece);
  return await new Blob(pieces).bytes();
}

async function inTime<T>(piece: Promise<T>, milliseconds: number): Promise<T> {
  using limit = deadline(milliseconds);
  try {
    return await abortable(piece, limit.signal);
  } catch (error) {
    throw limit.signal.aborted ? tooSlow() : error;
  }
}

function tooSlow(): BodyTimeoutError {
  return new BodyTimeoutError("The request's body did not arrive in time.");
}

function tooLarge({ maxBytes }: BodyLimits): BodyTooLargeError {
  return new BodyTooLargeError(`The request's body is larger than ${maxBytes} bytes.`);
}
