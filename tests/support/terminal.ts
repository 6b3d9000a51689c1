import type { Terminal } from "../../gateway/commands/publish/terminal.ts";

/** A terminal that remembers, and answers as it was told. */
export interface TestTerminal extends Terminal {
  readonly results: string[];
  readonly notes: string[];
  readonly exacts: string[];
  readonly steps: string[];
  readonly questions: string[];
}

/** `null`: nobody is there to answer. */
export function testTerminal(
  answers: { confirm?: boolean | null; secret?: string | null } = {},
): TestTerminal {
  const results: string[] = [];
  const notes: string[] = [];
  const exacts: string[] = [];
  const steps: string[] = [];
  const questions: string[] = [];
  return {
    results,
    notes,
    exacts,
    steps,
    questions,
    result: (line) => results.push(line),
    exact: (text) => exacts.push(text),
    note: (line) => notes.push(line),
    progress: (step, detail = "") => steps.push(`${step} ${detail}`),
    confirm(question) {
      questions.push(question);
      return Promise.resolve(answers.confirm ?? null);
    },
    askSecret(question) {
      questions.push(question);
      return Promise.resolve(answers.secret ?? null);
    },
  };
}
