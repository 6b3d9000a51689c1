import { OurSpaceError } from "../../schemas/errors.ts";

/** What the format allows a line and a header, bytes (list_format.md, "Lines", "Header"). */
const MAX_LINE_LENGTH = 2 * 1024 * 1024;
const MAX_HEADER_LENGTH = 1024 * 1024;
const HEADER_END = "---";

/** The only version of the format that there is. */
const VERSION = "1";

/** Told each line below the header, and its number in the file. */
export type OnLine = (line: string, number: number) => void;

/** Cuts a list into its lines, however its bytes come in. */
export interface LineReader {
  /** Throws OurSpaceError for a line that is too long, and a header that cannot be read. */
  take(bytes: Uint8Array): void;
  /** The last line needs no line feed. */
  end(): void;
}

/** Whatever stands above a line of `---` is the header; a list may have none. */
export function createLineReader(onLine: OnLine): LineReader {
  const decoder = new TextDecoder();
  let rest = "";
  let number = 0;
  /** The lines that may still turn out to be a header; null when that is decided. */
  let above: string[] | null = [];
  let aboveLength = 0;

  function takeLine(line: string): void {
    number += 1;
    if (above === null) return onLine(line, number);
    if (line.trimEnd() === HEADER_END) {
      checkHeader(above);
      above = null;
      return;
    }
    above.push(line);
    aboveLength += line.length + 1;
    if (aboveLength > MAX_HEADER_LENGTH) thereIsNoHeader();
  }

  function thereIsNoHeader(): void {
    const lines = above ?? [];
    above = null;
    lines.forEach((line, index) => onLine(line, index + 1));
  }

  function takeText(text: string): void {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_LENGTH) throw tooLong(number + 1);
    for (const line of lines) {
      if (line.length > MAX_LINE_LENGTH) throw tooLong(number + 1);
      takeLine(line);
    }
  }

  return {
    take: (bytes) => takeText(decoder.decode(bytes, { stream: true })),
    end() {
      takeText(decoder.decode());
      if (rest !== "") takeLine(rest);
      rest = "";
      thereIsNoHeader();
    },
  };
}

/**
 * Of the header only the version means anything here: one number needs no YAML. Rules above `---` would
 * count for nothing without anybody noticing.
 */
function checkHeader(lines: readonly string[]): void {
  const rule = lines.findIndex((line) => /^!?\//.test(line));
  if (rule >= 0) {
    throw new OurSpaceError(`A rule stands in its header, in line ${rule + 1}.`, {
      remedy: "Rules stand below the line of ---.",
    });
  }
  for (const line of lines) {
    const version = /^version\s*:\s*["']?([^"'#\s]*)/.exec(line)?.[1];
    if (version === undefined || version === VERSION) continue;
    throw new OurSpaceError(`It is in version ${version} of the format.`, {
      remedy: `Version ${VERSION} is understood here.`,
    });
  }
}

function tooLong(number: number): OurSpaceError {
  return new OurSpaceError(`Line ${number} is longer than ${MAX_LINE_LENGTH} bytes.`, {
    remedy: "A line holds one rule.",
  });
}
