import assert from "node:assert/strict";
import { parsePublishArguments } from "../../../../gateway/commands/publish/arguments.ts";
import { withTypedPaths } from "../../../../gateway/commands/publish/typed_paths.ts";

function typed(...args: string[]) {
  const parsed = parsePublishArguments(args);
  assert.ok(parsed !== null);
  return withTypedPaths(parsed, "/home/alice");
}

Deno.test("paths are those of the folder in which they were typed", () => {
  const { path, key } = typed("feed", "--keystore", "../wallet.json", "--password-file", "/run/pw");
  assert.equal(path, "/home/alice/feed");
  assert.deepEqual(key, {
    kind: "keystore",
    path: "/home/wallet.json",
    passwordFile: "/run/pw",
  });
  assert.deepEqual(typed("/feed.xml", "--key-file", "key").key, {
    kind: "key-file",
    path: "/home/alice/key",
  });
});

Deno.test("a withdrawal and a key from the environment have no paths", () => {
  const { path, key } = typed("--withdraw");
  assert.equal(path, null);
  assert.deepEqual(key, { kind: "environment" });
});
