import assert from "node:assert/strict";
import { parseBaseUrls } from "../../resolver/base_urls.ts";
import { OurSpaceError } from "../../schemas/errors.ts";

Deno.test("services are named by their addresses, each once, without a slash at the end", () => {
  assert.deepEqual(parseBaseUrls(""), []);
  assert.deepEqual(
    parseBaseUrls("https://a.example/, http://b.example:8000/path/,https://a.example"),
    ["https://a.example", "http://b.example:8000/path"],
  );
});

Deno.test("what would end up in a log, or asks the DNS for an onion name, is refused", () => {
  const wrong = [
    "a.example",
    "ftp://a.example",
    "https://me:secret@a.example",
    "https://a.example/?a",
    "https://a.example/#a",
    "http://a.onion",
    "https://a.example,http://a.onion:8000/path",
  ];
  for (const text of wrong) assert.throws(() => parseBaseUrls(text), OurSpaceError, text);
});
