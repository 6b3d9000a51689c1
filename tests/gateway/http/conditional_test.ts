import assert from "node:assert/strict";
import { isNotModified, lastModifiedOf } from "../../../gateway/http/conditional.ts";

const changed = Date.parse("2026-11-20T08:22:17.500Z");
const validators = { etag: '"abc"', lastModified: changed };

function asked(headers: Record<string, string>): boolean {
  return isNotModified(new Headers(headers), validators);
}

Deno.test("a held tag is not modified, alone, in a list, weak or as a star", () => {
  assert.ok(asked({ "If-None-Match": '"abc"' }));
  assert.ok(asked({ "If-None-Match": '"x", "abc"' }));
  assert.ok(asked({ "If-None-Match": 'W/"abc"' }));
  assert.ok(asked({ "If-None-Match": "*" }));
});

Deno.test("another tag is modified, whatever the date says", () => {
  assert.ok(!asked({ "If-None-Match": '"abcd"' }));
  assert.ok(
    !asked({
      "If-None-Match": '"x"',
      "If-Modified-Since": "Fri, 20 Nov 2026 10:00:00 GMT",
    }),
  );
});

Deno.test("the date that was given counts, in whole seconds, and only without a tag", () => {
  assert.ok(asked({ "If-Modified-Since": "Fri, 20 Nov 2026 08:22:17 GMT" }));
  assert.ok(!asked({ "If-Modified-Since": "Fri, 20 Nov 2026 08:22:18 GMT" }));
  assert.ok(!asked({ "If-Modified-Since": "Fri, 20 Nov 2026 08:22:16 GMT" }));
  assert.ok(!asked({ "If-Modified-Since": "yesterday" }));
  assert.ok(!asked({}));
});

Deno.test("an endless list of tags is not looked through", () => {
  assert.ok(!asked({ "If-None-Match": '"x", '.repeat(5000) + '"abc"' }));
});

Deno.test("a change has no date as long as its second runs", () => {
  assert.equal(lastModifiedOf(changed, changed + 100), null);
  assert.equal(lastModifiedOf(changed, Date.parse("2026-11-20T08:22:18.000Z")), changed);
});
