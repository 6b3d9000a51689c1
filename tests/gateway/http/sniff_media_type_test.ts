import fc from "fast-check";
import assert from "node:assert/strict";
import { HEAD_BYTES, sniffMediaType } from "../../../gateway/http/sniff_media_type.ts";

/** Bytes of a text whose characters are bytes, then zeros. */
function head(latin1: string, zeros = 0): Uint8Array {
  return Uint8Array.from([...latin1, ..."\0".repeat(zeros)], (letter) => letter.charCodeAt(0));
}

Deno.test("pictures, audio and video are shown with their types", () => {
  const cases: [Uint8Array, string][] = [
    [head("\xff\xd8\xff\xe0", 20), "image/jpeg"],
    [head("\x89PNG\r\n\x1a\n", 20), "image/png"],
    [head("GIF89a", 20), "image/gif"],
    [head("RIFF\x24\0\0\0WEBPVP8 "), "image/webp"],
    [head("\0\0\0\x20ftypavif", 20), "image/avif"],
    [head("\0\0\0\x20ftypheic", 20), "image/heic"],
    [head("\xff\x0a", 20), "image/jxl"],
    [head("BM\x36\x10\0\0\0\0\0\0\x36", 20), "image/bmp"],
    [head("\0\0\x01\0\x01\0", 20), "image/x-icon"],
    [head("ID3\x04\0\0", 20), "audio/mpeg"],
    [head("\xff\xfb\x90\x64", 20), "audio/mpeg"],
    [head("\xff\xf1\x50\x80", 20), "audio/aac"],
    [head("fLaC", 20), "audio/flac"],
    [head("RIFF\x24\0\0\0WAVEfmt "), "audio/wav"],
    [head("\0\0\0\x20ftypM4A ", 20), "audio/mp4"],
    [head(`OggS${"\0".repeat(24)}OpusHead`, 20), "audio/ogg"],
    [head(`OggS${"\0".repeat(24)}\x80theora`, 20), "video/ogg"],
    [head("\0\0\0\x20ftypisom", 20), "video/mp4"],
    [head("\0\0\0\x14ftypqt  ", 20), "video/quicktime"],
    [head("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", 20), "video/webm"],
    [head("\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", 20), "video/matroska"],
  ];
  for (const [bytes, type] of cases) assert.deepEqual(sniffMediaType(bytes), { type, shown: true });
});

Deno.test("documents and archives are downloads with their types", () => {
  const cases: [string, string][] = [
    ["%PDF-1.7\n%\xe2\xe3", "application/pdf"],
    ["PK\x03\x04\x14\0\x08", "application/zip"],
    [`PK\x03\x04${"\0".repeat(26)}mimetypeapplication/epub+zip`, "application/epub+zip"],
    ["\x1f\x8b\x08", "application/gzip"],
  ];
  for (const [bytes, type] of cases) {
    assert.deepEqual(sniffMediaType(head(bytes, 20)), { type, shown: false });
  }
});

Deno.test("text is shown as text, whatever it says of itself", () => {
  const texts = [
    "Hello ☂",
    "alert(1)",
    "WEBVTT\n\n",
    '{"a":1}',
    "ID3 is a tag",
    "BM is short",
    "body{}",
  ];
  for (const text of texts) {
    assert.deepEqual(
      sniffMediaType(new TextEncoder().encode(text)),
      { type: "text/plain; charset=utf-8", shown: true },
      text,
    );
  }
});

Deno.test("a text whose head ends within a character is text", () => {
  const bytes = new TextEncoder().encode("ö".repeat(HEAD_BYTES)).subarray(0, HEAD_BYTES - 1);
  assert.equal(sniffMediaType(bytes).type, "text/plain; charset=utf-8");
});

Deno.test("markup in any disguise has no type and is a download", () => {
  const markup = [
    "<!doctype html><script>1</script>",
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<?xml version="1.0"?><rss/>',
    "\ufeff<html>",
    "  \n\t <script>",
    "<",
  ];
  for (const text of markup) {
    assert.deepEqual(
      sniffMediaType(new TextEncoder().encode(text)),
      { type: "application/octet-stream", shown: false },
      text,
    );
  }
  const utf16 = "\ufeff<html>".split("").flatMap((letter) => {
    const code = letter.charCodeAt(0);
    return [code & 255, code >> 8];
  });
  assert.equal(sniffMediaType(new Uint8Array(utf16)).shown, false);
});

Deno.test("whatever the bytes are, the type is never one that acts", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const { type, shown } = sniffMediaType(bytes);
    assert.doesNotMatch(type, /html|xml|script|svg|css/);
    if (shown) assert.match(type, /^(image|audio|video)\/|^text\/plain; charset=utf-8$/);
  }));
  assert.equal(sniffMediaType(new Uint8Array()).shown, false);
});
