import assert from "node:assert/strict";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { whyNotPublic } from "../../../resolver/outbound/public_address.ts";

Deno.test("ordinary addresses of the Internet are public", () => {
  const addresses = [
    ..."1.1.1.1 9.9.9.9 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0".split(" "),
    ..."192.0.1.0 198.17.255.255 198.20.0.0 223.255.255.255".split(" "),
    ..."2606:4700:4700::1111 2620:fe::fe 2001:200::1 2a00:1450::1 2003::1".split(" "),
  ];
  for (const address of addresses) assert.equal(whyNotPublic(address), null, address);
});

Deno.test("special IPv4 addresses are not public, to the first and the last of each range", () => {
  const ranges = [
    "0.0.0.0 0.255.255.255",
    "10.0.0.0 10.255.255.255",
    "100.64.0.0 100.127.255.255",
    "127.0.0.0 127.255.255.255",
    "169.254.0.0 169.254.169.254 169.254.255.255",
    "172.16.0.0 172.31.255.255",
    "192.0.0.0 192.0.0.255",
    "192.0.2.0 192.0.2.255",
    "192.168.0.0 192.168.255.255",
    "198.18.0.0 198.19.255.255",
    "198.51.100.0 198.51.100.255",
    "203.0.113.0 203.0.113.255",
    "224.0.0.0 239.255.255.255",
    "240.0.0.0 255.255.255.254 255.255.255.255",
  ];
  for (const address of ranges.join(" ").split(" ")) {
    assert.notEqual(whyNotPublic(address), null, address);
  }
});

Deno.test("special IPv6 addresses are not public", () => {
  const addresses = [
    "::",
    "::1",
    "::7f00:1", // IPv4-compatible
    "::ffff:0:7f00:1", // IPv4-translated
    "64:ff9b:1::1",
    "100::1",
    "2001::1", // Teredo
    "2001:2::1", // benchmarking
    "2001:10::1", // ORCHID
    "2001:20::1",
    "2001:1ff:ffff::1",
    "2001:db8::1",
    "2002:7f00:1::1", // 6to4 of 127.0.0.1
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1", // segment routing
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ffff::1",
  ];
  for (const address of addresses) assert.notEqual(whyNotPublic(address), null, address);
});

Deno.test("an IPv4 address inside an IPv6 address is judged itself", () => {
  for (const prefix of ["::ffff:", "64:ff9b::"]) {
    assert.equal(whyNotPublic(`${prefix}1.1.1.1`), null);
    assert.equal(whyNotPublic(`${prefix}127.0.0.1`), "a loopback address");
    assert.equal(whyNotPublic(`${prefix}169.254.169.254`), "a link-local address");
    assert.equal(whyNotPublic(`${prefix}10.1.2.3`), "a private address");
  }
});

Deno.test("a text that is no address is not public", () => {
  for (const text of ["", "localhost", "0x7f.1", "1.1"]) assert.notEqual(whyNotPublic(text), null);
});

Deno.test("whatever ipaddr.js takes for special is not public here", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const parsed = ipaddr.process(text);
      if (parsed.range() === "unicast" || parsed.range() === "rfc6052") return;
      assert.notEqual(whyNotPublic(text), null, `${text} is ${parsed.range()}`);
    }),
    { numRuns: 2000 },
  );
});
