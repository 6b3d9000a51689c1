import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { mock } from "node:test";
import { createDnsClient } from "../../../resolver/dns/create.ts";
import { plainServer } from "../../../resolver/dns/plain.ts";
import { NameLookupError } from "../../../resolver/errors.ts";
import { type ReplyParts, replyTo, RESPONSE, txt } from "../../support/dns_packets.ts";
import { type DnsScript, framed, startDnsServer } from "../../support/dns_server.ts";

const NAME = "a.example";
const QUESTION = { name: NAME, type: "TXT" } as const;
const call = { signal: new AbortController().signal };
const saying = (text: string): ReplyParts => ({ answers: [txt(NAME, text)] });
const truncated: ReplyParts = { flags: RESPONSE.tc };

/** Asks a server with this script once. */
async function ask(script: DnsScript, signal = call.signal) {
  await using server = await startDnsServer(script);
  const reply = await plainServer(server, { authentication: true }).ask(QUESTION, { signal });
  const records = reply.kind === "answer" ? reply.answer.records : [];
  return { reply, records, asked: { ...server.asked } };
}

/** Too long for a datagram, so that TCP is asked. */
function overTcp(tcp: (query: Uint8Array, socket: Socket) => void, signal?: AbortSignal) {
  return ask({ udp: (query, { send }) => send(replyTo(query, truncated)), tcp }, signal);
}

Deno.test("a datagram is answered by a datagram", async () => {
  const { records, asked } = await ask({
    udp: (query, { send }) => send(replyTo(query, saying("hello"))),
  });
  assert.deepEqual(records, ["hello"]);
  assert.deepEqual(asked, { udp: 1, tcp: 0 });
});

Deno.test("forged datagrams are ignored: another port's, another id's, another question's, and rubbish", async () => {
  const { records } = await ask({
    udp(query, { send, sendFromElsewhere }) {
      sendFromElsewhere(replyTo(query, saying("from another port")));
      // Datagrams of two sockets can overtake each other; the true one comes clearly later.
      setTimeout(() => {
        send(new Uint8Array());
        send(new Uint8Array(1200).fill(0xff));
        send(query);
        const id = ((query[0] ?? 0) << 8 | (query[1] ?? 0)) ^ 1;
        send(replyTo(query, { ...saying("with another id"), id }));
        send(
          replyTo(query, {
            ...saying("for another name"),
            questions: [{ ...QUESTION, name: "b" }],
          }),
        );
        send(replyTo(query, saying("true")));
      }, 50);
    },
  });
  assert.deepEqual(records, ["true"]);
});

Deno.test("each question has a random id and comes from a port of its own", async () => {
  const ids = new Set<string>();
  const ports = new Set<number>();
  await using server = await startDnsServer({
    udp(query, { port, send }) {
      ids.add(query.subarray(0, 2).join());
      ports.add(port);
      send(replyTo(query, saying("hello")));
    },
  });
  const { ask } = plainServer(server, { authentication: true });
  for (let i = 0; i < 20; i++) await ask(QUESTION, call);
  // Equal ones are rare, not impossible.
  assert.ok(ids.size > 15 && ports.size > 15);
});

Deno.test("what does not fit is asked for over TCP, in whatever pieces it comes", async () => {
  const text = "long ".repeat(5000);
  const strings = text.match(/.{1,250}/g)?.map((part) => Buffer.from(part)) ?? [];
  const { records, asked } = await overTcp((query, socket) => {
    const reply = framed(replyTo(query, { answers: [txt(NAME, strings)] }));
    socket.write(reply.subarray(0, 1));
    setTimeout(() => socket.write(reply.subarray(1, 1000)), 10);
    setTimeout(() => socket.write(reply.subarray(1000)), 20);
  });
  assert.deepEqual(records, [text]);
  assert.deepEqual(asked, { udp: 1, tcp: 1 });
});

Deno.test("rubbish, a broken-off and a still truncated reply over TCP are errors", async () => {
  const scripts: ((query: Uint8Array, socket: Socket) => void)[] = [
    (_query, socket) => socket.end(),
    (_query, socket) => socket.resetAndDestroy(),
    (query, socket) => socket.end(framed(replyTo(query, saying("hello"))).subarray(0, 20)),
    (_query, socket) => socket.end(new Uint8Array([0, 0])),
    (_query, socket) => socket.end(new Uint8Array(2000).fill(7)),
    (query, socket) => socket.end(framed(replyTo(query, { ...saying("b"), id: 99 }))),
    (query, socket) => socket.end(framed(replyTo(query, truncated))),
  ];
  for (const script of scripts) await assert.rejects(overTcp(script), Error);
});

Deno.test("a TCP connection that drips or stays silent ends with the signal, and is closed", async () => {
  const closed = Promise.withResolvers<void>();
  const controller = new AbortController();
  const attempt = overTcp((_query, socket) => {
    const timer = setInterval(() => socket.write(new Uint8Array([255])), 5);
    socket.on("close", () => (clearInterval(timer), closed.resolve()));
    setTimeout(() => controller.abort(), 50);
  }, controller.signal);
  await assert.rejects(attempt, { name: "AbortError" });
  await closed.promise;
});

Deno.test("a dead server is asked twice, 2 seconds each, and the look-up fails", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    await using server = await startDnsServer({ udp: () => mock.timers.tick(2000) });
    const client = createDnsClient({ kind: "plain", ...server });
    await assert.rejects(
      client.text(NAME, call),
      (error) => error instanceof NameLookupError && error.reason === "failed",
    );
    assert.deepEqual(server.asked, { udp: 2, tcp: 0 });
  } finally {
    mock.timers.reset();
  }
});

Deno.test("the signal ends the wait for a dead server with its own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const attempt = ask({ udp: () => controller.abort(reason) }, controller.signal);
  await assert.rejects(attempt, (error) => error === reason);
});

Deno.test("DNSSEC's word is believed from a server that the operator trusts with it, only", async () => {
  await using server = await startDnsServer({
    udp: (query, { send }) => send(replyTo(query, { ...saying("a"), flags: RESPONSE.ad })),
  });
  for (const authentication of [true, false]) {
    const reply = await plainServer(server, { authentication }).ask(QUESTION, call);
    assert.equal(reply.kind === "answer" && reply.answer.authenticated, authentication);
  }
});
