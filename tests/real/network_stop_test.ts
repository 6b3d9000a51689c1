import assert from "node:assert/strict";
import { identityText } from "../../schemas/identity.ts";
import { eventually } from "../support/eventually.ts";
import { LIBP2P_TEST } from "../support/network.ts";
import { startNodeProcess } from "../support/network_processes.ts";
import { makeSigner } from "../support/pointers.ts";

Deno.test(
  "a node told to stop ends in time while questions are under way",
  LIBP2P_TEST,
  async () => {
    await using first = await startNodeProcess();
    const BOOTSTRAP = first.addresses.join(",");
    await using dead = await startNodeProcess({ environment: { BOOTSTRAP } });
    await using stopping = await startNodeProcess({ environment: { BOOTSTRAP, PEERS: first.url } });
    await eventually("it knows both", async () => {
      return await stopping.figure("ourspace_network_routing_table_nodes") >= 2;
    });
    await dead.kill();
    const changes = await (await fetch(`${stopping.url}/v1/pointers?since=0`)).json();
    const questions = [
      `/v1/pointers?since=${changes.cursor}&wait=30`,
      ...Array.from({ length: 20 }, () => `/v1/pointers/${identityText(makeSigner().identity)}`),
    ];
    const answers = Promise.all(questions.map(async (path) => {
      const answer = await fetch(`${stopping.url}${path}`);
      await answer.body?.cancel();
      return answer.status;
    }));
    // One more, and answered: those before it have arrived.
    await (await fetch(`${stopping.url}/health`)).body?.cancel();
    assert.equal(await stopping.interrupt(), 0);
    for (const status of await answers) assert.ok([200, 404, 503].includes(status), `${status}`);
    assert.equal(await first.interrupt(), 0);
  },
);
