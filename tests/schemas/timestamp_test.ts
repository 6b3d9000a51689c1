import assert from "node:assert/strict";
import fc from "fast-check";
import { timestampFault } from "../../schemas/timestamp.ts";

Deno.test("every instant from 2020 to 9999 is a timestamp as toISOString writes it", () => {
  const instant = fc.date({
    min: new Date("2020-01-01T00:00:00.000Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(fc.property(instant, (date) => assert.equal(timestampFault(date.toISOString()), null)));
});

Deno.test("every instant outside of these years is no timestamp", () => {
  const instant = fc.date({ noInvalidDate: true })
    .filter((date) => date.getUTCFullYear() < 2020 || date.getUTCFullYear() > 9999);
  fc.assert(
    fc.property(instant, (date) => assert.notEqual(timestampFault(date.toISOString()), null)),
  );
});

Deno.test("a timestamp says which rule it breaks", () => {
  const faults = {
    "2026-11-20T08:22:17Z": /form/,
    "2026-11-20T08:22:17.000Z\n": /form/,
    "+002026-11-20T08:22:17.000Z": /form/,
    "2026-02-30T00:00:00.000Z": /real/,
    "2100-02-29T00:00:00.000Z": /real/,
    "2026-00-01T00:00:00.000Z": /real/,
    "2026-01-00T00:00:00.000Z": /real/,
    "2026-01-01T24:00:00.000Z": /real/,
    "2026-01-01T00:60:00.000Z": /real/,
    "2026-12-31T23:59:60.000Z": /real/,
    "2019-12-31T23:59:59.999Z": /2020/,
  };
  for (const [text, fault] of Object.entries(faults)) {
    assert.match(timestampFault(text) ?? "", fault, text);
  }
});
