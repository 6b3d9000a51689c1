import assert from "node:assert/strict";
import type { Call, NameSystem, PartContext } from "../../resolver/contracts.ts";
import type { DnsClient } from "../../resolver/dns/client.ts";
import { NameLookupError } from "../../resolver/errors.ts";
import { nameSystems } from "../../resolver/names/mod.ts";
import { identityText } from "../../schemas/identity.ts";
import { parseName } from "../../schemas/name.ts";
import { fakeDns } from "../support/fake_dns.ts";
import { partContext } from "../support/parts.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

/** What a name system needs around it to be asked. */
interface World {
  /** A name that it knows as Alice's, and one that it can say does not exist. */
  readonly known: string;
  readonly unknown: string;
  /** Everybody answers. */
  readonly healthy: Partial<PartContext>;
  /** Nobody can be asked. */
  readonly broken: Partial<PartContext>;
  /** Nobody ever answers. */
  readonly silent: Partial<PartContext>;
}

const failed = () => Promise.reject(new NameLookupError("No server answers", { reason: "failed" }));
const brokenDns: DnsClient = { text: failed, addresses: failed };

const silence = (_name: string, { signal }: Call) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
const silentDns: DnsClient = { text: silence, addresses: silence };

const worlds: Readonly<Record<string, World>> = {
  dns: {
    known: "alice.example",
    unknown: "nobody.example",
    healthy: {
      dns: fakeDns({ texts: { "_ourspace.alice.example": [`address=${ALICE}`] } }),
    },
    broken: { dns: brokenDns },
    silent: { dns: silentDns },
  },
};

for (const part of nameSystems) {
  const world = worlds[part.id];
  assert.ok(world !== undefined, `tests need a world for the name system "${part.id}"`);

  const systemIn = async (context: Partial<PartContext>): Promise<NameSystem> => {
    const [system, ...others] = await part.create(partContext({}, context));
    assert.ok(system !== undefined && others.length === 0);
    return system;
  };
  const resolve = async (context: Partial<PartContext>, name: string, signal?: AbortSignal) =>
    await (await systemIn(context))
      .resolve(parseName(name), { signal: signal ?? new AbortController().signal });

  Deno.test(`name system ${part.id}: a known name leads to its identity`, async () => {
    const record = await resolve(world.healthy, world.known);
    assert.ok(record !== null);
    assert.equal(identityText(record.identity), ALICE);
    assert.ok(record.ttlSeconds > 0 && record.via.length > 0);
  });

  Deno.test(`name system ${part.id}: it says which kinds of names it is asked about`, async () => {
    const { kinds } = await systemIn(world.healthy);
    assert.ok(kinds.includes(parseName(world.known).kind));
  });

  Deno.test(`name system ${part.id}: a name that does not exist is null`, async () => {
    assert.equal(await resolve(world.healthy, world.unknown), null);
  });

  Deno.test(`name system ${part.id}: a failure throws, so that nobody else is asked`, async () => {
    await assert.rejects(resolve(world.broken, world.known), NameLookupError);
  });

  Deno.test(`name system ${part.id}: the signal ends the wait`, async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const attempt = resolve(world.silent, world.known, controller.signal);
    controller.abort(reason);
    await assert.rejects(attempt, (error) => error === reason);
  });
}
