import { OutboundError } from "../errors.ts";

/**
 * The JSON values of a stream that has one a line (NDJSON). Lines that are no JSON are left out.
 * Throws OutboundError `too-large` at a line of more than `maxCharacters`, and what the stream throws.
 */
export async function* jsonLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxCharacters: number,
): AsyncGenerator<unknown> {
  let line = "";

  function append(piece: string): void {
    line += piece;
    if (line.length <= maxCharacters) return;
    throw new OutboundError(`A line has more than ${maxCharacters} characters.`, {
      reason: "too-large",
    });
  }

  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    // Only the piece is split: a long line that comes in small pieces is not read again with each.
    const [end = "", ...more] = piece.split("\n");
    append(end);
    for (const next of more) {
      yield* parsed(line);
      line = "";
      append(next);
    }
  }
  yield* parsed(line);
}

/** One value, or none when the text is no JSON. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
