import assert from "node:assert/strict";
import { isBrowser } from "../../../gateway/http/client_kind.ts";

const CHROMIUM =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

const cases: readonly [string, Record<string, string>, boolean][] = [
  ["a navigation", { "Sec-Fetch-Dest": "document", Accept: CHROMIUM }, true],
  ["a frame", { "Sec-Fetch-Dest": "iframe", Accept: CHROMIUM }, true],
  ["a script's fetch", { "Sec-Fetch-Dest": "empty", Accept: "text/html" }, false],
  ["an old browser", { Accept: CHROMIUM }, true],
  ["a reader that takes everything", { Accept: "*/*" }, false],
  ["a reader without headers", {}, false],
  ["a reader that prefers feeds", { Accept: "application/rss+xml, text/html;q=0.8" }, false],
  ["a reader that ranks both alike", { Accept: "application/rss+xml, text/html" }, true],
  ["a client that refuses pages", { Accept: "text/html;q=0, */*" }, false],
  ["a header of garbage", { Accept: ";;q=,text/html;q=abc,,," }, false],
  ["upper case", { Accept: "TEXT/HTML" }, true],
];

for (const [who, headers, expected] of cases) {
  Deno.test(`${who} is ${expected ? "a browser" : "a reader"}`, () => {
    assert.equal(isBrowser(new Headers(headers)), expected);
  });
}
