import assert from "node:assert/strict";
import type { NameRecord, NameSystem } from "../../resolver/contracts.ts";
import {
  NameLookupError,
  NotFoundError,
  UnavailableError,
  UnsupportedNameError,
} from "../../resolver/errors.ts";
import { createIdentifier } from "../../resolver/identify.ts";
import type { Name } from "../../schemas/name.ts";
import { createTestClock, peek, settled } from "../support/clock.ts";
import { makeSigner } from "../support/pointers.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const alice = makeSigner().identity;
const bob = makeSigner().identity;
const domain: Name = { kind: "dns", text: "alice.example" };

const record = (fields: Partial<NameRecord> = {}): NameRecord => ({
  identity: alice,
  via: "dns",
  authenticated: true,
  ttlSeconds: 300,
  ...fields,
});
const failure = (reason: NameLookupError["reason"]) =>
  new NameLookupError(`The test's name system: ${reason}.`, { reason });

type Says = NameRecord | null | Error | "hang";

/** A name system that says what it is told to say, and counts how often it is asked. */
interface SayingSystem extends NameSystem {
  says: Says;
  asked: number;
}

function saying(says: Says, kinds: Name["kind"][] = ["dns"]): SayingSystem {
  return {
    id: "scripted",
    kinds,
    says,
    asked: 0,
    resolve() {
      this.asked++;
      if (this.says === "hang") return new Promise(() => {});
      return this.says instanceof Error ? Promise.reject(this.says) : Promise.resolve(this.says);
    },
  };
}

function identifierOver(...systems: NameSystem[]) {
  const clock = createTestClock();
  const identifier = createIdentifier({ systems, clock: clock.now, alarm: clock.alarm });
  const identify = (name: Name = domain) =>
    identifier.identify(name, { signal: new AbortController().signal });
  return { clock, identifier, identify };
}

const failed = (reason: NameLookupError["reason"]) => (error: unknown) =>
  error instanceof NameLookupError && error.reason === reason;

Deno.test("an identity is its own record and needs nobody", async () => {
  const system = saying(record({ identity: bob }), ["identity"]);
  const { identify } = identifierOver(system);
  const name: Name = { kind: "identity", text: alice.address, identity: alice };
  const { identity, stale } = await identify(name);
  assert.equal(identity, alice);
  assert.equal(stale, false);
  assert.equal(system.asked, 0);
});

Deno.test("systems are asked in their order, and only 'no such record' moves on", async () => {
  const [first, second, third] = [
    saying(null),
    saying(record()),
    saying(record({ identity: bob })),
  ];
  const { identify } = identifierOver(first, second, third);
  assert.deepEqual(await identify(), { ...record(), stale: false });
  assert.deepEqual([first, second, third].map(({ asked }) => asked), [1, 1, 0]);
});

for (const reason of ["failed", "bogus", "ambiguous", "malformed"] as const) {
  Deno.test(`a look-up that is ${reason} stops there`, async () => {
    const next = saying(record());
    const { identify } = identifierOver(saying(failure(reason)), next);
    await assert.rejects(identify(), failed(reason));
    assert.equal(next.asked, 0);
  });
}

Deno.test("a name that no system has is not found, completely", async () => {
  const { identify } = identifierOver(saying(null), saying(null));
  await assert.rejects(
    identify(),
    (error) =>
      error instanceof NotFoundError && !error.incomplete &&
      error.remedy.includes("_ourspace.alice.example"),
  );
});

Deno.test("a kind of name without a system is unsupported; other kinds' systems are not asked", async () => {
  const dns = saying(record());
  const { identify } = identifierOver(dns);
  await assert.rejects(identify({ kind: "ens", text: "alice.eth" }), UnsupportedNameError);
  assert.equal(dns.asked, 0);
});

Deno.test("a record is kept for its TTL, and says what is left of it", async () => {
  const system = saying(record({ ttlSeconds: 300 }));
  const { identify, clock } = identifierOver(system);
  assert.equal((await identify()).ttlSeconds, 300);
  await clock.advance(299_000);
  assert.equal((await identify()).ttlSeconds, 1);
  assert.equal(system.asked, 1);
  system.says = record({ identity: bob });
  await clock.advance(1_000);
  assert.equal((await identify()).identity, bob);
  assert.equal(system.asked, 2);
});

Deno.test("a TTL longer than a day is believed for a day", async () => {
  const system = saying(record({ ttlSeconds: 30 * 86_400 }));
  const { identify, clock } = identifierOver(system);
  assert.equal((await identify()).ttlSeconds, 86_400);
  await clock.advance(DAY);
  await identify();
  assert.equal(system.asked, 2);
});

Deno.test("'no such record' is remembered for ten seconds, a failure for one", async () => {
  for (const [says, milliseconds] of [[null, 10_000], [failure("failed"), 1_000]] as const) {
    const system = saying(says);
    const { identify, clock } = identifierOver(system);
    await assert.rejects(identify());
    await clock.advance(milliseconds - 1);
    await assert.rejects(identify());
    assert.equal(system.asked, 1);
    system.says = record();
    await clock.advance(1);
    assert.equal((await identify()).identity, alice);
  }
});

Deno.test("concurrent look-ups of one name are one, and a visitor who leaves ends nobody's", async () => {
  const system = saying(record());
  const { identifier, identify } = identifierOver(system);
  const visitor = new AbortController();
  const left = identifier.identify(domain, { signal: visitor.signal });
  const stay = [identify(), identify()];
  visitor.abort(new Error("the visitor left"));
  await assert.rejects(left, /the visitor left/);
  for (const { identity } of await Promise.all(stay)) assert.equal(identity, alice);
  assert.equal(system.asked, 1);
});

Deno.test("a failed look-up uses a record of the last day, marked stale and vouched for by nobody", async () => {
  const system = saying(record());
  const { identify, clock } = identifierOver(system);
  await identify();
  system.says = failure("failed");
  await clock.advance(5 * MINUTE);
  assert.deepEqual(await identify(), {
    ...record({ authenticated: false, ttlSeconds: 0 }),
    stale: true,
  });
  await clock.advance(DAY - 5 * MINUTE);
  assert.equal((await identify()).stale, true);
  await clock.advance(MINUTE);
  await assert.rejects(identify(), failed("failed"));
});

Deno.test("while a stale record is used, the look-up is tried again every half minute", async () => {
  const system = saying(record());
  const { identify, clock } = identifierOver(system);
  await identify();
  system.says = failure("failed");
  await clock.advance(5 * MINUTE);
  await identify();
  await clock.advance(29_999);
  await identify();
  assert.equal(system.asked, 2);
  system.says = record({ identity: bob });
  await clock.advance(1);
  assert.deepEqual(await identify(), { ...record({ identity: bob }), stale: false });
});

for (const says of [failure("bogus"), failure("ambiguous"), failure("malformed"), null]) {
  const answer = says?.reason ?? "no such record";
  Deno.test(`'${answer}' is never papered over with an older record, and ends its use`, async () => {
    const system = saying(record());
    const { identify, clock } = identifierOver(system);
    await identify();
    system.says = says;
    await clock.advance(5 * MINUTE);
    await assert.rejects(identify(), says === null ? NotFoundError : failed(says.reason));
    system.says = failure("failed");
    await clock.advance(MINUTE);
    await assert.rejects(identify(), failed("failed"));
  });
}

Deno.test("a system that never answers has failed after five seconds", async () => {
  const { identify, clock } = identifierOver(saying("hang"));
  const outcome = peek(identify().catch((error) => error));
  await clock.advance(4_999);
  assert.equal(outcome(), undefined);
  await clock.advance(1);
  assert.ok(failed("failed")(outcome()));
  assert.equal(clock.pending(), 0);
});

Deno.test("a system that breaks its contract has failed, with the cause attached", async () => {
  const { identify } = identifierOver(saying(new TypeError("undefined is not a function")));
  await assert.rejects(
    identify(),
    (error) =>
      error instanceof NameLookupError && error.reason === "failed" &&
      error.cause instanceof TypeError,
  );
});

Deno.test("in a flood of names the oldest make room: those whose servers answer pass", async () => {
  const system = saying(record());
  const { identify, clock } = identifierOver(system);
  await identify();
  system.says = "hang";
  const flood = Array.from(
    { length: 300 },
    (_, i) => identify({ kind: "dns", text: `${i}.example` }).catch((error) => error),
  );
  await settled();
  system.says = record();
  assert.equal((await identify()).identity, alice);
  assert.equal((await identify({ kind: "dns", text: "new.example" })).identity, alice);
  for (const error of await Promise.all(flood.slice(0, 45))) {
    assert.ok(error instanceof UnavailableError);
  }
  await clock.advance(5_000);
  for (const error of await Promise.all(flood.slice(45))) assert.ok(failed("failed")(error));
});
