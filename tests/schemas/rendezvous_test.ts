import assert from "node:assert/strict";
import { httpMultiaddr, httpOrigin } from "../../schemas/http_multiaddr.ts";
import { parseIdentity } from "../../schemas/identity.ts";
import { rendezvousCid } from "../../schemas/rendezvous.ts";

Deno.test("the meeting points of the specification's examples", () => {
  const examples = {
    "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045":
      "bafkreidhnm4twq3wadnbyvuih3vgbusbv35vy3syxbvcab4q63j5f5h2bu",
    "eip155:1:0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045":
      "bafkreigo4o4rfboadajoo5vz6eurxhk5rydf7ekjsfdjkgf3fkwujbo6eq",
  };
  for (const [text, cid] of Object.entries(examples)) {
    assert.equal(rendezvousCid(parseIdentity(text)), cid);
  }
});

Deno.test("web addresses become multiaddresses, and these the same web addresses", () => {
  const examples = {
    "https://gw.example": "/dns/gw.example/tcp/443/tls/http",
    "https://gw.example:8443": "/dns/gw.example/tcp/8443/tls/http",
    "http://gw.example": "/dns/gw.example/tcp/80/http",
    "http://192.0.2.1:8000": "/ip4/192.0.2.1/tcp/8000/http",
    "http://[2001:db8::1]:8000": "/ip6/2001:db8::1/tcp/8000/http",
  };
  for (const [origin, multiaddr] of Object.entries(examples)) {
    assert.equal(httpMultiaddr(new URL(origin)), multiaddr);
    assert.equal(httpOrigin(multiaddr), origin);
    assert.equal(
      httpOrigin(`${multiaddr}/p2p/12D3KooWNuC5qR5ggiiaG7Ftf7E7G7xtEikXWw8vb8G94JS83hq7`),
      origin,
    );
  }
});

Deno.test("the other ways to write a web server's multiaddress are read too", () => {
  for (const address of ["/dns4/gw.example/tcp/443/https", "/dns6/gw.example/tcp/443/tls/http"]) {
    assert.equal(httpOrigin(address), "https://gw.example");
  }
  assert.equal(httpOrigin("/dns/GW.example/tcp/80/http"), "http://gw.example");
  assert.equal(httpOrigin("/ip4/192.0.2.1/tcp/443/tls/sni/gw.example/http"), "https://192.0.2.1");
});

Deno.test("what is no web server's multiaddress is none", () => {
  const others = [
    "",
    "/",
    "https://gw.example",
    "/ip4/192.0.2.1/tcp/4001",
    "/ip4/192.0.2.1/udp/4001/quic-v1",
    "/dns4/gw.example/tcp/443/tls/ws",
    "/dns4/gw.example/tcp/443/tls/http/http-path/x",
    "/dns4/gw.example/tcp/0/http",
    "/dns4/gw.example/tcp/99999/http",
    "/dns4/user@gw.example/tcp/80/http",
    "/dns4/gw.example?x/tcp/80/http",
    "/dns4/gw.example:81/tcp/80/http",
    "/dns4/gw%2eexample/tcp/80/http",
    "/ip6/::1%25eth0/tcp/80/http",
    "/ip4/300.1.1.1/tcp/80/http",
    "/ip4/0x7f.1/tcp/80/http",
    "/ip4/127.1/tcp/80/http",
    "/ip4/gw.example/tcp/80/http",
    "/dns4/192.0.2.1/tcp/80/http",
    "/dns/2130706433/tcp/80/http",
    "/dns/[::1]/tcp/80/http",
    "/ip6/2001:db8:0::1/tcp/80/http",
    "/ip6/gw.example/tcp/80/http",
    "/ip4/192.0.2.1/tcp/080/http",
    "/ip4/192.0.2.1/tcp/80/http/",
    "/IP4/192.0.2.1/tcp/80/http",
    "/ip4/192.0.2.1/tcp/80/http/p2p/a b",
    "/ip6/::ffff:192.0.2.1/tcp/80/http",
    "/ip4/192.0.2.1/tcp/80/http/p2p/a/p2p/b",
    `/dns4/${"a".repeat(600)}/tcp/80/http`,
    "/p2p/12D3KooW/p2p-circuit",
  ];
  for (const text of others) assert.equal(httpOrigin(text), null, text);
});
