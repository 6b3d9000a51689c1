import assert from "node:assert/strict";
import {
  parseResolveArguments,
  WrongQuestionError,
} from "../../../../gateway/commands/resolve/arguments.ts";

Deno.test("a name, with or without --json", () => {
  assert.equal(parseResolveArguments(["--help"]), null);
  assert.equal(parseResolveArguments(["Alice.Example"])?.name.text, "alice.example");
  assert.equal(parseResolveArguments(["alice.example"])?.json, false);
  assert.equal(parseResolveArguments(["--json", "alice.example"])?.json, true);
});

Deno.test("everything else is refused with what to do", () => {
  for (const args of [[], ["a.example", "b.example"], ["localhost"], ["--colour", "a.example"]]) {
    assert.throws(() => parseResolveArguments(args), (error) => {
      assert.ok(error instanceof WrongQuestionError);
      assert.notEqual(error.remedy, "");
      return true;
    });
  }
});
