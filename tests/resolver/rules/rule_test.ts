import assert from "node:assert/strict";
import fc from "fast-check";
import { base58btc } from "multiformats/bases/base58";
import { CID } from "multiformats/cid";
import * as Digest from "multiformats/hashes/digest";
import { createLineReader } from "../../../resolver/rules/list_lines.ts";
import { parseRule } from "../../../resolver/rules/rule.ts";
import { createRuleSet } from "../../../resolver/rules/rule_set.ts";

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 });
const cids = fc.tuple(digests, fc.constantFrom(0x55, 0x70)).map(([digest, codec]) =>
  CID.createV1(codec, Digest.create(0x12, digest))
);
const segments = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" })
  .filter((name) => !name.includes("/") && name.trim() !== "" && name.isWellFormed());
const paths = fc.array(segments, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const encoded = (path: string) =>
  path.split("/").map((name) => encodeURIComponent(name).replaceAll("*", "%2A")).join("/");

function setOf(...lines: string[]) {
  const set = createRuleSet();
  for (const line of lines) {
    const rule = parseRule(line);
    assert.ok(typeof rule === "object", line);
    set.add(rule);
  }
  return set;
}

Deno.test("no line breaks the parser", () => {
  const beginnings = fc.constantFrom("", "/ipfs/", "/ipns/", "/ourspace/", "//", "!", "!//", "#");
  fc.assert(fc.property(beginnings, fc.string({ unit: "binary" }), (beginning, rest) => {
    const rule = parseRule(beginning + rest);
    assert.ok(rule === "nothing" || rule === "unknown" || typeof rule.exception === "boolean");
  }));
});

Deno.test("a wallet in the place of an IPNS key is reported, not passed over like the key", () => {
  const address = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
  for (const root of [address, address.toLowerCase(), `eip155:10:${address}`]) {
    assert.equal(parseRule(`/ipns/${root}`), "unknown", root);
  }
  const key = "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8";
  assert.equal(parseRule(`/ipns/${key}`), "nothing");
});

Deno.test("a rule for a CID means every CID with its multihash, and no other", () => {
  fc.assert(fc.property(cids, cids, (cid, other) => {
    const set = setOf(`/ipfs/${cid}`);
    const again = CID.createV1(cid.code === 0x55 ? 0x70 : 0x55, cid.multihash);
    assert.equal(set.verdictOnBlock(again), "listed");
    assert.equal(set.verdictOnPath(again, ""), "listed");
    assert.equal(set.verdictOnBlock(other), cid.equals(other) ? "listed" : "unlisted");
  }));
});

Deno.test("a path means itself, a prefix whatever begins with it", () => {
  fc.assert(fc.property(cids, paths, paths, (cid, path, other) => {
    const exact = setOf(`/ipfs/${cid}/${encoded(path)}`);
    assert.equal(exact.verdictOnPath(cid, path), "listed");
    assert.equal(exact.verdictOnPath(cid, other), other === path ? "listed" : "unlisted");
    const prefix = setOf(`/ipfs/${cid}/${encoded(path)}*`);
    assert.equal(prefix.verdictOnPath(cid, path + other), "listed");
    assert.equal(
      prefix.verdictOnPath(cid, other),
      other.startsWith(path) ? "listed" : "unlisted",
    );
  }));
});

Deno.test("the last rule decides, however it names its subject", () => {
  const forms = (cid: CID) => [
    `/ipfs/${cid}`,
    `/ipfs/${base58btc.baseEncode(cid.multihash.bytes)}`,
    `/ipfs/${cid}/*`,
  ];
  fc.assert(fc.property(
    cids,
    fc.array(fc.record({ form: fc.nat(2), exception: fc.boolean() }), { minLength: 1 }),
    (cid, rules) => {
      const lines = rules.map(({ form, exception }) => (exception ? "!" : "") + forms(cid)[form]);
      const last = rules.at(-1)?.exception ? "excepted" : "listed";
      assert.equal(setOf(...lines).verdictOnPath(cid, ""), last);
      assert.equal(setOf(...lines).verdictOnBlock(cid), last);
    },
  ));
});

Deno.test("a list is the same however its bytes come in", () => {
  const lines = fc.array(
    fc.string({ unit: "grapheme", maxLength: 20 })
      .filter((line) => !/[\n]/.test(line) && line.isWellFormed() && line.trimEnd() !== "---"),
  );
  fc.assert(fc.property(lines, fc.array(fc.nat(9)), (written, cuts) => {
    const bytes = new TextEncoder().encode(`name: x\n---\n${written.join("\n")}`);
    const read: string[] = [];
    const reader = createLineReader((line) => void read.push(line));
    let start = 0;
    for (const cut of cuts) {
      reader.take(bytes.subarray(start, start + cut));
      start = Math.min(start + cut, bytes.length);
    }
    reader.take(bytes.subarray(start));
    reader.end();
    const expected = written.join("\n").split("\n");
    if (expected.at(-1) === "") expected.pop();
    assert.deepEqual(read, expected);
  }));
});
