import assert from "node:assert/strict";
import { trimSlashes } from "../../resolver/trim_slashes.ts";

Deno.test("slashes at the ends go, those in the middle stay", () => {
  for (const path of ["a//b", "/a//b", "a//b/", "///a//b//"]) {
    assert.equal(trimSlashes(path), "a//b");
  }
  for (const path of ["", "/", "////"]) assert.equal(trimSlashes(path), "");
});

Deno.test("a path of a million slashes takes no time to speak of", () => {
  const slashes = "/".repeat(1_000_000);
  assert.equal(trimSlashes(`a${slashes}b/`), `a${slashes}b`);
  assert.equal(trimSlashes(slashes), "");
});
