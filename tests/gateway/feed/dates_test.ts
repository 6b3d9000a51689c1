import assert from "node:assert/strict";
import fc from "fast-check";
import { readDate } from "../../../gateway/feed/dates.ts";

const read: [string, string][] = [
  ["2026-11-20T08:22:17Z", "2026-11-20T08:22:17.000Z"],
  ["2026-11-20t08:22:17.5z", "2026-11-20T08:22:17.500Z"],
  ["2026-11-20T08:22:17.123456+02:00", "2026-11-20T06:22:17.123Z"],
  ["2026-11-20 08:22:17 -0330", "2026-11-20T11:52:17.000Z"],
  ["2026-11-20T08:22+01", "2026-11-20T07:22:00.000Z"],
  ["2026-11-20T08:22:17", "2026-11-20T08:22:17.000Z"],
  ["2026-11-20", "2026-11-20T00:00:00.000Z"],
  ["2026-11", "2026-11-01T00:00:00.000Z"],
  ["2026", "2026-01-01T00:00:00.000Z"],
  ["Fri, 20 Nov 2026 08:22:17 GMT", "2026-11-20T08:22:17.000Z"],
  ["  Fri, 20 Nov 2026 08:22:17 +0200 ", "2026-11-20T06:22:17.000Z"],
  ["Fri, 20 Nov 2026 08:22:17 GMT+0200", "2026-11-20T06:22:17.000Z"],
  ["Fri,20 Nov 2026 08:22:17 EST", "2026-11-20T13:22:17.000Z"],
  ["20 Nov 26 08:22 PDT", "2026-11-20T15:22:00.000Z"],
  ["Friday, 20 November 2026 08:22:17 Z", "2026-11-20T08:22:17.000Z"],
  ["20-Nov-2026", "2026-11-20T00:00:00.000Z"],
  ["1 Jan 99 00:00:00 UT", "1999-01-01T00:00:00.000Z"],
  ["Fri, 20 Nov 2026 08:22:17 +0000 (UTC)", "2026-11-20T08:22:17.000Z"],
  ["Fri, 20 Nov 2026 08:22:17 XYZ", "2026-11-20T08:22:17.000Z"],
  ["Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00.000Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["2026-11-20T24:00:00Z", "2026-11-21T00:00:00.000Z"],
];

Deno.test("dates are read in all forms that feeds have them in, as UTC", () => {
  for (const [text, expected] of read) assert.equal(readDate(text), expected, text);
});

Deno.test("what is no date is none", () => {
  const nonsense = [
    undefined,
    "",
    "yesterday",
    "2026-02-30",
    "2025-02-29",
    "2026-13-01",
    "2026-11-20T25:00:00Z",
    "2026-11-20T08:61:00Z",
    "0 Nov 2026",
    "32 Nov 2026",
    "20 Nox 2026",
    "0000-01-01",
    "9999-12-31T23:59:59-01:00",
    "1763626937",
    "20 Nov 2026".padEnd(100),
  ];
  for (const text of nonsense) assert.equal(readDate(text), undefined, text ?? "nothing");
});

Deno.test("every instant is read back from its common forms", () => {
  const instants = fc.date({
    min: new Date("0100-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(instants, (date) => {
    assert.equal(readDate(date.toISOString()), date.toISOString());
    const second = new Date(Math.floor(date.getTime() / 1_000) * 1_000);
    assert.equal(readDate(second.toUTCString()), second.toISOString());
  }));
});

Deno.test("no text takes long, or throws", () => {
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => {
    assert.ok(readDate(text) === undefined || !Number.isNaN(Date.parse(readDate(text) ?? "")));
  }));
});
