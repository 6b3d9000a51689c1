import { OurSpaceError } from "../../schemas/errors.ts";

/** The memory for bodies that are being read, of all together. */
export interface BodyRoom {
  /**
   * The body's pieces, which count until it has been read or left. When there is no more room, the body that
   * has most of it has to leave, this one or another: reading it throws an OurSpaceError.
   */
  read(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** A body that is being read. */
interface Reading {
  bytes: number;
  hasToLeave: boolean;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
}

/**
 * Of `maxBytes`. A server that stops just before its end, and sends zeros compressed, gets megabytes held for
 * kilobytes; whoever sends an ordinary feed has less than any of those.
 */
export function createBodyRoom(maxBytes: number): BodyRoom {
  const readings = new Set<Reading>();
  let all = 0;

  function take(reading: Reading, bytes: number): void {
    reading.bytes += bytes;
    all += bytes;
    while (all > maxBytes) {
      const largest = [...readings].reduce((a, b) => a.bytes >= b.bytes ? a : b);
      leave(largest);
      largest.hasToLeave = true;
      // Wakes whoever waits for the next piece. A body that already broke need not be cancelled.
      largest.reader.cancel(noRoom()).catch(() => {});
    }
  }

  function leave(reading: Reading): void {
    if (readings.delete(reading)) all -= reading.bytes;
  }

  return {
    async *read(body) {
      const reading: Reading = { bytes: 0, hasToLeave: false, reader: body.getReader() };
      readings.add(reading);
      try {
        for (;;) {
          const { done, value } = await reading.reader.read();
          if (!done && !reading.hasToLeave) take(reading, value.length);
          if (reading.hasToLeave) throw noRoom();
          if (done) return;
          yield value;
        }
      } finally {
        leave(reading);
        reading.reader.cancel().catch(() => {});
      }
    },
  };
}

function noRoom(): OurSpaceError {
  return new OurSpaceError("Too much of locations is being read at the moment.");
}
