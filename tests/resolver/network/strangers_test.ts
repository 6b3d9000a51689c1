import assert from "node:assert/strict";
import { multiaddr } from "@multiformats/multiaddr";
import { inventsPeers, openTarpit, servesNothing } from "../../support/adversaries.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { networkTimes } from "../../../resolver/network/times.ts";
import { freePorts } from "../../support/free_ports.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { makeSigner } from "../../support/pointers.ts";
import { seeded } from "../../support/seeded.ts";
import { encodeMessage, FIND_NODE, framed, GET_VALUE } from "../../support/kad_messages.ts";
import { startKadPeer } from "../../support/kad_peer.ts";

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
      await using stranger = await startKadPeer();
      const [target = ""] = node.network.addresses();
      const key = recordKey(makeSigner().identity);
      for (const type of [GET_VALUE, FIND_NODE]) {
        const question = framed(encodeMessage({ type, key }));
        const answer = await stranger.exchange(target, [question]);
        assert.ok(answer !== null);
        assert.equal(answer.toHex().includes(hexOf(address)), allowed !== "");
      }
    },
  );
}

Deno.test("a start that fails half-way leaves no port taken", LIBP2P_TEST, async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [port = 0] = await freePorts(1);
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
    const invents = inventsPeers(24, tarpits.map(({ address }) => address), random);
    await using node = await startNetworkNode({ network: { times: networkTimes } });
    let lying = false;
    for (let count = 0; count < 3; count++) {
      const liar = cleanUp.use(
        await startKadPeer((message, stream) => (lying ? invents : servesNothing)(message, stream)),
      );
      await node.network.connect(liar.address, { ...call, trusted: true });
    }
    await until("the liars are known", () => node.network.status().routingTable === 3);
    lying = true;
    const answers = await Array.fromAsync(node.network.lookUp(makeSigner().identity, call));
    const failed = answers.filter(({ outcome }) => outcome === "failed").length;
    assert.ok(answers.length - failed === 3);
    const dials = tarpits.reduce((sum, tarpit) => sum + tarpit.connections(), 0);
    // Two walks of 3 paths: 4 peers each and 40 together, of each of whom an address at a time is tried.
    assert.ok(dials <= 2 * (3 * 4 + 40) * 8, `${dials} connections`);
  },
);
