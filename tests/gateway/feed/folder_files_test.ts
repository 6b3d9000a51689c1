import assert from "node:assert/strict";
import { createFolderFiles } from "../../../gateway/feed/folder_files.ts";
import type { VerifiedFolder } from "../../../resolver/content/content.ts";
import { CALL } from "../../support/content.ts";
import { folderDocument } from "../../support/feed_documents.ts";

const { folder } = await folderDocument({ "feed.xml": "", "a b.png": "a", "sub/c.png": "c" });
assert.ok(folder);

/** The folder, with an eye on how it is asked. */
function watched(folder: VerifiedFolder) {
  const asked: string[] = [];
  let now = 0;
  let most = 0;
  const find: VerifiedFolder["find"] = async (path, call) => {
    asked.push(path);
    most = Math.max(most, ++now);
    try {
      return await folder.find(path, call);
    } finally {
      now--;
    }
  };
  return { folder: { ...folder, find }, asked, mostAtOnce: () => most };
}

Deno.test("a file is served from its own address, under its own name", async () => {
  const files = createFolderFiles(folder);
  await files.look(["a b.png", "sub/c.png", "sub", "missing", "feed.xml/x"], CALL);
  const found = await folder.find("a b.png", CALL);
  assert.equal(files.urlOf("a b.png"), `/ipfs/${found?.cid}/a%20b.png`);
  assert.match(files.urlOf("sub/c.png") ?? "", /^\/ipfs\/baf\w+\/c\.png$/);
  for (const path of ["sub", "missing", "feed.xml/x", "never asked"]) {
    assert.equal(files.urlOf(path), undefined);
  }
});

Deno.test("each path is asked for once, and not too many at a time", async () => {
  const watch = watched(folder);
  const files = createFolderFiles(watch.folder);
  const paths = Array.from({ length: 200 }, (_, index) => `${index}.png`);
  await files.look([...paths, "a b.png"], CALL);
  await files.look(paths, CALL);
  assert.equal(watch.asked.length, 201);
  assert.ok(watch.mostAtOnce() <= 16);
});

Deno.test("beyond 4,000 files the rest is left out, the same ones every time", async () => {
  const asked: string[] = [];
  const find = (path: string) => (asked.push(path), Promise.resolve(null));
  const files = createFolderFiles({ ...folder, find });
  await files.look(Array.from({ length: 4_100 }, (_, index) => `${index}`), CALL);
  await files.look(["one more"], CALL);
  assert.equal(asked.length, 4_000);
  assert.equal(asked.at(-1), "3999");
});
