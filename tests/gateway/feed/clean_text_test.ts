import assert from "node:assert/strict";
import { cleanText, paragraphs } from "../../../gateway/feed/clean_text.ts";

Deno.test("text is one line without what no document may contain", () => {
  assert.equal(cleanText("  a\n\tb \u0001c\uD800 ", 100), "a b c");
  assert.equal(cleanText(" \n ", 100), undefined);
  assert.equal(cleanText(undefined, 100), undefined);
});

Deno.test("text that is too long is cut between characters", () => {
  assert.equal(cleanText("abcdef", 6), "abcdef");
  assert.equal(cleanText("abc def", 5), "abc…");
  assert.equal(cleanText("ab🐎🐎🐎", 4), "ab…");
  assert.equal(cleanText("x".repeat(1e6), 10)?.length, 10);
});

Deno.test("empty lines part paragraphs, other line ends stay", () => {
  assert.equal(paragraphs("a\r\nb\n\n \n c < d & e"), "<p>a<br>b</p><p>c &lt; d &amp; e</p>");
});
