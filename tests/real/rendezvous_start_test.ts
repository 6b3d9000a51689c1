import assert from "node:assert/strict";
import type { Call } from "../../resolver/contracts.ts";
import { deadline } from "../../resolver/deadline.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { httpMultiaddr } from "../../schemas/http_multiaddr.ts";
import { identityText } from "../../schemas/identity.ts";
import { rendezvousCid } from "../../schemas/rendezvous.ts";
import { startGateway } from "../support/gateway_process.ts";
import { startKuboNetwork } from "../support/kubo_network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { startService } from "../support/services.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

/** Asks again and again: nobody tells when a record has arrived, or a connection stands. */
async function untilSaid(ask: () => Promise<string>, expected: RegExp, call: Call): Promise<void> {
  while (!expected.test(await ask())) call.signal.throwIfAborted();
}

const LOOPBACK = { ALLOW_PRIVATE: "127.0.0.0/8" };

realTest(
  "ipfs",
  "a gateway that knows nobody finds a node through the IPFS network, and joins the DHT by it",
  async () => {
    await using folder = await temporaryFolder();
    const pointer = await verifiedPointer(makeSigner());
    const node = await openNode({ dataDir: folder.path, report: assert.fail });
    node.pointers.put(pointer, { kind: "operator" });
    await node.close();

    // The node's address must be known before it starts: it is that of a proxy before it.
    let behind = "";
    await using proxy = startService(({ url }) => {
      const { pathname, search } = new URL(url);
      return fetch(`${behind}${pathname}${search}`);
    });
    await using network = await startKuboNetwork(3, (place) => ({
      config: place === 0
        ? { "Addresses.AppendAnnounce": [httpMultiaddr(new URL(proxy.url))] }
        : {},
    }));
    const [first, , last] = network.daemons;
    assert.ok(first !== undefined && last !== undefined);
    await using holder = await startGateway(
      { ...LOOPBACK, PUBLIC_URL: proxy.url, KUBO_RPC_URL: first.rpcUrl },
      folder.path,
    );
    behind = holder.url;
    const cid = rendezvousCid(pointer.identity);
    using patience = deadline(120_000);
    await untilSaid(() => last.run(["routing", "findprovs", cid]), /./, patience);

    await using finder = await startGateway({ ...LOOPBACK, KUBO_RPC_URL: last.rpcUrl });
    const answer = await fetch(`${finder.url}/${identityText(pointer.identity)}/pointer.json`);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.bytes(), pointer.bytes);
    const metrics = async () => await (await fetch(`${finder.url}/metrics`)).text();
    await untilSaid(metrics, /^ourspace_network_routing_table_nodes 1$/m, patience);
  },
);
