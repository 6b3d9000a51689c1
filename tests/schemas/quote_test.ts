import assert from "node:assert/strict";
import { quote } from "../../schemas/quote.ts";

Deno.test("a stranger's text is quoted as it is, and cut", () => {
  assert.equal(quote('a "b" مرحبا 👩‍🌾'), '"a \\"b\\" مرحبا 👩‍🌾"');
  assert.equal(quote("x".repeat(81)), `"${"x".repeat(80)}…"`);
});

Deno.test("nothing in it starts a line, commands a terminal or turns what stands beside it around", () => {
  assert.equal(quote("a\nb\u001b[31m"), '"a\\nb\\u001b[31m"');
  assert.equal(quote("\u007f\u0085\u009b31m"), '"\\u007f\\u0085\\u009b31m"');
  assert.equal(quote("\u2028\u202egpj.exe\u2066"), '"\\u2028\\u202egpj.exe\\u2066"');
});
