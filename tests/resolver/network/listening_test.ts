import assert from "node:assert/strict";
import { planListening } from "../../../resolver/network/listening.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { networkEnvironment } from "../../support/network.ts";

const HTTP = { hostname: "127.0.0.1", port: 8_000 };

function plan(
  environment: Record<string, string>,
  { httpAddress = HTTP, publicOrigin = null, tcpPort = 0 }: Partial<
    Parameters<typeof planListening>[1]
  > = {},
) {
  return planListening(networkEnvironment(environment), { httpAddress, publicOrigin, tcpPort });
}

Deno.test("unset: the kept TCP port on the HTTP server's host, and WebSockets on its port", () => {
  assert.deepEqual(plan({}, { tcpPort: 4_001 }), {
    listen: ["/ip4/127.0.0.1/tcp/4001"],
    httpPort: true,
    append: ["/ip4/127.0.0.1/tcp/8000/ws"],
    announce: [],
  });
});

Deno.test("IPv6 hosts are written as such, with or without brackets", () => {
  for (const hostname of ["::1", "[::1]"]) {
    const { listen, append } = plan({}, { httpAddress: { hostname, port: 8_000 } });
    assert.deepEqual([listen, append], [["/ip6/::1/tcp/0"], ["/ip6/::1/tcp/8000/ws"]]);
  }
});

Deno.test("on all interfaces, the interfaces' own addresses are told", () => {
  const { listen, append } = plan({}, { httpAddress: { hostname: "0.0.0.0", port: 8_000 } });
  assert.deepEqual(listen, ["/ip4/0.0.0.0/tcp/0"]);
  assert.ok(append.includes("/ip4/127.0.0.1/tcp/8000/ws"));
  assert.ok(!append.some((address) => address.includes("0.0.0.0")));
});

Deno.test("set but empty: nowhere", () => {
  const nowhere = { listen: [], httpPort: false, append: [], announce: [] };
  assert.deepEqual(plan({ DHT_LISTEN: "" }), nowhere);
});

Deno.test("a proxy with TLS carries WebSockets, at its name or its address", () => {
  for (
    const [url, address] of [
      ["https://node.example", "/dns4/node.example/tcp/443/tls/ws"],
      ["https://node.example:8443", "/dns4/node.example/tcp/8443/tls/ws"],
      ["https://9.9.9.9", "/ip4/9.9.9.9/tcp/443/tls/ws"],
      ["https://[2620:fe::fe]", "/ip6/2620:fe::fe/tcp/443/tls/ws"],
    ] as const
  ) {
    assert.ok(plan({}, { publicOrigin: new URL(url) }).append.includes(address), url);
  }
  assert.equal(plan({}, { publicOrigin: new URL("http://node.example") }).append.length, 1);
});

Deno.test("what is announced replaces everything; what is listened on is what is named", () => {
  const announce = "/ip4/9.9.9.9/tcp/4001";
  assert.deepEqual(plan({ DHT_ANNOUNCE: announce }).announce, [announce]);
  const ws = "/ip4/127.0.0.1/tcp/8000/ws";
  assert.deepEqual(plan({ DHT_LISTEN: `/ip4/127.0.0.1/tcp/4001,${ws},/ip4/127.0.0.1/tcp/1/ws` }), {
    listen: ["/ip4/127.0.0.1/tcp/4001", "/ip4/127.0.0.1/tcp/1/ws"],
    httpPort: true,
    append: [ws],
    announce: [],
  });
});

Deno.test("texts that are no multiaddresses are refused", () => {
  for (
    const text of ["192.0.2.1:4001", "/ip4/999.1.1.1/tcp/1", "/ip4", "/nothing/x", "https://a.b"]
  ) {
    assert.throws(() => plan({ DHT_LISTEN: text }), OurSpaceError, text);
  }
});
