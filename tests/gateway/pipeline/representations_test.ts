import assert from "node:assert/strict";
import { createRepresentations } from "../../../gateway/pipeline/representations.ts";

const key = { pointerText: "text", format: "rss", base: "https://gateway.example", states: "" };
const bytes = new TextEncoder().encode("<rss/>".repeat(1000));

Deno.test("a tag changes with everything that the bytes depend on, the build included", () => {
  const { tagOf } = createRepresentations({ build: "1" });
  const tags = [
    tagOf(key),
    tagOf({ ...key, pointerText: "other" }),
    tagOf({ ...key, format: "atom" }),
    tagOf({ ...key, base: "https://alice.example" }),
    tagOf({ ...key, states: "stale" }),
    createRepresentations({ build: "2" }).tagOf(key),
  ];
  assert.equal(new Set(tags).size, tags.length);
  assert.equal(tags[0], createRepresentations({ build: "1" }).tagOf({ ...key }));
});

Deno.test("concurrent visitors share one rendering, and its compressed forms are kept", async () => {
  const representations = createRepresentations({ build: "1" });
  let renderings = 0;
  const render = () => (renderings++, Promise.resolve(bytes));
  const made = await Promise.all([1, 2, 3].map(() => representations.make("tag", render)));
  assert.equal(renderings, 1);
  const first = await made[0]?.encoded("br");
  const second = await representations.get("tag")?.encoded("br");
  assert.equal(first?.coding, "br");
  assert.equal(first?.bytes, second?.bytes);
});

Deno.test("what does not fit any more is forgotten, never the answer", async () => {
  const representations = createRepresentations({ build: "1", limitBytes: 10_000 });
  await representations.make("a", () => Promise.resolve(bytes));
  await representations.make("b", () => Promise.resolve(bytes));
  assert.equal(representations.get("a"), undefined);
  assert.deepEqual((await representations.get("b")?.encoded("identity"))?.bytes, bytes);
});
