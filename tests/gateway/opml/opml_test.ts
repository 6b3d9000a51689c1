import assert from "node:assert/strict";
import { parseXml, type XmlElement } from "../../../gateway/feed/xml_tree.ts";
import { OPML_MAX_LENGTH, readOpml } from "../../../gateway/opml/read.ts";
import { writeOpml } from "../../../gateway/opml/write.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { CALL } from "../../support/content.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x920bE5CDd67Bd86d058029318a43C7401Dd9D684";

function opml(body: string): string {
  return `<?xml version="1.0"?><opml version="2.0"><head/><body>${body}</body></opml>`;
}

async function namesIn(text: string): Promise<string[]> {
  return (await readOpml(text, CALL)).names.map(({ text }) => text);
}

Deno.test("what is exported is imported again, whatever the gateway", async () => {
  const list = [
    { name: "alice.example", identity: ALICE, title: "Pears & other weights" },
    { name: BOB, identity: BOB, title: "" },
    { name: `eip155:10:${ALICE}`, identity: `eip155:10:${ALICE}`, title: "مدونة" },
  ];
  const text = new TextDecoder().decode(writeOpml(list, "https://gateway.example"));
  assert.match(text, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<opml version="2.0" /);
  assert.ok(text.includes('xmlUrl="https://gateway.example/alice.example/feed.xml"'));
  assert.deepEqual((await readOpml(text, CALL)).skipped, []);
  assert.deepEqual(await namesIn(text), list.map(({ name }) => name));
});

Deno.test("a reader is told what feeds are called, and a terminal nothing that it obeys", async () => {
  const title = "مدونة 🍐 \u009b31m\u202e";
  const list = [{ name: "alice.example", identity: ALICE, title }, {
    name: BOB,
    identity: BOB,
    title: "",
  }];
  const text = new TextDecoder().decode(writeOpml(list, "https://gateway.example"));
  assert.match(text, /^[\n\x20-\x7e]*$/);
  const titles: string[] = [];
  function visit({ attributes, content }: XmlElement): void {
    if (attributes["title"] !== undefined) titles.push(attributes["title"]);
    for (const part of content) if (typeof part !== "string") visit(part);
  }
  visit(await parseXml(text, () => true, CALL));
  assert.deepEqual(titles, [title, BOB]);
});

Deno.test("lists of other readers: folders, feeds at any gateway, each name once", async () => {
  const names = await namesIn(opml(`
    <outline text="People">
      <outline text="Alice" type="rss" xmlUrl="https://one.example/${ALICE}/feed.xml"/>
      <outline text="Alice again" type="rss" XMLURL="http://two.example/${ALICE.toLowerCase()}/atom.xml?raw"/>
      <outline text="deeper"><outline xmlUrl="https://one.example/${BOB}"/></outline>
    </outline>
    <outline text="Carol" xmlUrl="https://one.example/carol.example/feed.json"/>
    <outline text="Dan" xmlUrl="https://one.example/eip155%3A1%3A${ALICE}/feed.xml"/>`));
  assert.deepEqual(names, [ALICE, BOB, "carol.example", `eip155:1:${ALICE}`]);
});

Deno.test("what leads to no wallet is left out, and said to be", async () => {
  const wrong = ALICE.replace("d8dA", "D8dA");
  const { names, skipped } = await readOpml(
    opml(`
    <outline text="A blog" xmlUrl="https://blog.example/feed.xml"/>
    <outline title="A page" text="x" xmlUrl="https://blog.example/2026/05/post.html/feed.xml"/>
    <outline text="Odd" xmlUrl="javascript:alert(1)"/>
    <outline text="Local" xmlUrl="https://one.example/localhost/feed.xml"/>
    <outline text="Mistyped" xmlUrl="https://one.example/${wrong}/feed.xml"/>
    <outline text="%" xmlUrl="https://one.example/%ff/feed.xml"/>`),
    CALL,
  );
  assert.deepEqual(names, []);
  assert.deepEqual(skipped.map(({ title }) => title), [
    '"A blog"',
    '"A page"',
    '"Odd"',
    '"Local"',
    '"Mistyped"',
    '"%"',
  ]);
  assert.match(skipped[4]?.reason ?? "", /checksum/);
});

for (
  const [what, text] of Object.entries({
    "empty": "",
    "no XML": "hello",
    "a feed": "<rss version='2.0'><channel/></rss>",
    "cut off": opml("").slice(0, -8),
    "too long": opml(" ".repeat(OPML_MAX_LENGTH)),
    "too deep": opml("<outline>".repeat(300)),
    "too many": opml("<outline text='x'/>".repeat(5_001)),
  })
) {
  Deno.test(`a list that is ${what} is refused`, async () => {
    await assert.rejects(readOpml(text, CALL), OurSpaceError);
  });
}

Deno.test("entities that grow are not expanded", async () => {
  const bomb =
    `<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>` +
    `<opml><body><outline text="&b;" xmlUrl="https://one.example/${ALICE}/feed.xml"/></body></opml>`;
  assert.deepEqual(await namesIn(bomb), [ALICE]);
});
