import { OutboundError } from "../errors.ts";

/** Directories send hundreds; each costs a microsecond or more, however short it is. */
const MAX_LINES = 20_000;

/**
 * The JSON values of a stream that has one a line (NDJSON). Lines that are no JSON are left out.
 * Throws OutboundError `too-large` at a line of more than `maxCharacters` and at the 20,001st line, and
 * what the stream throws.
 */
export async function* jsonLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxCharacters: number,
): AsyncGenerator<unknown> {
  let line = "";

  let lines = 1;

  function append(piece: string): void {
    line += piece;
    if (line.length > maxCharacters) {
      throw tooLarge(`A line has more than ${maxCharacters} characters.`);
    }
  }

  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    // Only the piece is split: a long line that comes in small pieces is not read again with each.
    const [end = "", ...more] = piece.split("\n");
    append(end);
    for (const next of more) {
      yield* parsed(line);
      if (++lines > MAX_LINES) throw tooLarge(`There are more than ${MAX_LINES} lines.`);
      line = "";
      append(next);
    }
  }
  yield* parsed(line);
}

function tooLarge(problem: string): OutboundError {
  return new OutboundError(problem, { reason: "too-large" });
}

/** One value, or none when the text is no JSON. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
