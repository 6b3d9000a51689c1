import assert from "node:assert/strict";
import {
  dateTexts,
  directionOf,
  directionOfText,
  languageName,
} from "../../../gateway/render/language.ts";

Deno.test("a language's script decides the direction", () => {
  for (const language of ["ar", "he", "fa-IR", "ur", "yi", "ckb", "dv", "az-Arab", "pa-PK"]) {
    assert.equal(directionOf(language), "rtl", language);
  }
  for (const language of ["en", "de-AT", "zh-Hant", "az", "ar-Latn", "xx", "pa"]) {
    assert.equal(directionOf(language), "ltr", language);
  }
  assert.equal(directionOf(undefined), "auto");
});

Deno.test("most of a text's letters decide how it is written; numbers and mixtures decide nothing", () => {
  assert.equal(directionOfText("שלום עולם, from OurSpace? לא, מכאן ומכאן"), "rtl");
  assert.equal(directionOfText("A word (שלום) in a long line of English text that goes on"), "ltr");
  assert.equal(directionOfText("The start of שלום עולם"), undefined);
  assert.equal(directionOfText("料理の記録"), "ltr");
  assert.equal(directionOfText("2026: 1 < 2"), undefined);
  assert.equal(directionOfText(""), undefined);
});

Deno.test("a language is called by its own name", () => {
  assert.equal(languageName("de"), "Deutsch");
  assert.equal(languageName("he"), "עברית");
  assert.equal(languageName("qaa"), "qaa");
});

Deno.test("dates for people are in the feed's language and in UTC, wherever the machine is", () => {
  const date = "2026-11-20T23:59:17.000Z";
  assert.equal(dateTexts("de").date(date), "20. November 2026");
  assert.equal(dateTexts("en").date(date), "November 20, 2026");
  assert.equal(dateTexts(undefined).date(date), "20 November 2026");
  // A language that nobody knows must not become the machine's own.
  assert.equal(dateTexts("xx").date(date), "20 November 2026");
  assert.match(dateTexts(undefined).instant(date), /^20 November 2026.* 23:59 UTC$/);
});
