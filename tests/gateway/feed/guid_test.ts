import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { guidOf, itemId } from "../../../gateway/feed/guid.ts";

const NOTHING = {
  guid: undefined,
  link: undefined,
  title: undefined,
  published: undefined,
  content: "",
};

Deno.test("an item's id is base32 of the first 16 bytes of SHA-256 of its guid", () => {
  // printf abc | sha256sum | head -c 32 | xxd -r -p | base32 | tr -d = | tr A-Z a-z
  assert.equal(itemId("abc"), "xj4bnp4pahh6uqkbidpf3lrcem");
  assert.match(itemId("köln 🐎"), /^[a-z2-7]{26}$/);
});

Deno.test("the source's guid counts, then the link, then title and date, then the content", () => {
  const all = {
    guid: "g",
    link: "l",
    title: "t",
    published: "2026-01-01T00:00:00.000Z",
    content: "c",
  };
  assert.equal(guidOf(all), "g");
  assert.equal(guidOf({ ...all, guid: undefined }), "l");
  const hash = createHash("sha256").update('["t","2026-01-01T00:00:00.000Z"]').digest("hex");
  assert.equal(guidOf({ ...all, guid: undefined, link: undefined }), `urn:sha256:${hash}`);
  const content = createHash("sha256").update('["c"]').digest("hex");
  assert.equal(guidOf({ ...NOTHING, content: "c" }), `urn:sha256:${content}`);
});

Deno.test("with a title or a date, a corrected text is still the same item", () => {
  assert.equal(
    guidOf({ ...NOTHING, title: "t", content: "a" }),
    guidOf({ ...NOTHING, title: "t", content: "b" }),
  );
});

Deno.test("a guid too long to carry along is hashed", () => {
  assert.match(guidOf({ ...NOTHING, guid: "g".repeat(3_000) }), /^urn:sha256:[0-9a-f]{64}$/);
});
