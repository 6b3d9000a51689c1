import assert from "node:assert/strict";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { learnedUrl, urlOfAddress } from "../../../resolver/peers/learned_url.ts";

const none = parseAddressRanges("");

Deno.test("a stranger's peer has https and a public name", () => {
  assert.equal(learnedUrl("https://peer.example/", none), "https://peer.example");
  assert.equal(
    learnedUrl("https://peer.example:8443/node/", none),
    "https://peer.example:8443/node",
  );
  for (
    const refused of [
      "",
      "peer.example",
      "http://peer.example",
      "ftp://peer.example",
      "https://user:secret@peer.example",
      "https://peer.example/?query",
      "https://peer.example/#part",
      "https://10.0.0.1",
      "https://[::1]",
      "https://1.1.1.1",
      "https://localhost",
      "https://nas.local",
      "https://nas",
      "https://service.onion",
      `https://peer.example/${"x".repeat(300)}`,
    ]
  ) assert.equal(learnedUrl(refused, none), null, refused);
});

Deno.test("addresses that the operator allows need neither", () => {
  const loopback = parseAddressRanges("127.0.0.0/8,fd00::/8");
  assert.equal(learnedUrl("http://127.0.0.1:8000", loopback), "http://127.0.0.1:8000");
  assert.equal(learnedUrl("http://[fd00::1]:8000", loopback), "http://[fd00::1]:8000");
  assert.equal(learnedUrl("http://10.0.0.1:8000", loopback), null);
  assert.equal(learnedUrl("http://peer.example", loopback), null);
});

Deno.test("a WebSocket address on HTTPS's port leads to a gateway", () => {
  for (
    const address of [
      "/dns4/peer.example/tcp/443/tls/ws",
      "/dns4/peer.example/tcp/443/wss/p2p/12D3KooWxyz",
      "/dns/peer.example/tcp/443/tls/sni/peer.example/ws/p2p/12D3KooWxyz",
    ]
  ) assert.equal(urlOfAddress(address), "https://peer.example", address);
  for (
    const address of [
      "/dns4/peer.example/tcp/4001",
      "/dns4/peer.example/tcp/8443/tls/ws",
      "/dns4/peer.example/tcp/443/ws",
      "/ip4/192.0.2.1/tcp/443/tls/ws",
      `/dns4/${"x".repeat(400)}/tcp/443/tls/ws`,
    ]
  ) assert.equal(urlOfAddress(address), null, address);
});
