import assert from "node:assert/strict";
import { contentDisposition } from "../../../gateway/http/content_disposition.ts";

Deno.test("a plain name stands as it is", () => {
  assert.equal(contentDisposition("inline", "cat 1.jpg"), 'inline; filename="cat 1.jpg"');
});

Deno.test("any other name is given in ASCII and in UTF-8", () => {
  assert.equal(
    contentDisposition("attachment", "größe (1)'.pdf"),
    `attachment; filename="gr__e (1)'.pdf"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%281%29%27.pdf`,
  );
});

Deno.test("scripts from right to left and joined emoji stay; what turns the direction of writing goes", () => {
  const utf8 = (name: string) =>
    decodeURIComponent(contentDisposition("attachment", name).split("UTF-8''")[1] ?? "");
  for (const name of ["صورة.jpg", "תמונה.png", "👨‍👩‍👧.webm"]) assert.equal(utf8(name), name);
  assert.equal(utf8("größe\u202egpj.exe"), "größe_gpj.exe");
  assert.equal(utf8("\u2067a\u2069\u2028b\r\0é"), "_a__b__é");
});

Deno.test("no name breaks out of the header", () => {
  const names = [
    'a"; filename="b',
    "a\r\nSet-Cookie: x",
    "a\\",
    "\0",
    "\ud800",
    "x".repeat(5_000),
    "😀".repeat(300),
  ];
  for (const name of names) {
    const value = contentDisposition("attachment", name);
    assert.match(
      value,
      /^attachment; filename="[^"\\\r\n\0]*"(; filename\*=UTF-8''[\w.~!#$&+^`|%-]*)?$/,
    );
    assert.ok(value.length < 3_000);
    new Headers({ "Content-Disposition": value });
  }
});
