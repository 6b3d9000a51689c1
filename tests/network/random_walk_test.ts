import assert from "node:assert/strict";
import { identityKey, identityText } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { kadKey, kadRecord, PUT_VALUE } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import { LIBP2P_TEST, type NetworkNode, startNetworkNode, until } from "../support/network.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, type Signer, verifiedPointer } from "../support/pointers.ts";
import { faultSeed, seeded } from "../support/seeded.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { heldTimestamp, publishAt, visited } from "../support/visits.ts";

const NODES = 8;
const WALLETS = 3;
const STEPS = 60;
const MOST_CLOSED = 3;
const FIRST_TIMESTAMP = Date.parse("2026-01-01T00:00:00.000Z");

/** A node that is closed and opened again in its folder. */
interface Place {
  readonly dataDir: string;
  member: NetworkNode | null;
}

interface Wallet {
  readonly signer: Signer;
  /** All that it ever signed, ascending. */
  readonly signed: VerifiedPointer[];
}

/**
 * Two things hold after every step. No store goes back: what a node held once, or something greater, it
 * holds for ever, whether it was closed meanwhile or not. No look-up goes back: it answers nothing
 * older than what was held, when it began, by any node that was up.
 */
Deno.test("whatever happens, nothing goes back in time", LIBP2P_TEST, async (t) => {
  const seed = faultSeed();
  await t.step(`FAULT_SEED=${seed}`, () => walk(seeded(seed)));
});

async function walk(random: () => number): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(random() * list.length)];
    assert.ok(one !== undefined, "there is nothing to pick from");
    return one;
  };
  const places: Place[] = [];
  const up = () => places.flatMap(({ member }) => member ?? []);
  cleanUp.defer(async () => {
    for (const member of up()) await member[Symbol.asyncDispose]();
  });
  const replayer = cleanUp.use(await startKadPeer());
  const wallets = Array.from({ length: WALLETS }, (): Wallet => ({
    signer: makeSigner(),
    signed: [],
  }));
  /** By folder and wallet: the timestamp held last. */
  const floors = new Map<string, string>();
  let now = FIRST_TIMESTAMP;

  async function open(place: Place): Promise<void> {
    const entries = up().flatMap(({ network }) => network.addresses()).slice(0, 3);
    const environment = { BOOTSTRAP: entries.join(",") };
    const member = await startNetworkNode({ dataDir: place.dataDir, environment });
    place.member = member;
    if (entries.length === 0) return;
    await until("it is in the network", () => member.network.status().routingTable > 0);
  }

  const actions = {
    async publish() {
      const { signer, signed } = pick(wallets);
      const timestamp = new Date(now += 1_000).toISOString();
      const pointer = await verifiedPointer(signer, { timestamp });
      signed.push(pointer);
      await publishAt(pick(up()), pointer);
    },
    async replayIntoDht() {
      const { signer, signed } = pick(wallets);
      if (signed.length === 0) return;
      const key = kadKey(identityKey(signer.identity));
      const record = kadRecord(key, pick(signed).bytes);
      const [address = ""] = pick(up()).network.addresses();
      await replayer.ask(address, { type: PUT_VALUE, key, record });
    },
    async replayByHttp() {
      const { signer, signed } = pick(wallets);
      if (signed.length === 0) return;
      const url = `http://node.example/v1/pointers/${identityText(signer.identity)}`;
      const request = new Request(url, { method: "PUT", body: pick(signed).bytes });
      const response = await peerApi({ node: pick(up()).node, clock: Date.now })(request);
      await response.body?.cancel();
      assert.ok([204, 409].includes(response.status), `${response.status}`);
    },
    async close() {
      const open = places.filter(({ member }) => member !== null);
      if (places.length - open.length >= MOST_CLOSED) return;
      const place = pick(open);
      await place.member?.[Symbol.asyncDispose]();
      place.member = null;
    },
    async reopen() {
      const closed = places.filter(({ member }) => member === null);
      if (closed.length > 0) await open(pick(closed));
    },
    async lookUp() {
      const { signer: { identity } } = pick(wallets);
      const held = up().flatMap(({ node }) => heldTimestamp(node, identity) ?? []);
      const newest = held.toSorted().at(-1) ?? "";
      const found = await visited(pick(up()), identity) ?? "";
      assert.ok(found >= newest, `found ${found}, though ${newest} was held`);
    },
  };

  function noStoreWentBack(): void {
    for (const { member, dataDir } of places) {
      if (member === null) continue;
      for (const { signer: { identity } } of wallets) {
        const key = `${dataDir} ${identityKey(identity)}`;
        const held: string = heldTimestamp(member.node, identity) ?? "";
        const floor = floors.get(key) ?? "";
        assert.ok(held >= floor, `a store went back from ${floor} to ${held}`);
        floors.set(key, held);
      }
    }
  }

  for (let index = 0; index < NODES; index++) {
    const place: Place = { dataDir: cleanUp.use(await temporaryFolder()).path, member: null };
    places.push(place);
    await open(place);
  }
  // Look-ups are what it is about.
  const choices = [...Object.values(actions), actions.lookUp];
  for (let step = 0; step < STEPS; step++) {
    await pick(choices)();
    noStoreWentBack();
  }
}
