import assert from "node:assert/strict";
import { decodeDocument } from "../../../gateway/feed/decode.ts";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("without a word about it, bytes are UTF-8", () => {
  assert.equal(decodeDocument(utf8("žluť 🐎"), ""), "žluť 🐎");
});

Deno.test("without a word and not UTF-8, bytes are what the server said, else windows-1252", () => {
  assert.equal(decodeDocument(bytes("\x93caf\xe9\x94"), ""), "“café”");
  assert.equal(decodeDocument(bytes("\xf0\xd2"), 'text/xml; charset="koi8-r"'), "Пр");
  assert.equal(decodeDocument(bytes("\xe9"), "text/xml; charset=no-such-thing"), "\uFFFD");
});

Deno.test("what a server says never overrides the document, nor valid UTF-8", () => {
  const xml = '<?xml version="1.0" encoding="koi8-r"?>\xf0';
  assert.equal(decodeDocument(bytes(xml), "text/xml; charset=utf-8").at(-1), "П");
  assert.equal(decodeDocument(utf8("é"), "text/xml; charset=iso-8859-1"), "é");
});

Deno.test("byte order marks come before everything", () => {
  const declared = '<?xml version="1.0" encoding="iso-8859-1"?>é';
  assert.equal(decodeDocument(utf8(`\uFEFF${declared}`), "").at(-1), "é");
  const little = bytes(["\xff\xfe", ...declared].join("\0").replace("\0", ""));
  assert.equal(decodeDocument(Uint8Array.from([...little, 0]), "").at(-1), "é");
});

Deno.test("UTF-16 is known without a mark", () => {
  const text = '<?xml version="1.0" encoding="utf-16"?><a>é</a>';
  const units = [...text].map((letter) => letter.charCodeAt(0));
  assert.equal(decodeDocument(Uint8Array.from(units.flatMap((unit) => [unit, 0])), ""), text);
  assert.equal(decodeDocument(Uint8Array.from(units.flatMap((unit) => [0, unit])), ""), text);
});

Deno.test("a declaration that cannot be true or is not known means UTF-8", () => {
  for (const label of ["utf-16", "UCS-2", "x-nonsense"]) {
    const text = `<?xml version='1.0' encoding='${label}'?>é`;
    assert.equal(decodeDocument(utf8(text), ""), text);
  }
});

Deno.test("older Asian encodings are read", () => {
  const shiftJis = bytes('<?xml version="1.0" encoding="Shift_JIS"?>\x93\xfa\x96\x7b');
  assert.equal(decodeDocument(shiftJis, "").slice(-2), "日本");
});
