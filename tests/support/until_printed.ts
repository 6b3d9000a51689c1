/**
 * Reads what a program prints until it matches, and reads the rest away after that: `drained` resolves
 * when the program has ended. Throws with what it printed when it ends before, or takes too long.
 */
export async function untilPrinted(
  output: ReadableStream<Uint8Array>,
  pattern: RegExp,
  milliseconds: number,
): Promise<{ readonly match: RegExpExecArray; readonly drained: Promise<void> }> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => reader.cancel(), milliseconds);
  let printed = "";
  let match: RegExpExecArray | null = null;
  while (match === null) {
    const { done, value } = await reader.read();
    if (done) {
      clearTimeout(timer);
      throw new Error(`The program did not start: ${printed}`);
    }
    printed += value;
    match = pattern.exec(printed);
  }
  clearTimeout(timer);
  return { match, drained: drain(reader) };
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
