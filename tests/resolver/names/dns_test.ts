import assert from "node:assert/strict";
import { NameLookupError } from "../../../resolver/errors.ts";
import { dnsNames } from "../../../resolver/names/dns.ts";
import { identityText } from "../../../schemas/identity.ts";
import { parseName } from "../../../schemas/name.ts";
import { fakeDns, type FakeZone } from "../../support/fake_dns.ts";
import { partContext } from "../../support/parts.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const call = { signal: new AbortController().signal };

async function resolve(texts: readonly string[], zone: FakeZone = {}) {
  const dns = fakeDns({ ...zone, texts: { "_ourspace.alice.example": texts } });
  const [system] = await dnsNames.create(partContext({}, { dns }));
  assert.ok(system);
  return await system.resolve(parseName("Alice.Example"), call);
}

async function addressOf(...texts: readonly string[]) {
  const record = await resolve(texts);
  return record && identityText(record.identity);
}

function lookUpError(reason: NameLookupError["reason"], text: string) {
  return (error: unknown) =>
    error instanceof NameLookupError && error.reason === reason &&
    `${error.message} ${error.remedy}`.includes(text);
}

Deno.test("the TXT record at _ourspace names the wallet", async () => {
  assert.equal(await addressOf(`address=${ALICE}`), ALICE);
});

Deno.test("an address in lower case means the same", async () => {
  assert.equal(await addressOf(`address=${ALICE.toLowerCase()}`), ALICE);
});

Deno.test("a contract account is named with its chain", async () => {
  assert.equal(await addressOf(`address=eip155:10:${ALICE}`), `eip155:10:${ALICE}`);
});

Deno.test("without a record, or with records of others only, there is no answer here", async () => {
  assert.equal(await addressOf(), null);
  assert.equal(await addressOf("v=spf1 -all", "", `Address=${ALICE}`, ` address=${ALICE}`), null);
});

Deno.test("records of others beside ours do not matter", async () => {
  assert.equal(await addressOf("v=spf1 -all", `address=${ALICE}`, "hello"), ALICE);
});

Deno.test("the same address twice is one, two different ones are an error", async () => {
  assert.equal(await addressOf(`address=${ALICE}`, `address=${ALICE.toLowerCase()}`), ALICE);
  await assert.rejects(
    resolve([`address=${ALICE}`, `address=${BOB}`]),
    lookUpError("ambiguous", "2 different addresses"),
  );
  await assert.rejects(
    resolve([`address=${ALICE}`, `address=eip155:1:${ALICE}`]),
    lookUpError("ambiguous", "2 different addresses"),
  );
});

Deno.test("a record that is meant for us and holds no address is an error that says why", async () => {
  const wrong = ALICE.replace("d8dA", "d8da");
  await assert.rejects(resolve([`address=${wrong}`]), lookUpError("malformed", ALICE));
  for (const value of ["", " ", "0x123", `${ALICE} `, "alice.eth", `eip155:0:${ALICE}`]) {
    await assert.rejects(resolve([`address=${value}`]), lookUpError("malformed", "_ourspace"));
  }
  await assert.rejects(
    resolve([`address=${ALICE}`, "address=nonsense"]),
    lookUpError("malformed", "nonsense"),
  );
});

Deno.test("DNSSEC's word and the TTL are passed on, the TTL within sensible bounds", async () => {
  const at = (ttlSeconds: number) =>
    resolve([`address=${ALICE}`], { ttlSeconds, authenticated: true });
  const record = await at(300);
  assert.equal(record?.authenticated, true);
  assert.equal(record?.via, "dns");
  assert.equal(record?.ttlSeconds, 300);
  assert.equal((await at(0))?.ttlSeconds, 5);
  assert.equal((await at(10_000_000))?.ttlSeconds, 3600);
});

Deno.test("a name too long for the record has none, and nobody is asked", async () => {
  const label = "a".repeat(61);
  const name = parseName(`${label}.${label}.${label}.${label}.com`);
  const dns = fakeDns({});
  const [system] = await dnsNames.create(partContext({}, { dns }));
  assert.equal(await system?.resolve(name, call), null);
  assert.deepEqual(dns.asked, []);
});
