import assert from "node:assert/strict";
import fc from "fast-check";
import { terminalText } from "../../../gateway/commands/terminal_text.ts";

/** Whatever may move the cursor, colour, ring, hide or turn around. */
const DANGERS = /[\p{C}\p{Zl}\p{Zp}]/u;

Deno.test("text is shown as it is when it fits", () => {
  for (
    const text of ["Alice", "Grüße – schöne", "日本語の題", "שלום", "👩‍🚀".replace("\u200d", "")]
  ) {
    assert.equal(terminalText(text, 40), text);
  }
});

Deno.test("escape sequences, control characters, bidi overrides and line ends are left out", () => {
  const cases = {
    "\x1b[2J\x1b[31mred\x07": "[2J [31mred",
    "a\r\nb\tc\u0085d\u2028e\u2029f": "a b c d e f",
    "\u202eevil\u202c \u2066x\u2069 \u200fy": "evil x y",
    "\x9b31m C1": "31m C1",
    "zero\u200bwidth\ufeff\u00ad": "zero width",
    "lone \ud800 half": "lone half",
    "a\u00a0\u3000b": "a b",
  };
  for (const [text, shown] of Object.entries(cases)) assert.equal(terminalText(text, 40), shown);
});

Deno.test("marks do not pile up", () => {
  assert.equal(terminalText(`e${"\u0301".repeat(100)}!`, 40), "e\u0301\u0301!");
});

Deno.test("no text takes more columns than it may", () => {
  assert.equal(terminalText("a".repeat(41), 40), `${"a".repeat(39)}…`);
  assert.equal(terminalText("漢".repeat(21), 40), `${"漢".repeat(19)}…`);
  assert.equal(terminalText("x ".repeat(1_000_000), 10), "x x x x x…");
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
    const shown = terminalText(text, 40);
    assert.doesNotMatch(shown, DANGERS);
    assert.ok([...shown].filter((character) => !/\p{M}/u.test(character)).length <= 40);
    assert.ok(shown.length <= 240);
  }));
});
