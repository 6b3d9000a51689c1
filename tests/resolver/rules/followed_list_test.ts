import assert from "node:assert/strict";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { followed, listFile } from "../../support/rule_lists.ts";

const ALICE = "/ipns/alice.example";
const BOB = "/ipns/bob.example";

Deno.test("a list that changes is read again, at the second look that sees it", async () => {
  await using file = await listFile(`${ALICE}\n`);
  const { list, look, changes, problems } = await followed(file.path);
  assert.equal(list.rules().verdictOnName(ALICE), "listed");
  await look();
  assert.equal(changes(), 0);

  await file.replace(`${BOB}\n`);
  await look();
  assert.equal(list.rules().verdictOnName(BOB), "unlisted");
  await look();
  assert.equal(list.rules().verdictOnName(BOB), "listed");
  assert.equal(list.rules().verdictOnName(ALICE), "unlisted");
  assert.equal(changes(), 1);
  assert.deepEqual(problems, []);
});

Deno.test("a file that is being written does not count until it is left alone", async () => {
  await using file = await listFile(`${ALICE}\n`);
  const { list, look, settle } = await followed(file.path);
  let text = "";
  for (let line = 0; line < 5; line++) {
    text += `/ipns/${line}.example\n`;
    await file.write(text);
    await look();
    assert.equal(list.rules().verdictOnName(ALICE), "listed");
  }
  await settle();
  assert.equal(list.rules().verdictOnName("/ipns/4.example"), "listed");
  assert.equal(list.rules().verdictOnName(ALICE), "unlisted");
});

for (
  const [what, spoil] of Object.entries<(path: string) => Promise<void>>({
    "gone": (path) => Deno.remove(path),
    "truncated to nothing": (path) => Deno.writeTextFile(path, ""),
    "a page that says that the server is down": (path) =>
      Deno.writeTextFile(path, "<!doctype html>\n<h1>503 Service Unavailable</h1>\n"),
    "of another version": (path) => Deno.writeTextFile(path, "version: 2\n---\n/new/kind\n"),
    "larger than the limit": (path) => Deno.writeTextFile(path, `#${"x".repeat(2_000)}\n`),
    "of more rules than the limit": (path) => Deno.writeTextFile(path, `${BOB}\n`.repeat(20)),
    "a folder": async (path) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    },
    "a list with rules above its header's end": (path) =>
      Deno.writeTextFile(path, `${BOB}\n---\n${BOB}\n`),
  })
) {
  Deno.test(`a list that is ${what} leaves the rules as they were, and is reported once`, async () => {
    await using file = await listFile(`${ALICE}\n`);
    const limits = { bytes: 1_000, rules: 10 };
    const { list, settle, problems, changes } = await followed(file.path, { limits });
    await spoil(file.path);
    for (let time = 0; time < 3; time++) await settle();
    assert.equal(list.rules().verdictOnName(ALICE), "listed");
    assert.equal(list.rules().verdictOnName(BOB), "unlisted");
    assert.equal(changes(), 0);
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^DENYLIST: .* cannot be used\. .* The rules stay as they were\.$/,
    );

    await Deno.remove(file.path).catch(() => {});
    await file.replace(`${BOB}\n`);
    await settle();
    assert.equal(list.rules().verdictOnName(BOB), "listed");
    assert.equal(problems.length, 1);
  });
}

Deno.test("a folder in the place of a list leaves the rules as they were", async () => {
  await using file = await listFile(`${ALICE}\n`);
  const { list, settle, problems } = await followed(file.path);
  await Deno.remove(file.path);
  await Deno.mkdir(file.path);
  await settle();
  assert.equal(list.rules().verdictOnName(ALICE), "listed");
  assert.equal(problems.length, 1);
  await Deno.remove(file.path);
  await file.replace(`${BOB}\n`);
  await settle();
  assert.equal(list.rules().verdictOnName(BOB), "listed");
});

Deno.test("a comment alone is a list without rules", async () => {
  await using file = await listFile(`${ALICE}\n`);
  const { list, settle, problems } = await followed(file.path);
  await file.replace("# nothing is refused\n");
  await settle();
  assert.equal(list.rules().verdictOnName(ALICE), "unlisted");
  assert.deepEqual(problems, []);
});

Deno.test("lines that are not understood are reported once for each state of the file", async () => {
  await using file = await listFile(`${ALICE}\n*.example\nnonsense\n`);
  const { settle, problems } = await followed(file.path);
  await settle();
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /2 lines of .* are not understood .* line 2\.$/);
});

Deno.test("a single line that is not understood is named by its number", async () => {
  await using file = await listFile(`${ALICE}\nnonsense\n`);
  const { settle, problems } = await followed(file.path);
  await settle();
  assert.match(problems[0] ?? "", / line 2 of .* is not understood and counts for nothing\.$/);
});

Deno.test("at the beginning there are no rules to keep: a list that cannot be used is an error", async () => {
  await using file = await listFile("");
  await assert.rejects(
    followed(file.path),
    (error) => error instanceof OurSpaceError && /^DENYLIST: .* It is empty\.$/.test(error.message),
  );
  await assert.rejects(followed(`${file.path}.missing`), /There is no such file/);
});

Deno.test("a line without end is refused before it fills the memory", async () => {
  await using file = await listFile(new Uint8Array(3 * 1024 * 1024).fill(0x61));
  await assert.rejects(followed(file.path), /Line 1 is longer than/);
});

Deno.test("whoever reads a long list leaves others their turn", async () => {
  const lines = Array.from({ length: 20_000 }, (_, line) => `/ipns/${line}.example`);
  await using file = await listFile(lines.join("\n"));
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const { list } = await followed(file.path);
  clearInterval(timer);
  assert.equal(list.rules().size, 20_000);
  assert.ok(turns > 2, `${turns}`);
});
