import assert from "node:assert/strict";
import {
  parseFollowArguments,
  parseFollowingArguments,
  parseUnfollowArguments,
  WrongCommandError,
} from "../../../../gateway/commands/follow/arguments.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

Deno.test("names in any form, a list, or both", () => {
  const args = parseFollowArguments([ALICE.toLowerCase(), "Alice.Example", "--opml", "list.opml"]);
  assert.deepEqual(args?.names.map(({ text }) => text), [ALICE, "alice.example"]);
  assert.equal(args?.opml, "list.opml");
  assert.equal(parseFollowArguments([ALICE])?.opml, null);
  assert.deepEqual(parseUnfollowArguments(["b.example"])?.map(({ text }) => text), ["b.example"]);
  assert.deepEqual(parseFollowingArguments([]), { form: "lines" });
  assert.deepEqual(parseFollowingArguments(["--json"]), { form: "json" });
  assert.deepEqual(parseFollowingArguments(["--opml"]), { form: "opml" });
});

Deno.test("--help is no mistake, everything else that does not fit is", () => {
  assert.equal(parseFollowArguments(["-h"]), null);
  assert.equal(parseUnfollowArguments(["--help"]), null);
  assert.equal(parseFollowingArguments(["--help"]), null);
  for (const args of [[], ["localhost"], ["--all"], ["--opml"], ["--opml", ""], [`${ALICE}0`]]) {
    assert.throws(() => parseFollowArguments(args), WrongCommandError, args.join(" "));
  }
  assert.throws(() => parseUnfollowArguments([]), WrongCommandError);
  for (const args of [["x.example"], ["--json", "--opml"]]) {
    assert.throws(() => parseFollowingArguments(args), WrongCommandError, args.join(" "));
  }
});
