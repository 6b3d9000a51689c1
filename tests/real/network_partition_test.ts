import assert from "node:assert/strict";
import { type Identity, identityText } from "../../schemas/identity.ts";
import { comparePointers, parsePointer, type Pointer } from "../../schemas/pointer.ts";
import { eventually } from "../support/eventually.ts";
import {
  isInOwnNetwork,
  layOutSites,
  type Machine,
  runInOwnNetwork,
} from "../support/namespaces.ts";
import {
  allFind,
  knowEachOther,
  type NodeProcess,
  startNodeProcess,
} from "../support/network_processes.ts";
import { makeSigner, type PointerFields, signPointer } from "../support/pointers.ts";
import { realTest } from "../support/tools.ts";

const LIMIT_MILLISECONDS = 600_000;
const SITE_SIZE = 3;

const BEFORE = { timestamp: "2026-01-01T00:00:00.000Z" };
const LATER = { timestamp: "2026-02-01T00:00:00.000Z" };
const LATEST = { timestamp: "2026-03-01T00:00:00.000Z" };
/** As late as LATER, and another text: which of the two wins is decided by the texts. */
const LATER_TOO = { ...LATER, locations: ["https://alice.example/feed.xml"] };

/** What one wallet publishes while all is well, and at each site while the cable is cut. */
interface Wallet {
  readonly identity: Identity;
  readonly before: Uint8Array<ArrayBuffer>;
  readonly atLeft: Uint8Array<ArrayBuffer>;
  readonly atRight: Uint8Array<ArrayBuffer>;
}

realTest(
  "unshare",
  "two halves that lost each other agree on the newest when they meet again",
  async (_t, unshare) => {
    if (isInOwnNetwork()) return await losingEachOther();
    await runInOwnNetwork(unshare, import.meta.filename ?? assert.fail(), LIMIT_MILLISECONDS);
  },
);

async function losingEachOther(): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const start = async ({ address, through }: Machine, environment: Record<string, string>) =>
    cleanUp.use(
      await startNodeProcess({
        through,
        environment: {
          HOST: address,
          PORT: "0",
          ALLOW_PRIVATE: "10.77.0.0/16",
          ...environment,
        },
      }),
    );

  const sites = await layOutSites(SITE_SIZE);
  const [entry, ...others] = [...sites.left, ...sites.right];
  assert.ok(entry !== undefined);
  const first = await start(entry, {});
  const BOOTSTRAP = first.addresses.join(",");
  const members = [
    first,
    ...await Promise.all(others.map((machine) => start(machine, { BOOTSTRAP }))),
  ];
  await knowEachOther(members);
  const left = members.slice(0, SITE_SIZE);
  const right = members.slice(SITE_SIZE);
  /** Serve nobody and hold nothing: what these answer first is what the others tell. */
  const [askerLeft, askerRight] = await Promise.all(
    [sites.left[1], sites.right[1]].map((machine) =>
      start(machine ?? assert.fail(), {
        DHT_LISTEN: "",
        BOOTSTRAP: members.flatMap((member) => member.addresses).join(","),
      })
    ),
  );
  assert.ok(askerLeft !== undefined && askerRight !== undefined);
  const look = createWatch();

  const wallets = [
    await makeWallet(BEFORE, LATER, LATEST),
    await makeWallet(BEFORE, LATEST, LATER),
    await makeWallet(BEFORE, LATER_TOO, LATER),
  ];
  for (const { identity, before } of wallets) {
    assert.equal(await first.offer(identity, before), 204);
  }
  for (const { identity, before } of wallets) await allFind(members, identity, before);

  await sites.cut();
  for (const { identity, atLeft, atRight } of wallets) {
    assert.equal(await left[1]?.offer(identity, atLeft), 204);
    assert.equal(await right[1]?.offer(identity, atRight), 204);
  }
  for (const { identity, atLeft, atRight } of wallets) {
    await Promise.all([
      allFind([...left, askerLeft], identity, atLeft),
      allFind([...right, askerRight], identity, atRight),
    ]);
    await look([...members, askerLeft, askerRight], identity);
  }

  await sites.join();
  for (const wallet of wallets) {
    const winner = new TextDecoder().decode(greater(wallet.atLeft, wallet.atRight));
    await Promise.all(
      [...members, askerLeft, askerRight].map((node) =>
        eventually(`${node.url} holds ${winner}`, async () => {
          await look([node], wallet.identity);
          return await node.held(wallet.identity) === winner;
        })
      ),
    );
  }
}

async function makeWallet(
  before: PointerFields,
  atLeft: PointerFields,
  atRight: PointerFields,
): Promise<Wallet> {
  const signer = makeSigner();
  const sign = (fields: PointerFields) => signPointer(signer, fields);
  return {
    identity: signer.identity,
    before: await sign(before),
    atLeft: await sign(atLeft),
    atRight: await sign(atRight),
  };
}

function greater<T extends Uint8Array>(one: T, other: T): T {
  return comparePointers(parsePointer(one), parsePointer(other)) > 0 ? one : other;
}

/** Asks nodes, and fails when one answers with an older pointer than it answered before, or with none. */
function createWatch(): (nodes: readonly NodeProcess[], identity: Identity) => Promise<void> {
  const last = new Map<string, Pointer>();
  return async (nodes, identity) => {
    await Promise.all(nodes.map(async (node) => {
      const key = `${node.url} ${identityText(identity)}`;
      const before = last.get(key);
      const text = await node.find(identity);
      assert.ok(text !== null, `${node.url} forgot what it had found`);
      const pointer = parsePointer(new TextEncoder().encode(text));
      assert.ok(
        before === undefined || comparePointers(pointer, before) >= 0,
        `${node.url} answered ${text} after ${before?.timestamp}`,
      );
      last.set(key, pointer);
    }));
  };
}
