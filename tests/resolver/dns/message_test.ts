import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
// @ts-types="@types/dns-packet"
import { type Answer, decode } from "dns-packet";
import fc from "fast-check";
import {
  decodeReply,
  encodeQuery,
  type Question,
  type Reply,
} from "../../../resolver/dns/message.ts";
import { NameLookupError } from "../../../resolver/errors.ts";
import {
  NXDOMAIN,
  REFUSED,
  type ReplyParts,
  replyTo,
  RESPONSE,
  SERVFAIL,
  soa,
  txt,
} from "../../support/dns_packets.ts";

const QUESTION: Question = { name: "_ourspace.alice.example", type: "TXT" };
const ID = 4711;
const query = await encodeQuery(QUESTION, ID);

const read = (parts: ReplyParts, question = QUESTION): Promise<Reply> =>
  decodeReply(replyTo(query, parts), question, ID);

async function answer(parts: ReplyParts) {
  const reply = await read(parts);
  assert.equal(reply.kind, "answer");
  return reply.kind === "answer" ? reply.answer : assert.fail();
}

Deno.test("a query asks for recursion and for DNSSEC's word, in datagrams that are not cut", () => {
  const packet = decode(Buffer.from(query));
  assert.equal(packet.id, ID);
  assert.deepEqual(packet.questions, [{ ...QUESTION, class: "IN" }]);
  assert.equal(packet.flag_rd && packet.flag_ad, true);
  const [edns] = packet.additionals ?? [];
  assert.ok(edns?.type === "OPT");
  assert.equal(edns.udpPayloadSize, 1232);
  assert.ok(query.length < 512);
});

Deno.test("what no DNS name can be is not asked", async () => {
  const label = "a".repeat(64);
  for (const name of ["", "a..b", ".a", `${label}.example`, "a.".repeat(127), "ü".repeat(32)]) {
    await assert.rejects(
      encodeQuery({ name, type: "A" }, ID),
      (error) => error instanceof NameLookupError && error.reason === "malformed",
      name,
    );
  }
});

Deno.test("a TXT record's strings are joined as bytes, then read as UTF-8", async () => {
  const bytes = new TextEncoder().encode("ä");
  const data = [
    Buffer.from("a="),
    Buffer.from(bytes.subarray(0, 1)),
    Buffer.from(bytes.subarray(1)),
  ];
  assert.deepEqual((await answer({ answers: [txt(QUESTION.name, data)] })).records, ["a=ä"]);
});

Deno.test("records behind an alias are the answer, other types and classes are not", async () => {
  const answers: Answer[] = [
    { type: "CNAME", class: "IN", name: QUESTION.name, ttl: 40, data: "b.example" },
    txt("b.example", "yes", 300),
    { type: "TXT", class: "CH", name: QUESTION.name, ttl: 50, data: "no" },
    { type: "A", class: "IN", name: QUESTION.name, ttl: 50, data: "192.0.2.1" },
  ];
  const { records, ttlSeconds } = await answer({ answers });
  assert.deepEqual(records, ["yes"]);
  assert.equal(ttlSeconds, 40);
});

Deno.test("the AD bit is kept", async () => {
  assert.equal((await answer({ flags: RESPONSE.ad })).authenticated, true);
  assert.equal((await answer({})).authenticated, false);
});

Deno.test("no such name and no such record are answers, kept as long as the SOA record says", async () => {
  const authorities = [soa("example", 900, 60)];
  for (const flags of [NXDOMAIN, 0]) {
    assert.deepEqual(await answer({ flags, authorities }), {
      records: [],
      authenticated: false,
      ttlSeconds: 60,
    });
  }
  assert.equal((await answer({ authorities: [soa("example", 30, 60)] })).ttlSeconds, 30);
  assert.equal((await answer({ flags: NXDOMAIN })).ttlSeconds, 0);
});

Deno.test("a TTL with its first bit set is zero", async () => {
  assert.equal((await answer({ answers: [txt("a", "a", 0xffff_ffff)] })).ttlSeconds, 0);
});

Deno.test("errors are failures; DNSSEC's are bogus", async () => {
  const kind = async (parts: ReplyParts) => (await read(parts)).kind;
  for (const flags of [1, SERVFAIL, 4, REFUSED, 9]) assert.equal(await kind({ flags }), "failed");
  for (const error of [6, 7, 8, 9, 10, 11, 12]) {
    assert.equal(await kind({ flags: SERVFAIL, errors: [22, error] }), "bogus", `${error}`);
  }
  for (const error of [0, 1, 3, 5, 13, 22, 23]) {
    assert.equal(await kind({ flags: SERVFAIL, errors: [error] }), "failed", `${error}`);
  }
  assert.equal(await kind({ flags: REFUSED, errors: [6] }), "failed");
});

Deno.test("a referral to other servers is no answer", async () => {
  const authorities: Answer[] = [
    { type: "NS", class: "IN", name: "example", ttl: 60, data: "ns.example" },
  ];
  assert.equal((await read({ authorities })).kind, "failed");
  assert.equal((await read({ authorities, flags: RESPONSE.aa })).kind, "answer");
  assert.equal((await read({ authorities, answers: [txt("a", "a")] })).kind, "answer");
});

Deno.test("a truncated reply says so, whatever it holds", async () => {
  assert.equal((await read({ flags: RESPONSE.tc, answers: [txt("a", "a")] })).kind, "truncated");
});

Deno.test("a reply to another question, or no reply at all, is refused", async () => {
  const other = { ...QUESTION, class: "IN" } as const;
  const cases: readonly ReplyParts[] = [
    { id: ID + 1 },
    { questions: [] },
    { questions: [other, other] },
    { questions: [{ ...other, name: "alice.example" }] },
    { questions: [{ ...other, type: "A" }] },
    { questions: [{ ...other, class: "CH" }] },
  ];
  for (const parts of cases) await assert.rejects(read(parts), /no reply to the question/);
  await assert.rejects(decodeReply(query, QUESTION, ID), /no reply to the question/);
  const upper = { ...other, name: QUESTION.name.toUpperCase() };
  assert.equal((await read({ questions: [upper] })).kind, "answer");
});

Deno.test("any bytes are a reply or an error, never a hang or a crash", async () => {
  const valid = replyTo(query, { answers: [txt(QUESTION.name, "hello")], errors: [6] });
  const mutation = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 });
  const settle = (bytes: Uint8Array) =>
    decodeReply(bytes, QUESTION, ID).then((reply) => assert.ok(reply.kind), (error) => {
      assert.ok(error instanceof Error);
    });
  await fc.assert(
    fc.asyncProperty(mutation, fc.nat(valid.length), async (changes, length) => {
      const bytes = valid.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      await settle(bytes);
      await settle(bytes.subarray(0, length));
    }),
    { numRuns: 2000 },
  );
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), settle));
});

Deno.test("names that point at themselves or at each other end", async () => {
  const head = replyTo(query, { answers: [] }).slice(0, query.length - 11);
  new DataView(head.buffer).setUint16(6, 1);
  new DataView(head.buffer).setUint16(10, 0);
  const at = head.length;
  for (const target of [at, at + 2, at - 2, 12]) {
    const name = [0xc0 | (target >> 8), target & 0xff, 0xc0 | (at >> 8), at & 0xff];
    const bytes = new Uint8Array([...head, ...name, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 97]);
    await decodeReply(bytes, QUESTION, ID).catch((error) => assert.ok(error instanceof Error));
  }
});

Deno.test("a message of 64 KiB full of records with long names is read in bounded time", async () => {
  const long = Array(4).fill("a".repeat(60)).join(".");
  const first = replyTo(query, { answers: [txt(long, "a")] });
  const at = first.findIndex((byte, i) => byte === 60 && first[i + 1] === 97);
  const record = [0xc0 | (at >> 8), at & 0xff, 0, 16, 0, 1, 0, 0, 0, 60, 0, 2, 1, 97];
  const edns = first.subarray(first.length - 11);
  const count = Math.floor((65_535 - first.length) / record.length);
  const records = Uint8Array.from(
    { length: count * record.length },
    (_, i) => record[i % record.length] ?? 0,
  );
  const bytes = new Uint8Array([...first.subarray(0, first.length - 11), ...records, ...edns]);
  new DataView(bytes.buffer).setUint16(6, count + 1);
  const reply = await decodeReply(bytes, QUESTION, ID);
  assert.ok(reply.kind === "answer" && reply.answer.records.length === count + 1);
});
