import type { Call } from "../../../resolver/contracts.ts";
import { abortable } from "../../../resolver/deadline.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

/** Where a command talks to the person who started it. */
export interface Terminal {
  /** A line of the result (standard output). */
  result(line: string): void;
  /** A text that a program may read: to the byte as it is, with a line feed after it for a person. */
  exact(text: string): void;
  /** A line about the work (standard error). */
  note(line: string): void;
  /** How far a step of the work is; shown for a moment, never part of the result. */
  progress(step: string, detail?: string): void;
  /** Null: nobody is there to answer. */
  confirm(question: string, call: Call): Promise<boolean | null>;
  /** What is typed is not shown. Null: nobody is there to answer. */
  askSecret(question: string, call: Call): Promise<string | null>;
}

/** How often one step's line is drawn again: smooth to the eye; a line in a log is there to stay. */
const REDRAW_MILLISECONDS = 100;
const LOG_MILLISECONDS = 5_000;
const ERASE_LINE = "\r\x1b[K";

/** The terminal, pipe or file that this process was started with. */
export function processTerminal(): Terminal {
  const redraws = Deno.stderr.isTerminal();
  const answers = Deno.stdin.isTerminal();
  const encoder = new TextEncoder();
  const interval = redraws ? REDRAW_MILLISECONDS : LOG_MILLISECONDS;
  let drawn = false;
  let last = { step: "", at: performance.now() };

  const write = (stream: { writeSync(bytes: Uint8Array): number }, text: string) => {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  };
  const erase = () => {
    if (drawn) write(Deno.stderr, ERASE_LINE);
    drawn = false;
  };

  return {
    result(line) {
      erase();
      write(Deno.stdout, `${line}\n`);
    },
    exact(text) {
      erase();
      write(Deno.stdout, Deno.stdout.isTerminal() ? `${text}\n` : text);
    },
    note(line) {
      erase();
      write(Deno.stderr, `${line}\n`);
    },
    progress(step, detail = "") {
      const now = performance.now();
      const isNew = redraws && step !== last.step;
      if (!isNew && now - last.at < interval) return;
      last = { step, at: now };
      const line = detail === "" ? step : `${step}: ${detail}`;
      write(Deno.stderr, redraws ? ERASE_LINE + line : `${line}\n`);
      drawn = redraws;
    },
    async confirm(question, call) {
      erase();
      if (!answers) return null;
      write(Deno.stderr, `${question} [y/N] `);
      const line = new Uint8Array(64);
      const length = await abortable(Deno.stdin.read(line), call.signal) ?? 0;
      return /^y(es)?$/i.test(new TextDecoder().decode(line.subarray(0, length)).trim());
    },
    async askSecret(question, call) {
      erase();
      if (!answers) return null;
      write(Deno.stderr, question);
      Deno.stdin.setRaw(true);
      try {
        return await abortable(readHidden(Deno.stdin), call.signal);
      } finally {
        Deno.stdin.setRaw(false);
        write(Deno.stderr, "\n");
      }
    },
  };
}

/** Reads keys up to Enter, in a terminal's raw mode. Throws OurSpaceError on Ctrl-C and Ctrl-D. */
export async function readHidden(
  keyboard: { read(buffer: Uint8Array): Promise<number | null> },
): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(256);
  const typed: string[] = [];
  for (;;) {
    const length = await keyboard.read(buffer);
    if (length === null) return typed.join("");
    for (const key of decoder.decode(buffer.subarray(0, length), { stream: true })) {
      if (key === "\r" || key === "\n") return typed.join("");
      if (key === "\x03" || key === "\x04") {
        throw new OurSpaceError("Stopped. Nothing was published.");
      }
      if (key === "\x7f" || key === "\b") typed.pop();
      else typed.push(key);
    }
  }
}
