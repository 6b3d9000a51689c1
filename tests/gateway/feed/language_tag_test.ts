import assert from "node:assert/strict";
import { languageName } from "../../../gateway/render/language.ts";
import { readLanguage } from "../../../gateway/feed/language_tag.ts";

Deno.test("a language tag is brought into its canonical form", () => {
  const tags = { "EN_us": "en-US", " he ": "he", "zh-hant-tw": "zh-Hant-TW", "iw": "he" };
  for (const [written, tag] of Object.entries(tags)) assert.equal(readLanguage(written), tag);
});

Deno.test("what a tag says beside the language is dropped: nothing has a name for it", () => {
  const tags = { "en-u-ca-buddhist": "en", "de-t-en": "de", "fr-CA-x-mine": "fr-CA" };
  for (const [written, tag] of Object.entries(tags)) {
    assert.equal(readLanguage(written), tag);
    assert.notEqual(languageName(tag), "");
  }
});

Deno.test("what is no language tag is dropped", () => {
  for (const text of [undefined, "", "english, german", '"><script>', "x", "a".repeat(99)]) {
    assert.equal(readLanguage(text), undefined);
  }
});
