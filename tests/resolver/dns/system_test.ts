import assert from "node:assert/strict";
import type { DnsServer } from "../../../resolver/dns/server.ts";
import { systemServers } from "../../../resolver/dns/system.ts";
import { NameLookupError } from "../../../resolver/errors.ts";
import { replyTo, RESPONSE } from "../../support/dns_packets.ts";
import { startDnsServer } from "../../support/dns_server.ts";

const serversFrom = (...texts: readonly string[]) => systemServers(() => Promise.resolve(texts));

Deno.test("the machine's servers are taken once each, in order, three at most", async () => {
  const servers = await serversFrom(
    "192.0.2.1",
    "192.0.2.1",
    "fe80::1%eth0",
    "[2001:db8::1]:5353",
    "192.0.2.2",
    "192.0.2.3",
  );
  const labels = servers.map((server) => server.label);
  assert.deepEqual(labels, ["192.0.2.1:53", "[2001:db8::1]:5353", "192.0.2.2:53"]);
});

Deno.test("a server on this machine is believed about DNSSEC", async () => {
  await using server = await startDnsServer({
    udp: (query, { send }) => send(replyTo(query, { flags: RESPONSE.ad })),
  });
  const [local] = await serversFrom(`${server.address}:${server.port}`);
  assert.equal(await isAuthenticated(local), true);
});

Deno.test("servers that cannot be read are a failure that says what to do", async () => {
  const refused = new Error("Requires sys access");
  await assert.rejects(
    systemServers(() => Promise.reject(refused)),
    (error) =>
      error instanceof NameLookupError && error.cause === refused &&
      error.remedy.includes("--allow-sys=networkInterfaces"),
  );
});

Deno.test("this machine's own servers can be read", async () => {
  assert.ok(Array.isArray(await systemServers()));
});

async function isAuthenticated(server: DnsServer | undefined): Promise<boolean> {
  const signal = new AbortController().signal;
  const reply = await server?.ask({ name: "a.example", type: "A" }, { signal });
  return reply?.kind === "answer" && reply.answer.authenticated;
}
