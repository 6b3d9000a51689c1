import assert from "node:assert/strict";
import { namesDomain } from "../../../gateway/pipeline/names_domain.ts";
import type { Feed } from "../../../schemas/feed.ts";

function names(link: string | undefined, domain: string): boolean {
  const feed: Feed = { title: "", description: "", authors: [], items: [] };
  return namesDomain(link === undefined ? feed : { ...feed, link }, domain);
}

Deno.test("a feed names a domain back with its own link", () => {
  assert.ok(names("https://alice.example/", "alice.example"));
  assert.ok(names("http://Alice.Example:8080/blog?x#y", "alice.example"));
  assert.ok(names("https://bücher.example/", "xn--bcher-kva.example"));
});

Deno.test("another host, a part of it or no link at all names nothing back", () => {
  for (const link of ["https://alice.example.evil.example/", "https://www.alice.example/"]) {
    assert.ok(!names(link, "alice.example"), link);
  }
  assert.ok(!names("mailto:alice@alice.example", "alice.example"));
  assert.ok(!names("not a url", "alice.example"));
  assert.ok(!names(undefined, "alice.example"));
});
