import assert from "node:assert/strict";
import type { Identity } from "../../schemas/identity.ts";
import { eventually } from "../support/eventually.ts";
import { LIBP2P_TEST } from "../support/network.ts";
import {
  type NodeProcess,
  startNodeProcess,
  startNodeProcesses,
} from "../support/network_processes.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";
import { faultSeed, seeded } from "../support/seeded.ts";

/** A node takes 600 offers of one address in one go: a whole burst stays below. */
const OFFERS = 240;
const OFFERS_AT_ONCE = 8;

interface Offer {
  readonly identity: Identity;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Of a few wallets, several pointers each, in no order. */
async function makeOffers(count: number, random: () => number): Promise<Offer[]> {
  const signers = Array.from({ length: Math.ceil(count / 3) }, () => makeSigner());
  return await Promise.all(Array.from({ length: count }, async () => {
    const signer = signers[Math.floor(random() * signers.length)] ?? makeSigner();
    const timestamp = new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 1e9)).toISOString();
    return { identity: signer.identity, bytes: await signPointer(signer, { timestamp }) };
  }));
}

/** Timestamps of the pointers' texts, which all have one form, compare like the texts. */
function timestampOf(pointer: string): string {
  return /"timestamp":"([^"]+)"/.exec(pointer)?.[1] ?? assert.fail(pointer);
}

async function assertNotOlder(node: NodeProcess, offers: readonly Offer[]): Promise<void> {
  for (const { identity, bytes } of offers) {
    const acknowledged = new TextDecoder().decode(bytes);
    const held = await node.held(identity);
    assert.ok(
      held !== null && timestampOf(held) >= timestampOf(acknowledged),
      `${acknowledged} was acknowledged, ${held} is held`,
    );
  }
}

const seed = faultSeed();

Deno.test(
  `a node killed in a burst of offers keeps what it acknowledged (FAULT_SEED=${seed})`,
  LIBP2P_TEST,
  async () => {
    const random = seeded(seed);
    await using network = await startNodeProcesses(3);
    for (let round = 0; round < 2; round++) {
      const [, victim] = network.nodes;
      assert.ok(victim !== undefined);
      const waiting = await makeOffers(OFFERS, random);
      const killAfter = 1 + Math.floor(random() * OFFERS * 0.8);
      const acknowledged: Offer[] = [];
      let killed: Promise<void> | undefined;

      const offerInTurn = async () => {
        for (let offer = waiting.pop(); offer !== undefined; offer = waiting.pop()) {
          // Who was killed answers nothing, which acknowledges nothing.
          const status: number | null = await victim.offer(offer.identity, offer.bytes).catch(() =>
            null
          );
          if (status === 204) acknowledged.push(offer);
          if (acknowledged.length >= killAfter) killed ??= victim.kill();
          if (killed !== undefined) return;
          assert.ok(status === 204 || status === 409, `answered ${status}`);
        }
      };
      await Promise.all(Array.from({ length: OFFERS_AT_ONCE }, offerInTurn));
      await (killed ?? victim.kill());
      assert.ok(acknowledged.length > 0);
      await assertNotOlder(await network.restart(1), acknowledged);
    }
  },
);

Deno.test(
  `a node whose store was damaged says so and has everything again (FAULT_SEED=${seed})`,
  LIBP2P_TEST,
  async () => {
    const random = seeded(seed);
    await using first = await startNodeProcess();
    await using damaged = await startNodeProcess({ environment: { PEERS: first.url } });
    const offers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const signer = makeSigner();
        return { identity: signer.identity, bytes: await signPointer(signer) };
      }),
    );
    for (const { identity, bytes } of offers) {
      assert.equal(await first.offer(identity, bytes), 204);
    }
    const holdsAll = (node: NodeProcess) => async () => {
      for (const { identity } of offers) if (await node.held(identity) === null) return false;
      return true;
    };
    await eventually("its follower has everything too", holdsAll(damaged));

    // Not killed: what lies in the log beside the file would mend some of it.
    await damaged.interrupt();
    await writeGarbage(`${damaged.dataFolder}/pointers.sqlite`, random);
    await using mended = await damaged.restart();
    assert.match(mended.output(), /damaged/);
    await eventually("everything is back", holdsAll(mended));
  },
);

/** Everything but the first page, which says that this is a database, becomes chance. */
async function writeGarbage(path: string, random: () => number): Promise<void> {
  const PAGE = 4_096;
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  assert.ok(size > 4 * PAGE);
  await file.seek(PAGE, Deno.SeekMode.Start);
  const garbage = new Uint8Array(size - PAGE).map(() => Math.floor(random() * 256));
  for (let rest = garbage; rest.length > 0;) rest = rest.subarray(await file.write(rest));
}
