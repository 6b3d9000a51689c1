import assert from "node:assert/strict";
import { httpsServer } from "../../../resolver/dns/https.ts";
import { appOutbound, type Handler } from "../../support/app_outbound.ts";
import { type ReplyParts, replyTo, RESPONSE, SERVFAIL, txt } from "../../support/dns_packets.ts";

const NAME = "a.example";
const URL = "https://dns.example/dns-query";
const call = { signal: new AbortController().signal };

function ask(handler: Handler) {
  const server = httpsServer(URL, appOutbound({ "https://dns.example": handler }));
  return server.ask({ name: NAME, type: "TXT" }, call);
}

const replying = (parts: ReplyParts): Handler => async (request) =>
  new Response(replyTo(await request.bytes(), parts));

Deno.test("the question is posted as a DNS message with id 0, and the reply is read", async () => {
  let seen: Request | undefined;
  let id = -1;
  const reply = await ask(async (request) => {
    seen = request.clone();
    const query = await request.bytes();
    id = new DataView(query.buffer).getUint16(0);
    return new Response(replyTo(query, { answers: [txt(NAME, "hello")], flags: RESPONSE.ad }));
  });
  assert.deepEqual(reply, {
    kind: "answer",
    answer: { records: ["hello"], authenticated: true, ttlSeconds: 60 },
  });
  assert.equal(seen?.url, URL);
  assert.equal(seen?.method, "POST");
  assert.equal(seen?.headers.get("content-type"), "application/dns-message");
  assert.equal(seen?.headers.get("accept"), "application/dns-message");
  assert.equal(id, 0);
});

Deno.test("any other status than 200 is a failure, a redirect too", async () => {
  for (const status of [204, 301, 400, 404, 500, 503]) {
    const reply = await ask(() =>
      new Response(null, { status, headers: { location: "https://elsewhere.example/" } })
    );
    assert.equal(reply.kind, "failed", `${status}`);
  }
});

Deno.test("a page, nothing, a cut reply and a reply to something else are errors", async () => {
  const handlers: Handler[] = [
    () => new Response("<!doctype html><title>Please log in</title>"),
    () => new Response(),
    async (request) => new Response(replyTo(await request.bytes()).subarray(0, 20)),
    replying({ id: 1 }),
    replying({ questions: [{ name: "b.example", type: "TXT" }] }),
    replying({ flags: RESPONSE.tc }),
  ];
  for (const handler of handlers) await assert.rejects(ask(handler), Error);
});

Deno.test("what DNSSEC disowns is bogus", async () => {
  assert.equal((await ask(replying({ flags: SERVFAIL, errors: [6] }))).kind, "bogus");
});
