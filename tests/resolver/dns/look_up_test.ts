import assert from "node:assert/strict";
import { dnsClient } from "../../../resolver/dns/create.ts";
import { lookUp } from "../../../resolver/dns/look_up.ts";
import type { RecordType, Reply } from "../../../resolver/dns/message.ts";
import type { DnsServer } from "../../../resolver/dns/server.ts";
import { NameLookupError } from "../../../resolver/errors.ts";

type Outcome = Exclude<Reply, { kind: "truncated" }> | Error;

const call = { signal: new AbortController().signal };
const QUESTION = { name: "a.example", type: "TXT" } as const;
const failed: Outcome = { kind: "failed", reason: "it answered with code 2" };
const bogus: Outcome = { kind: "bogus" };
const lost = new Error("It did not answer in time");

function found(records: readonly string[], ttlSeconds = 60, authenticated = false): Outcome {
  return { kind: "answer", answer: { records, authenticated, ttlSeconds } };
}

/** Servers that answer in turn; `asked` are the labels in the order of the questions. */
function servers(outcomes: Readonly<Record<string, readonly Outcome[]>>) {
  const asked: string[] = [];
  const list = Object.entries(outcomes).map(([label, turns]): DnsServer => ({
    label,
    ask() {
      const turn = asked.filter((earlier) => earlier === label).length;
      asked.push(label);
      const outcome = turns[turn] ?? assert.fail(`${label} was asked too often`);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  }));
  return { list, asked };
}

function lookUpError(reason: NameLookupError["reason"]) {
  return (error: unknown) => error instanceof NameLookupError && error.reason === reason;
}

Deno.test("the first server's answer is the answer, be it that there is none", async () => {
  for (const records of [["hello"], []]) {
    const { list, asked } = servers({ a: [found(records)], b: [] });
    assert.deepEqual((await lookUp(QUESTION, list, call)).records, records);
    assert.deepEqual(asked, ["a"]);
  }
});

Deno.test("a server that fails or stays silent is passed over", async () => {
  const { list, asked } = servers({ a: [failed], b: [lost], c: [found(["hello"])] });
  assert.deepEqual((await lookUp(QUESTION, list, call)).records, ["hello"]);
  assert.deepEqual(asked, ["a", "b", "c"]);
});

Deno.test("a server that failed is asked once more, and no more", async () => {
  const late = servers({ a: [lost, found(["hello"])] });
  assert.deepEqual((await lookUp(QUESTION, late.list, call)).records, ["hello"]);
  const { list, asked } = servers({ a: [lost, failed], b: [failed, lost] });
  await assert.rejects(lookUp(QUESTION, list, call), lookUpError("failed"));
  assert.deepEqual(asked, ["a", "b", "a", "b"]);
});

Deno.test("without any server the look-up fails", async () => {
  await assert.rejects(lookUp(QUESTION, [], call), lookUpError("failed"));
});

Deno.test("a bogus answer is final: a server that checks nothing is not asked instead", async () => {
  const { list, asked } = servers({ a: [failed], b: [bogus], c: [found(["forged"])] });
  await assert.rejects(lookUp(QUESTION, list, call), lookUpError("bogus"));
  assert.deepEqual(asked, ["a", "b"]);
});

Deno.test("whoever ends the look-up gets their own reason back, and no further server is asked", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const { list, asked } = servers({ b: [found(["late"])] });
  const aborting: DnsServer = {
    label: "a",
    ask() {
      controller.abort(reason);
      return Promise.reject(reason);
    },
  };
  const attempt = lookUp(QUESTION, [aborting, ...list], { signal: controller.signal });
  await assert.rejects(attempt, (error) => error === reason);
  assert.deepEqual(asked, []);
});

/** A client whose one server answers by type. */
function clientOf(outcomes: Readonly<Partial<Record<RecordType, Outcome>>>) {
  const server: DnsServer = {
    label: "a",
    ask({ type }) {
      const outcome = outcomes[type] ?? assert.fail(`${type} was asked for`);
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  };
  return dnsClient(() => Promise.resolve([server]));
}

Deno.test("IPv4 and IPv6 addresses are given together, with the smaller TTL", async () => {
  const client = clientOf({ A: found(["192.0.2.1"], 60, true), AAAA: found(["::1"], 30, true) });
  assert.deepEqual(await client.addresses("a.example", call), {
    records: ["192.0.2.1", "::1"],
    authenticated: true,
    ttlSeconds: 30,
  });
});

Deno.test("that one kind of address is missing says nothing about the other's TTL and proof", async () => {
  const client = clientOf({ A: found([], 0), AAAA: found(["::1"], 30, true) });
  assert.deepEqual(await client.addresses("a.example", call), {
    records: ["::1"],
    authenticated: true,
    ttlSeconds: 30,
  });
});

Deno.test("one kind of address is enough when the other could not be asked for", async () => {
  const client = clientOf({ A: found(["192.0.2.1"]), AAAA: failed });
  assert.deepEqual((await client.addresses("a.example", call)).records, ["192.0.2.1"]);
});

Deno.test("a failure and a no are a failure", async () => {
  const client = clientOf({ A: failed, AAAA: found([]) });
  await assert.rejects(client.addresses("a.example", call), lookUpError("failed"));
});

Deno.test("a bogus answer spoils the other kind of addresses", async () => {
  const client = clientOf({ A: found(["192.0.2.1"]), AAAA: bogus });
  await assert.rejects(client.addresses("a.example", call), lookUpError("bogus"));
});

Deno.test("nobody is asked about an onion name, however it is written", async () => {
  const names = ["a.onion", "A.ONION", "_ourspace.a.onion", "a.onion.", "onion"];
  for (const name of names) {
    const { list, asked } = servers({ a: [] });
    const { records } = await lookUp({ name, type: "TXT" }, list, call);
    assert.deepEqual([records, asked], [[], []], name);
  }
  const { list } = servers({ a: [found(["hello"])] });
  const question = { name: "onion.example", type: "TXT" } as const;
  assert.deepEqual((await lookUp(question, list, call)).records, ["hello"]);
});
