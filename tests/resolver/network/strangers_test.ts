import assert from "node:assert/strict";
import { multiaddr } from "@multiformats/multiaddr";
import { openTarpit } from "../../support/adversaries.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { makeSigner } from "../../support/pointers.ts";
import { seeded } from "../../support/seeded.ts";
import {
  closerPeer,
  dhtMessage,
  FIND_NODE,
  GET_VALUE,
  startRawPeer,
} from "../../support/raw_peer.ts";

const call = { signal: new AbortController().signal };

/** What a multiaddress looks like within a message. */
function hexOf(address: string): string {
  return multiaddr(address.replace(/\/p2p\/.*$/, "")).bytes.toHex();
}

for (const allowed of ["", "127.0.0.0/8"]) {
  Deno.test(
    `an entry point's private address is ${
      allowed === "" ? "not told" : "told where it is allowed"
    }`,
    LIBP2P_TEST,
    async () => {
      await using entry = await startNetworkNode();
      const [address = ""] = entry.network.addresses();
      await using node = await startNetworkNode({
        environment: { BOOTSTRAP: address, ALLOW_PRIVATE: allowed },
      });
      await until("it knows its entry point", () => node.network.status().routingTable === 1);
      await using stranger = await startRawPeer();
      const [target = ""] = node.network.addresses();
      const key = recordKey(makeSigner().identity);
      for (const question of [dhtMessage(GET_VALUE, key), dhtMessage(FIND_NODE, key)]) {
        const answer = (await stranger.send(target, question)).toHex();
        assert.equal(answer.includes(hexOf(address)), allowed !== "");
      }
    },
  );
}

Deno.test("a start that fails half-way leaves no port taken", LIBP2P_TEST, async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const listen = [port, taken.addr.port].map((port) => `/ip4/127.0.0.1/tcp/${port}`).join(",");
  await assert.rejects(
    startNetworkNode({ environment: { DHT_LISTEN: listen } }),
    /cannot listen where it should/,
  );
  Deno.listen({ hostname: "127.0.0.1", port }).close();
  taken.close();
});

Deno.test(
  "a chain of liars who name peers that do not exist costs a bounded number of dials",
  LIBP2P_TEST,
  async () => {
    const random = seeded(20_261_120);
    const tarpits = Array.from({ length: 8 }, openTarpit);
    await using cleanUp = new AsyncDisposableStack();
    for (const tarpit of tarpits) cleanUp.use(tarpit);
    const fakes = () =>
      Array.from({ length: 24 }, () => {
        const id = Uint8Array.from([0x12, 32, ...Array.from({ length: 32 }, () => random() * 256)]);
        return closerPeer(id, tarpits.map(({ address }) => address));
      });
    await using node = await startNetworkNode();
    const key = recordKey(makeSigner().identity);
    let named: readonly Uint8Array[] = [];
    for (let count = 0; count < 3; count++) {
      const liar = cleanUp.use(
        await startRawPeer((message) =>
          dhtMessage(message[1] ?? 0, key, { closer: named.length > 0 ? fakes() : [] })
        ),
      );
      await node.network.connect(liar.address, { ...call, trusted: true });
    }
    await until("the liars are known", () => node.network.status().routingTable === 3);
    named = fakes();
    const answers = await Array.fromAsync(node.network.lookUp(makeSigner().identity, call));
    const failed = answers.filter(({ outcome }) => outcome === "failed").length;
    assert.ok(answers.length - failed === 3);
    const dials = tarpits.reduce((sum, tarpit) => sum + tarpit.connections(), 0);
    // Two walks of 3 paths: 4 peers each and 40 together, of each of whom an address at a time is tried.
    assert.ok(dials <= 2 * (3 * 4 + 40) * 8, `${dials} connections`);
  },
);
