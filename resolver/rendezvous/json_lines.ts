import { OutboundError } from "../errors.ts";

/**
 * The JSON values of a stream that has one a line (NDJSON). Lines that are no JSON are left out.
 * Throws OutboundError `too-large` at a line of more than `maxCharacters`, and what the stream throws.
 */
export async function* jsonLines(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxCharacters: number,
): AsyncGenerator<unknown> {
  let rest = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of [...lines, rest]) {
      if (line.length <= maxCharacters) continue;
      throw new OutboundError(`A line has more than ${maxCharacters} characters.`, {
        reason: "too-large",
      });
    }
    for (const line of lines) yield* parsed(line);
  }
  yield* parsed(rest);
}

/** One value, or none when the text is no JSON. */
function parsed(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}
