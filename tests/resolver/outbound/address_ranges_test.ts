import assert from "node:assert/strict";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";

Deno.test("ranges hold the addresses with the same first bits, and no others", () => {
  const ranges = parseAddressRanges("10.0.0.0/8, 192.168.1.128/25,fd00::/8");
  for (const inside of ["10.0.0.0", "10.255.255.255", "192.168.1.128", "fd12::1"]) {
    assert.equal(ranges.includes(inside), true, inside);
  }
  for (const outside of ["9.255.255.255", "11.0.0.0", "192.168.1.127", "fc00::1", "::a00:1"]) {
    assert.equal(ranges.includes(outside), false, outside);
  }
});

Deno.test("an address without a prefix is a range of one", () => {
  const ranges = parseAddressRanges("127.0.0.1,::1");
  assert.equal(ranges.includes("127.0.0.1"), true);
  assert.equal(ranges.includes("::1"), true);
  assert.equal(ranges.includes("127.0.0.2"), false);
});

Deno.test("the empty text allows nothing, and /0 everything of its version", () => {
  assert.equal(parseAddressRanges("").includes("127.0.0.1"), false);
  assert.equal(parseAddressRanges("0.0.0.0/0").includes("203.0.113.9"), true);
  assert.equal(parseAddressRanges("0.0.0.0/0").includes("::1"), false);
});

Deno.test("a range of one version does not hold the other's addresses", () => {
  assert.equal(parseAddressRanges("::/0").includes("127.0.0.1"), false);
  assert.equal(parseAddressRanges("127.0.0.0/8").includes("::ffff:127.0.0.1"), false);
});

Deno.test("what is no range is named in the error", () => {
  for (const text of ["localhost", "10.0.0.0/33", "fd00::/129", "10/8", "10.0.0.0/", "a/8"]) {
    assert.throws(
      () => parseAddressRanges(`127.0.0.0/8,${text}`),
      (error) => error instanceof OurSpaceError && error.message.includes(text),
      text,
    );
  }
});
