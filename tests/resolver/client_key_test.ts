import assert from "node:assert/strict";
import { clientKey, isLoopback } from "../../resolver/client_key.ts";

Deno.test("an IPv4 address is one client, written as IPv6 too", () => {
  assert.equal(clientKey("::ffff:192.0.2.1"), clientKey("192.0.2.1"));
  assert.notEqual(clientKey("192.0.2.2"), clientKey("192.0.2.1"));
});

Deno.test("the addresses of one IPv6 /64 are one client", () => {
  assert.equal(clientKey("2001:db8:0:1::1"), clientKey("2001:db8:0:1:ffff::2"));
  assert.notEqual(clientKey("2001:db8:0:2::1"), clientKey("2001:db8:0:1::1"));
  assert.notEqual(clientKey("::1"), clientKey("0.0.0.0"));
});

Deno.test("what is no address stands for itself", () => {
  assert.equal(clientKey("/run/gateway.sock"), "/run/gateway.sock");
  assert.equal(clientKey(""), "");
});

Deno.test("only 127.0.0.0/8 and ::1 are this machine", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assert.ok(isLoopback(address), address);
  }
  for (const address of ["128.0.0.1", "10.0.0.1", "::2", "::", "::ffff:8.8.8.8", "", "localhost"]) {
    assert.ok(!isLoopback(address), address);
  }
});
