import assert from "node:assert/strict";
import { NO_RULES } from "../../../resolver/rules/operator_rules.ts";
import { fakeSource, folderTree, holding } from "../../support/blocks.ts";
import { CALL, readerOver } from "../../support/content.ts";
import { patterned } from "../../support/source_files.ts";

const FILES = Object.fromEntries(
  Array.from({ length: 100 }, (_, place) => [`${place}.jpg`, patterned(10, place)] as const),
);

Deno.test("a path is judged when its turn has come, not all of a large folder's at once", async () => {
  const tree = await folderTree(FILES);
  let judged = 0;
  const rules = {
    ...NO_RULES,
    refusesPath: (_: unknown, path: string) => {
      judged += 1;
      return path === "7.jpg";
    },
  };
  const reader = readerOver([fakeSource("local", holding(tree.blocks), true)], { rules });
  const { blocks } = await reader.localDag({ root: tree.root, path: "", scope: "all" }, CALL);
  let read = 0;
  for await (const _ of blocks) {
    read += 1;
    // Some are loaded ahead.
    assert.ok(judged <= read + 10, `${judged} were judged when ${read} had been read`);
  }
  // The folder, and all files but one.
  assert.equal(read, 100);
});
