import assert from "node:assert/strict";
import { parseRssFeed } from "feedsmith";

const FOLDER = new URL("../../../gateway/welcome/feed/", import.meta.url);
const text = await Deno.readTextFile(new URL("feed.xml", FOLDER));
const feed = parseRssFeed(text);
const items = feed.items ?? [];
const html = items.map((item) => item.description ?? "").join("\n");

Deno.test("the welcome feed is RSS with a title, a language, a date, an author and articles", () => {
  assert.equal(feed.title, "Welcome to OurSpace");
  assert.equal(feed.language, "en");
  assert.equal(items.length, 3);
  const guids = new Set<string>();
  for (const item of items) {
    assert.ok(item.title && item.description);
    assert.match(item.pubDate ?? "", /^Fri, 20 Nov 2026 /);
    assert.deepEqual(item.dc?.creators, ["The OurSpace makers"]);
    guids.add(item.guid?.value ?? "");
  }
  assert.equal(guids.size, items.length);
});

Deno.test("the folder holds the feed and the pictures that it shows, nothing else", async () => {
  const pictures = [...html.matchAll(/<img src="([^"]+)"/g)].map(([, src]) => src ?? "");
  assert.equal(pictures.length, 1);
  const files = [];
  for await (const { name, isFile } of Deno.readDir(FOLDER)) {
    assert.ok(isFile);
    files.push(name);
  }
  assert.deepEqual(files.sort(), ["feed.xml", ...pictures].sort());
  for (const picture of pictures) {
    const { size } = await Deno.stat(new URL(picture, FOLDER));
    assert.ok(size <= 150 * 1024);
  }
});

Deno.test("every picture says what it shows", () => {
  for (const [image] of html.matchAll(/<img [^>]*>/g)) assert.match(image, / alt="[^"]{20,}"/);
});

Deno.test("the commands in it are those of the project", async () => {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../../deno.json", FOLDER)));
  const commands = [...html.matchAll(/npx -y deno@(\S+) task (\w+)/g)];
  assert.ok(commands.length >= 2);
  for (const [, version, task = ""] of commands) {
    assert.equal(version, "2.9.6");
    assert.ok(task in config.tasks, task);
  }
});

Deno.test("it warns that money sent to its address is lost", () => {
  assert.match(html, /send no money/);
});
