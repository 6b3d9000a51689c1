import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { parseIpAddress } from "../../../resolver/outbound/ip_address.ts";

Deno.test("an IPv4 address is read as its 32 bits", () => {
  assert.deepEqual(parseIpAddress("0.0.0.0"), { version: 4, value: 0n });
  assert.deepEqual(parseIpAddress("192.0.2.1"), { version: 4, value: 0xc0000201n });
  assert.deepEqual(parseIpAddress("255.255.255.255"), { version: 4, value: 0xffffffffn });
});

Deno.test("an IPv6 address is read as its 128 bits in every way of writing it", () => {
  const value = 0x20010db8_00000000_00000000_00000001n;
  for (const text of ["2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8::0.0.0.1"]) {
    assert.deepEqual(parseIpAddress(text), { version: 6, value });
  }
  assert.deepEqual(parseIpAddress("::"), { version: 6, value: 0n });
  assert.deepEqual(parseIpAddress("1::"), { version: 6, value: 1n << 112n });
});

Deno.test("what is no address in the usual form is refused", () => {
  const texts = [
    ..."| |1|1.2.3|1.2.3.4.5|01.2.3.4|1.2.3.256|0x7f.0.0.1|2130706433|1.2.3.4 |１.2.3.4".split("|"),
    ..."|:::|1::2::3|::1%eth0|fe80::1%25eth0|[::1]|::1]/|12345::|1:2:3:4:5:6:7".split("|"),
    "example.com",
  ];
  for (const text of texts) assert.equal(parseIpAddress(text), null, text);
});

Deno.test("every address is understood as ipaddr.js understands it", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
    // ipaddr.js 2.5 takes the deprecated ::1.2.3.4 for ::ffff:1.2.3.4.
    fc.pre(!text.includes(":") || !text.includes("."));
    const bytes = ipaddr.parse(text).toByteArray();
    const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    assert.deepEqual(parseIpAddress(text), { version: bytes.length === 4 ? 4 : 6, value });
  }));
});
