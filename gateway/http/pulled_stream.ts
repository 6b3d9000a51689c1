import type { Alarm } from "../../resolver/deadline.ts";
import { OurSpaceError } from "../../schemas/errors.ts";

/** What is handed over at once: a client is measured by it, whatever the size of a block. */
const PIECE_BYTES = 64 * 1024;

/**
 * How long a client may take for a piece: 64 KiB in two minutes are 4 kbit/s. Somebody who reads nothing
 * would hold blocks in memory for as long as the connection stands; a video that is paused for longer
 * goes on with a range.
 */
const PATIENCE_MILLISECONDS = 120_000;

type Bytes = Uint8Array<ArrayBuffer>;

/** What a stream depends on beside its bytes. */
export interface PulledStreamOptions {
  /** Called when the client goes away or falls asleep: what is on its way for it can be stopped. */
  readonly leave: () => void;
  readonly alarm: Alarm;
}

/**
 * A response's body from pieces that are made when they are asked for, for as long as the client goes
 * on reading. An error breaks the connection, so that no client takes a part for the whole.
 */
export function pulledStream(
  first: Bytes,
  rest: AsyncIterator<Bytes>,
  { leave, alarm }: PulledStreamOptions,
): ReadableStream<Bytes> {
  let waiting = first;
  let stopWaiting = () => {};
  return new ReadableStream({
    async pull(controller) {
      stopWaiting();
      try {
        while (waiting.length === 0) {
          const next = await rest.next();
          if (next.done) return controller.close();
          waiting = next.value;
        }
        controller.enqueue(waiting.subarray(0, PIECE_BYTES));
        waiting = waiting.subarray(PIECE_BYTES);
        stopWaiting = alarm(PATIENCE_MILLISECONDS, () => {
          controller.error("A download has ended: its client reads no further.");
          leave();
        });
      } catch (error) {
        // The runtime prints it: one line for what strangers cause, all of it for what is a fault here.
        controller.error(
          error instanceof OurSpaceError ? `A download broke off: ${error.message}` : error,
        );
      }
    },
    cancel() {
      stopWaiting();
      leave();
    },
  }, { highWaterMark: 0 });
}
