import assert from "node:assert/strict";
import { answerArguments } from "../../gateway/server_arguments.ts";

Deno.test("without arguments the server starts", () => {
  assert.equal(answerArguments("gateway", []), null);
});

Deno.test("--help says what it is and where the settings are, and starts nothing", () => {
  for (const [what, task] of [["gateway", "start"], ["node", "node"]] as const) {
    for (const word of ["--help", "-h"]) {
      const answer = answerArguments(what, [word]);
      assert.equal(answer?.code, 0);
      assert.match(
        answer.lines.join("\n"),
        new RegExp(`deno task ${task}\n[^]*environment variables`),
      );
    }
  }
});

Deno.test("an argument that would be passed over is a mistake", () => {
  for (const words of [["--port", "9000"], ["0.0.0.0"], ["--help", "me"]]) {
    const answer = answerArguments("gateway", words);
    assert.equal(answer?.code, 2);
    assert.match(answer.lines.join("\n"), /`deno task start` takes no arguments/);
  }
});
