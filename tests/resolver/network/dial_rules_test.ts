import assert from "node:assert/strict";
import { multiaddr } from "@multiformats/multiaddr";
import { systemAlarm } from "../../../resolver/deadline.ts";
import { createDialRules } from "../../../resolver/network/dial_rules.ts";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { fakeDns } from "../../support/fake_dns.ts";

const PEER = "/p2p/12D3KooWBbnNUL3tPB4JB4RDpjedm7om5c51zDEtxSw2Skb1PWsc";

function rulesWith(allowPrivate = "") {
  const dns = fakeDns({
    addresses: {
      "public.example": [["9.9.9.9", "2620:fe::fe"]],
      "mixed.example": [["9.9.9.9", "10.0.0.1"]],
      "inside.example": [["127.0.0.1"]],
    },
  });
  const rules = createDialRules({
    allowPrivate: parseAddressRanges(allowPrivate),
    dns,
    clock: () => 0,
    alarm: systemAlarm,
  });
  return { dns, rules };
}

Deno.test("public addresses may be dialled, over TCP and WebSockets", async () => {
  const { rules } = rulesWith();
  for (
    const address of [
      "/ip4/9.9.9.9/tcp/4001",
      `/ip4/9.9.9.9/tcp/4001${PEER}`,
      "/ip6/2620:fe::fe/tcp/4001/ws",
      "/ip4/9.9.9.9/tcp/443/tls/ws",
      `/dns4/public.example/tcp/443/tls/ws${PEER}`,
      "/dns/public.example/tcp/443/wss",
    ]
  ) {
    assert.ok(rules.mayKeep(multiaddr(address)), address);
    assert.ok(await rules.mayDial(multiaddr(address)), address);
  }
});

Deno.test("private addresses and other roads may not", async () => {
  const { rules } = rulesWith();
  for (
    const address of [
      "/ip4/127.0.0.1/tcp/4001",
      "/ip4/10.0.0.1/tcp/4001/ws",
      "/ip4/169.254.169.254/tcp/80",
      "/ip6/::1/tcp/4001",
      "/ip6/::ffff:127.0.0.1/tcp/4001",
      "/ip4/9.9.9.9/udp/4001/quic-v1",
      "/ip4/9.9.9.9/tcp/4001/http",
      `/ip4/9.9.9.9/tcp/4001${PEER}/p2p-circuit`,
      "/dns4/public.example/tcp/4001",
      "/dns4/public.example/tcp/80/ws",
      "/dnsaddr/public.example",
      "/unix/run%2Fsocket",
      PEER,
    ]
  ) {
    assert.ok(!rules.mayKeep(multiaddr(address)), address);
    assert.ok(!await rules.mayDial(multiaddr(address)), address);
  }
});

Deno.test("a name is as good as the worst of its addresses, and looked up once in a while", async () => {
  const { rules, dns } = rulesWith();
  for (const name of ["mixed.example", "inside.example", "missing.example"]) {
    const address = multiaddr(`/dns4/${name}/tcp/443/tls/ws`);
    assert.ok(!await rules.mayDial(address), name);
    assert.ok(!await rules.mayDial(address), name);
  }
  assert.equal(dns.asked.length, 3);
});

Deno.test("what the operator allows or names may be private", async () => {
  const { rules } = rulesWith("10.0.0.0/8");
  assert.ok(await rules.mayDial(multiaddr("/ip4/10.0.0.1/tcp/4001")));
  const named = multiaddr("/dns4/localhost/tcp/4001");
  assert.ok(!await rules.mayDial(named));
  rules.trust(named);
  assert.ok(await rules.mayDial(multiaddr(`/dns4/localhost/tcp/4001${PEER}`)));
  assert.ok(!await rules.mayDial(multiaddr("/dns4/localhost/tcp/4002")));
});

Deno.test("an onion name is never dialled, whoever named it, because the DNS would be asked", async () => {
  const { dns, rules } = rulesWith();
  for (
    const road of [
      "/dns4/a.onion/tcp/443/tls/ws",
      "/dns/a.onion/tcp/443/wss",
      "/dns6/A.onion/tcp/1",
    ]
  ) {
    const address = multiaddr(road + PEER);
    assert.ok(!await rules.mayDial(address), road);
    rules.trust(address);
    assert.ok(!await rules.mayDial(address), road);
  }
  assert.deepEqual(dns.asked, []);
});
