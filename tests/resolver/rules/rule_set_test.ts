import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { accountKey, domainKey } from "../../../resolver/rules/rule.ts";
import { parseName } from "../../../schemas/name.ts";
import { rulesOf } from "../../support/rule_lists.ts";

const folder = new URL("../../vectors/denylist/", import.meta.url);
const EXPECTED: {
  readonly unknown: { readonly count: number; readonly first: number };
  readonly content: readonly { path: string; listed: boolean; block: boolean }[];
  readonly names: readonly { name: string; listed: boolean }[];
} = JSON.parse(await Deno.readTextFile(new URL("example.json", folder)));
const EXAMPLE = await Deno.readFile(new URL("example.deny", folder));

Deno.test("the example list means what its expectations say, of content", async () => {
  const { rules } = await rulesOf(EXAMPLE);
  for (const { path, listed, block } of EXPECTED.content) {
    const [, , root = "", ...names] = path.split("/");
    const cid = CID.parse(root);
    assert.equal(rules.verdictOnPath(cid, names.join("/")) === "listed", listed, path);
    assert.equal(rules.verdictOnBlock(cid) === "listed", block, `block of ${path}`);
  }
});

Deno.test("the example list means what its expectations say, of names", async () => {
  const { rules } = await rulesOf(EXAMPLE);
  for (const { name: written, listed } of EXPECTED.names) {
    const name = parseName(written);
    const key = name.kind === "identity" ? accountKey(name.identity) : domainKey(name.text);
    assert.equal(rules.verdictOnName(key) === "listed", listed, written);
  }
});

Deno.test("lines that are not understood are counted, and the first is named", async () => {
  const { unknown } = await rulesOf(EXAMPLE);
  assert.deepEqual(unknown, EXPECTED.unknown);
});

Deno.test("Windows line ends, no header and no last line feed change nothing", async () => {
  const text = new TextDecoder().decode(EXAMPLE);
  const body = text.slice(text.indexOf("---\n") + 4).trimEnd().replaceAll("\n", "\r\n");
  const { rules, unknown } = await rulesOf(body);
  assert.equal(unknown.count, EXPECTED.unknown.count);
  assert.equal(rules.size, (await rulesOf(EXAMPLE)).rules.size);
  assert.equal(rules.verdictOnName("/ipns/alice.example"), "listed");
});
