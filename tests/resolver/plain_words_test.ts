import assert from "node:assert/strict";
import { plainWords } from "../../resolver/plain_words.ts";

Deno.test("another program's words lose what could mislead a terminal, and their length", () => {
  assert.equal(plainWords(" no\r\n\u001b[2Jspace\u202eleft\u0000 "), "no [2Jspace left");
  assert.equal(plainWords("x".repeat(10_000)).length, 300);
  assert.equal(plainWords("Größe 🎈"), "Größe 🎈");
});
