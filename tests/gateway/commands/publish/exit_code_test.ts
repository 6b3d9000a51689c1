import assert from "node:assert/strict";
import { WrongArgumentsError } from "../../../../gateway/commands/publish/arguments.ts";
import { exitCode } from "../../../../gateway/commands/publish/exit_code.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { testTerminal } from "../../../support/terminal.ts";

const RUNNING = new AbortController().signal;

async function outcome(run: () => Promise<boolean>, stopped = RUNNING) {
  const terminal = testTerminal();
  const code = await exitCode(terminal, stopped, run);
  return { code, notes: terminal.notes };
}

Deno.test("success and failure without an error have their codes, and add no words", async () => {
  assert.deepEqual(await outcome(() => Promise.resolve(true)), { code: 0, notes: [] });
  assert.deepEqual(await outcome(() => Promise.resolve(false)), { code: 1, notes: [] });
});

Deno.test("an error is its message, then what to do", async () => {
  const error = new OurSpaceError("It rains.", { remedy: "Take an umbrella." });
  assert.deepEqual(await outcome(() => Promise.reject(error)), {
    code: 1,
    notes: ["Error: It rains.", "Take an umbrella."],
  });
  const wrong = new WrongArgumentsError("What?");
  assert.deepEqual(await outcome(() => Promise.reject(wrong)), {
    code: 2,
    notes: ["Error: What?"],
  });
});

Deno.test("what nobody foresaw has no stack trace either", async () => {
  const { code, notes } = await outcome(() => Promise.reject(new TypeError("x is undefined")));
  assert.equal(code, 1);
  assert.match(notes.join("\n"), /^Error: x is undefined\nThis was not foreseen/);
  assert.doesNotMatch(notes.join("\n"), /\.ts:/);
  const denied = await outcome(() => Promise.reject(new Deno.errors.PermissionDenied("no")));
  assert.match(denied.notes.join("\n"), /permissions/);
});

Deno.test("whoever stops it gets the shell's code for that", async () => {
  const { code, notes } = await outcome(
    () => Promise.reject(new DOMException("aborted", "AbortError")),
    AbortSignal.abort(),
  );
  assert.equal(code, 130);
  assert.match(notes.join(), /Stopped/);
});
