import assert from "node:assert/strict";
import { parseAddressRanges } from "../../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../../resolver/outbound/create.ts";
import type { OutboundRequest } from "../../../resolver/outbound/outbound.ts";
import { fakeDns, type FakeZone } from "../../support/fake_dns.ts";
import { outboundError, readText, redirectTo, respond } from "../../support/http_answers.ts";
import { startRawServer } from "../../support/raw_server.ts";

const call = { signal: new AbortController().signal };

function client(addresses: FakeZone["addresses"] = {}, allowed = "127.0.0.0/8") {
  const dns = fakeDns({ addresses });
  const outbound = createOutbound({
    dns,
    allowPrivate: parseAddressRanges(allowed),
    clock: () => 0,
  });
  const get = (url: string, options: Partial<OutboundRequest> = {}) =>
    outbound.fetch(
      { url, trust: "stranger", maxBytes: 1000, timeoutMilliseconds: 5000, ...options },
      call,
    );
  return { dns, get };
}

Deno.test("a stranger's host is looked up once, and its answer is read", async () => {
  const server = startRawServer(({ head, send }) => send(respond(head)));
  const { dns, get } = client({ "a.example": [["127.0.0.1"]] });
  const response = await get(`http://a.example:${server.port}/feed.xml?x=1#top`);
  const head = await readText(response);
  assert.equal(response.status, 200);
  assert.equal(response.url, `http://a.example:${server.port}/feed.xml?x=1`);
  assert.deepEqual(dns.asked, ["a.example"]);
  assert.match(head, /^GET \/feed.xml\?x=1 HTTP\/1.1\r\n/);
  assert.match(head, new RegExp(`\r\nhost: a.example:${server.port}\r\n`, "i"));
  assert.match(head, /\r\nuser-agent: OurSpace\r\n/i);
  assert.doesNotMatch(head, /\r\n(?:cookie|referer|authorization|from):/i);
  await server.stop();
});

Deno.test("an address literal is vetted like a name's address", async () => {
  const server = startRawServer(({ head, send }) => send(respond(head)));
  await readText(await client().get(`http://127.0.0.1:${server.port}/`));
  for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "[::ffff:127.0.0.1]"]) {
    const attempt = client({}, "").get(`http://${host}:${server.port}/`);
    await assert.rejects(attempt, outboundError("refused"), host);
  }
  assert.equal(server.connections, 1);
  await server.stop();
});

Deno.test("one private address among public ones refuses the host", async () => {
  const server = startRawServer(({ head, send }) => send(respond(head)), "127.0.0.2");
  const zone = { "mixed.example": [["127.0.0.2", "127.0.0.1"]] };
  const attempt = client(zone, "127.0.0.2").get(`http://mixed.example:${server.port}/`);
  await assert.rejects(attempt, outboundError("refused"));
  assert.equal(server.connections, 0);
  await server.stop();
});

Deno.test("a name that turns private between look-up and connection never reaches the private host", async () => {
  // 127.0.0.2 plays the public address here, 127.0.0.1 the private one.
  const open = startRawServer(({ head, send }) => send(respond(head)), "127.0.0.2");
  const secret = startRawServer(({ send }) => send("secret"), "127.0.0.1", open.port);
  const zone = { "rebind.example": [["127.0.0.2"], ["127.0.0.1"]] };
  const { dns, get } = client(zone, "127.0.0.2");
  const url = `http://rebind.example:${open.port}/`;
  await readText(await get(url));
  assert.equal(dns.asked.length, 1);
  await assert.rejects(get(url), outboundError("refused"));
  assert.equal(dns.asked.length, 2);
  assert.equal(secret.connections, 0);
  await open.stop();
  await secret.stop();
});

Deno.test("when one address is dead, the host's next one is tried", async () => {
  const server = startRawServer(({ head, send }) => send(respond(head)));
  const { get } = client({ "two.example": [["127.0.0.9", "127.0.0.1"]] });
  assert.equal((await get(`http://two.example:${server.port}/`)).status, 200);
  await server.stop();
});

Deno.test("a host without an address is a DNS error, and is not asked", async () => {
  await assert.rejects(client().get("http://none.example/"), outboundError("dns"));
});

Deno.test("a port nobody listens on is a connection error", async () => {
  const server = startRawServer(() => {});
  await server.stop();
  const attempt = client().get(`http://127.0.0.1:${server.port}/`);
  await assert.rejects(attempt, outboundError("connection"));
});

Deno.test("nothing but GET and HEAD is sent to a stranger's host", async () => {
  for (const method of ["PUT", "POST"] as const) {
    const attempt = client().get("http://127.0.0.1:1024/", { method });
    await assert.rejects(attempt, outboundError("refused"));
  }
});

Deno.test("a redirect is followed, and its host is looked up and vetted again", async () => {
  const server = startRawServer(({ head, send }) =>
    send(
      head.startsWith("GET /end") ? respond("here") : redirectTo(`http://b.example:${port()}/end`),
    )
  );
  const port = () => server.port;
  const { dns, get } = client({ "a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]] });
  const response = await get(`http://a.example:${server.port}/`);
  assert.equal(await readText(response), "here");
  assert.equal(response.url, `http://b.example:${server.port}/end`);
  assert.deepEqual(dns.asked, ["a.example", "b.example"]);
  await server.stop();
});

Deno.test("a redirect to a private address, port or scheme is refused", async () => {
  const places = [
    "http://private.example:8080/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]:8080/",
    "http://127.0.0.2:22/",
    "file:///etc/passwd",
  ];
  for (const place of places) {
    const server = startRawServer(({ send }) => send(redirectTo(place)), "127.0.0.2");
    const attempt = client({ "private.example": [["127.0.0.1"]] }, "127.0.0.2")
      .get(`http://127.0.0.2:${server.port}/`);
    await assert.rejects(attempt, outboundError("refused"), place);
    await server.stop();
  }
});

Deno.test("three redirects are followed, a fourth is refused", async () => {
  const server = startRawServer(({ head, send }) => {
    const left = Number(/^GET \/(\d)/.exec(head)?.[1]);
    return send(left === 0 ? respond("end") : redirectTo(`/${left - 1}`));
  });
  const { get } = client();
  const url = (redirects: number) => `http://127.0.0.1:${server.port}/${redirects}`;
  assert.equal(await readText(await get(url(3))), "end");
  await assert.rejects(get(url(4)), outboundError("refused"));
  await assert.rejects(get(url(9), { maxRedirects: 9 }), outboundError("refused"));
  await assert.rejects(get(url(2), { maxRedirects: 1 }), outboundError("refused"));
  await server.stop();
});

Deno.test("without redirects allowed, the redirect itself is the answer", async () => {
  const server = startRawServer(({ send }) => send(redirectTo("/next")));
  const response = await client().get(`http://127.0.0.1:${server.port}/`, { maxRedirects: 0 });
  assert.equal(response.status, 302);
  assert.equal(response.headers.get("location"), "/next");
  await response.body.cancel();
  await server.stop();
});

Deno.test("a redirect to another host is refused where only the same host is asked for", async () => {
  const server = startRawServer(({ head, send }) =>
    send(redirectTo(head.startsWith("GET /away") ? "http://b.example/" : "/away"))
  );
  const attempt = client().get(`http://127.0.0.1:${server.port}/`, { sameHostOnly: true });
  await assert.rejects(attempt, outboundError("refused"));
  await server.stop();
});

Deno.test("an operator's host may be private; where it redirects to another origin, strangers' rules hold", async () => {
  const other = startRawServer(({ head, send }) => send(respond(head)));
  const place = `http://127.0.0.1:${other.port}/`;
  const server = startRawServer(({ head, send }) =>
    send(
      redirectTo(
        head.startsWith("GET /near") ? "/away" : head.startsWith("GET /away") ? place : "/near",
      ),
    )
  );
  const options = { trust: "operator", headers: { authorization: "Bearer a" } } as const;
  const url = `http://127.0.0.1:${server.port}/`;
  await assert.rejects(client({}, "").get(url, options), outboundError("refused"));
  assert.equal(other.connections, 0);
  const head = await readText(await client().get(url, options));
  assert.doesNotMatch(head, /authorization/i);
  await other.stop();
  await server.stop();
});

Deno.test("an operator's host is sent the body; its redirect is the answer to a PUT", async () => {
  let sent = "";
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    sent = `${request.method} ${request.headers.get("content-type")} ${await request.text()}`;
    return new Response(null, { status: 307, headers: { location: "/other" } });
  });
  const response = await client({}, "").get(`http://127.0.0.1:${server.addr.port}/`, {
    trust: "operator",
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: new TextEncoder().encode("{}"),
  });
  await response.body.cancel();
  assert.equal(response.status, 307);
  assert.equal(sent, "PUT application/json {}");
  await server.shutdown();
});

Deno.test("a host that is asked too often is left alone, others are not", async () => {
  const server = startRawServer(({ send }) => send(respond("ok")));
  const { get } = client({ "a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]] });
  const ask = (host: string) => get(`http://${host}:${server.port}/`);
  for (let i = 0; i < 20; i++) await readText(await ask("a.example"));
  await assert.rejects(ask("a.example"), outboundError("rate-limited"));
  await readText(await ask("b.example"));
  assert.equal(server.connections, 21);
  await server.stop();
});

Deno.test("any number of names for one address do not get more than the address may bear", async () => {
  const server = startRawServer(({ send }) => send(respond("ok")));
  const names = Array.from({ length: 101 }, (_, i) => `${i}.example`);
  const { get } = client(Object.fromEntries(names.map((name) => [name, [["127.0.0.1"]]])));
  const ask = async (host = "") => readText(await get(`http://${host}:${server.port}/`));
  await Promise.all(names.slice(0, 100).map(ask));
  await assert.rejects(ask(names[100]), outboundError("rate-limited"));
  await server.stop();
});

Deno.test("an onion name is refused before anybody looks it up, whoever named the host", async () => {
  const { dns, get } = client();
  for (const trust of ["operator", "stranger"] as const) {
    for (const host of ["a.onion", "A.Onion:8080"]) {
      await assert.rejects(get(`http://${host}/`, { trust }), outboundError("refused"), host);
    }
  }
  assert.deepEqual(dns.asked, []);
});
