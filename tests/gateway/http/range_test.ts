import assert from "node:assert/strict";
import { requestedRange } from "../../../gateway/http/range.ts";

const ETAG = '"bafk"';
const range = (headers: Record<string, string>, size = 100) =>
  requestedRange(new Headers(headers), size, ETAG);

Deno.test("one range is a part, its end within the file", () => {
  const cases: [string, number, number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=10-19", 10, 20],
    ["bytes=10-", 10, 100],
    ["bytes=99-1000", 99, 100],
    ["bytes=-1", 99, 100],
    ["bytes=-1000", 0, 100],
  ];
  for (const [header, start, end] of cases) {
    assert.deepEqual(range({ Range: header }), { kind: "part", start, end }, header);
  }
});

Deno.test("a range behind the file, or of its last no bytes, cannot be given", () => {
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0"]) {
    assert.deepEqual(range({ Range: header }), { kind: "unsatisfiable" }, header);
  }
  assert.deepEqual(range({ Range: "bytes=0-" }, 0), { kind: "unsatisfiable" });
});

Deno.test("the whole is the answer to no range, several ranges and nonsense", () => {
  const headers = [
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=9-1",
    "bytes=0-1,5-6",
    "bytes=a-b",
    "bytes=0x1-2",
    "items=0-1",
    `bytes=${"9".repeat(400)}-`,
  ];
  for (const header of headers) assert.equal(range({ Range: header }).kind, "whole", header);
  assert.equal(range({}).kind, "whole");
});

Deno.test("a range that is bound to another version or a date is not given", () => {
  const Range = "bytes=0-9";
  assert.equal(range({ Range, "If-Range": ETAG }).kind, "part");
  assert.equal(range({ Range, "If-Range": '"other"' }).kind, "whole");
  assert.equal(range({ Range, "If-Range": `W/${ETAG}` }).kind, "whole");
  assert.equal(range({ Range, "If-Range": "Fri, 20 Nov 2026 08:00:00 GMT" }).kind, "whole");
});
