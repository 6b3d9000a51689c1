import assert from "node:assert/strict";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { CID } from "multiformats/cid";
import { createHolderSearch } from "../../../resolver/bitswap/holders.ts";
import { networkTimes } from "../../../resolver/network/times.ts";
import { createStandings } from "../../../resolver/standing.ts";
import { rawTree } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";

const HONEST = peerIdFromString("12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf");
const AT_HOME = multiaddr("/ip4/8.8.8.8/tcp/4001");
const ELSEWHERE = multiaddr("/ip4/9.9.9.9/tcp/4001");
const { root: HELD } = await rawTree(Uint8Array.of(1));

/** A search in which the DHT names one peer, at the places that the test says. */
function setUp() {
  const clock = createTestClock();
  const standings = createStandings({ clock: clock.now });
  let said: readonly Multiaddr[] = [];
  const dialled: string[] = [];
  const find = createHolderSearch({
    wants: {
      has: (_peer, cid) => Promise.resolve(cid.equals(HELD)),
      block: () => Promise.reject(new Error("no block is asked for")),
      expects: () => false,
      receive: () => Promise.resolve(),
      drop: () => {},
    },
    connected: () => [],
    async *providers() {
      for (const address of said) yield { peer: HONEST, addresses: [address] };
    },
    connect({ addresses }) {
      dialled.push(addresses.join(" "));
      return addresses.some((address) => `${address}`.startsWith(`${AT_HOME}`))
        ? Promise.resolve()
        : Promise.reject(new Error("nobody is there"));
    },
    standings,
    times: networkTimes,
    clock: clock.now,
    alarm: clock.alarm,
  });
  return {
    dialled,
    /** Whether the peer is found, once, when others say that it provides the content and is there. */
    async finds(cid: CID, ...addresses: Multiaddr[]): Promise<boolean> {
      said = addresses;
      const found = await Array.fromAsync(find(cid, CALL, { denied: 0, failed: 0 }));
      return found.length === 1;
    },
  };
}

Deno.test("whoever says no to what others said of it is asked again", async () => {
  const { finds } = setUp();
  for (let lie = 0; lie < 10; lie++) {
    const { root: lacking } = await rawTree(Uint8Array.of(2, lie));
    assert.equal(await finds(lacking, AT_HOME), false);
  }
  assert.equal(await finds(HELD, AT_HOME), true);
});

Deno.test("whoever is named at two places is asked once", async () => {
  const { finds } = setUp();
  assert.equal(await finds(HELD, AT_HOME, multiaddr(`${AT_HOME}/ws`), AT_HOME), true);
});

Deno.test("whoever is said to be where nobody is, is found where it is", async () => {
  const { dialled, finds } = setUp();
  for (let lie = 0; lie < 20; lie++) {
    const { root: lacking } = await rawTree(Uint8Array.of(3, lie));
    assert.equal(await finds(lacking, ELSEWHERE), false);
  }
  assert.ok(dialled.length < 20, "that place is left alone for a while");
  assert.equal(await finds(HELD, ELSEWHERE, AT_HOME), true);
});
