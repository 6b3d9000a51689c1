import assert from "node:assert/strict";
import { createDnsClient } from "../../resolver/dns/create.ts";
import type { DnsClient } from "../../resolver/dns/client.ts";
import { parseDnsSetting } from "../../resolver/dns/setting.ts";
import { NameLookupError } from "../../resolver/errors.ts";
import { realTest } from "../support/tools.ts";
import { startUnbound, type Unbound } from "../support/unbound.ts";

const call = { signal: new AbortController().signal };

/** Runs the check with a client for each way to ask the server. */
async function bothWays(
  t: Deno.TestContext,
  server: Unbound,
  check: (client: DnsClient) => Promise<void>,
): Promise<void> {
  const options = { certificateAuthorities: [server.certificateAuthority] };
  for (const setting of [server.dns, server.doh]) {
    const way = setting === server.doh ? "over HTTPS" : "over UDP and TCP";
    await t.step(way, () => check(createDnsClient(parseDnsSetting(setting), options)));
  }
}

function lookUpError(reason: NameLookupError["reason"]) {
  return (error: unknown) => error instanceof NameLookupError && error.reason === reason;
}

realTest("unbound", "unbound's records are read with their TTL", async (t) => {
  await using server = await startUnbound({
    records: [
      '_ourspace.alice.example. 77 IN TXT "address=" "0xäbc"',
      "alice.example. 60 IN A 127.0.0.1",
      "alice.example. 50 IN AAAA ::1",
    ],
  });
  await bothWays(t, server, async (client) => {
    assert.deepEqual(await client.text("_ourspace.alice.example", call), {
      records: ["address=0xäbc"],
      authenticated: false,
      ttlSeconds: 77,
    });
    const { records, ttlSeconds } = await client.addresses("Alice.Example", call);
    assert.deepEqual(records, ["127.0.0.1", "::1"]);
    assert.equal(ttlSeconds, 50);
  });
});

realTest("unbound", "unbound's no is an answer: no such name, and no such record", async (t) => {
  await using server = await startUnbound({ records: ["alice.example. 60 IN A 127.0.0.1"] });
  await bothWays(t, server, async (client) => {
    assert.deepEqual((await client.text("nobody.example", call)).records, []);
    assert.deepEqual((await client.text("alice.example", call)).records, []);
    assert.deepEqual((await client.addresses("nobody.example", call)).records, []);
    assert.deepEqual((await client.addresses("alice.example", call)).records, ["127.0.0.1"]);
  });
});

realTest("unbound", "a refusal by unbound is a failure, not a no", async (t) => {
  await using server = await startUnbound({ refused: ["refused.example"] });
  await bothWays(t, server, async (client) => {
    await assert.rejects(client.text("a.refused.example", call), lookUpError("failed"));
    await assert.rejects(client.addresses("a.refused.example", call), lookUpError("failed"));
  });
});

realTest("unbound", "records too large for a datagram arrive whole", async (t) => {
  const strings = Array.from({ length: 20 }, (_, i) => `${i % 10}`.repeat(250));
  const text = strings.map((string) => `"${string}"`).join(" ");
  await using server = await startUnbound({ records: [`big.example. 60 IN TXT ${text}`] });
  await bothWays(t, server, async (client) => {
    assert.deepEqual((await client.text("big.example", call)).records, [strings.join("")]);
  });
});

realTest("unbound", "a record that is changed is seen changed", async (t) => {
  await using server = await startUnbound({ records: ['a.example. 60 IN TXT "old"'] });
  await bothWays(t, server, async (client) => {
    await server.set('a.example. 60 IN TXT "new"');
    assert.deepEqual((await client.text("a.example", call)).records, ["new"]);
    await server.remove("a.example");
    assert.deepEqual((await client.text("a.example", call)).records, []);
  });
});

realTest(
  "dnssec-signzone",
  "what DNSSEC vouches for is authenticated, what it disowns is bogus",
  async (t) => {
    const records = [
      '_ourspace IN TXT "address=0xabc"',
      "_ourspace.www 40 IN CNAME _ourspace",
      "_ourspace.lost IN CNAME nobody",
    ];
    await using server = await startUnbound({
      signedZones: [
        { name: "secure.example", records },
        { name: "tampered.example", records, tamper: (zone) => zone.replace("0xabc", "0xabd") },
      ],
      records: ['_ourspace.plain.example. 60 IN TXT "address=0xabc"'],
    });
    await bothWays(t, server, async (client) => {
      const secure = await client.text("_ourspace.secure.example", call);
      assert.deepEqual(secure.records, ["address=0xabc"]);
      assert.equal(secure.authenticated, true);
      const alias = await client.text("_ourspace.www.secure.example", call);
      assert.deepEqual(alias.records, ["address=0xabc"]);
      assert.equal(alias.authenticated, true);
      // The alias's own TTL, less the time that the server kept it.
      assert.ok(alias.ttlSeconds > 20 && alias.ttlSeconds <= 40);
      assert.deepEqual((await client.text("_ourspace.lost.secure.example", call)).records, []);
      const nothing = await client.text("nobody.secure.example", call);
      assert.deepEqual(nothing.records, []);
      assert.equal(nothing.authenticated, true);
      assert.ok(nothing.ttlSeconds > 0 && nothing.ttlSeconds <= 60);
      const plain = await client.text("_ourspace.plain.example", call);
      assert.equal(plain.authenticated, false);
      await assert.rejects(client.text("_ourspace.tampered.example", call), lookUpError("bogus"));
    });
  },
);

realTest("unbound", "an HTTPS certificate that nobody trusts is a failure", async () => {
  await using server = await startUnbound({ records: ['a.example. 60 IN TXT "a"'] });
  const client = createDnsClient(parseDnsSetting(server.doh));
  await assert.rejects(client.text("a.example", call), lookUpError("failed"));
});
