import assert from "node:assert/strict";
import { LIBP2P_TEST } from "../support/network.ts";
import {
  allFind,
  knowEachOther,
  publish,
  startNodeProcess,
  startNodeProcesses,
} from "../support/network_processes.ts";
import { makeSigner, signPointer } from "../support/pointers.ts";

const OLDER = "2026-01-01T00:00:00.000Z";
const NEWER = "2026-02-01T00:00:00.000Z";

/** Each publishes at another node. */
const WALLETS = 6;

Deno.test(
  "six nodes find the newest pointer, whoever of them is killed",
  LIBP2P_TEST,
  async (t) => {
    await using network = await startNodeProcesses(6);
    const { nodes } = network;
    /** Serves nobody: what it answers comes from the others. */
    await using asker = await startNodeProcess({
      environment: { DHT_LISTEN: "", BOOTSTRAP: nodes.flatMap((node) => node.addresses).join(",") },
    });
    const wallets = await Promise.all(
      Array.from({ length: WALLETS }, async () => {
        const signer = makeSigner();
        const [older, newer] = await Promise.all([
          signPointer(signer, { timestamp: OLDER }),
          signPointer(signer, { timestamp: NEWER }),
        ]);
        return { identity: signer.identity, older, newer };
      }),
    );
    const at = (index: number) => nodes[index % nodes.length] ?? assert.fail();

    async function allFindTheNewest(): Promise<void> {
      await Promise.all(
        wallets.map(({ identity, newer }) => allFind([...nodes, asker], identity, newer)),
      );
    }

    await t.step("what is published at one is found at every other", async () => {
      await Promise.all(
        wallets.map(({ identity, older }, index) => publish(at(index), identity, older)),
      );
      await Promise.all(
        wallets.map(({ identity, older }) => allFind([...nodes, asker], identity, older)),
      );
    });

    await t.step("what is published later elsewhere takes its place everywhere", async () => {
      for (const [index, { identity, newer }] of wallets.entries()) {
        assert.equal(await at(index + 1).offer(identity, newer), 204);
      }
      await allFindTheNewest();
    });

    await t.step("the older one is refused by each that has the newer one", async () => {
      for (const { identity, older } of wallets) {
        for (const node of nodes) assert.equal(await node.offer(identity, older), 409);
      }
      await allFindTheNewest();
    });

    await t.step("with half of the nodes killed the others answer all the same", async () => {
      const killed = [0, 2, 4].map(at);
      const alive = [1, 3, 5].map(at);
      await Promise.all(killed.map((node) => node.kill()));
      // Whoever comes now has nothing but what the survivors tell.
      await using newcomer = await startNodeProcess({
        environment: { BOOTSTRAP: alive[0]?.addresses.join(",") ?? "" },
      });
      const asked = [...alive, asker, newcomer];
      await Promise.all(
        wallets.map(({ identity, newer }) => allFind(asked, identity, newer)),
      );
      for (const node of asked) assert.equal(await node.find(makeSigner().identity), null);
    });

    await t.step(
      "all are killed and started again: they find each other, and hold everything",
      async () => {
        await Promise.all(nodes.map((node) => node.kill()));
        // Their entry point is not among them yet: they know each other's addresses from before.
        const others = await Promise.all([1, 2, 3, 4, 5].map((index) => network.restart(index)));
        await knowEachOther(others);
        await network.restart(0);
        await knowEachOther(nodes);
        const expected = wallets.map(({ newer }) => new TextDecoder().decode(newer));
        for (const node of nodes) {
          const held = await Promise.all(wallets.map(({ identity }) => node.held(identity)));
          assert.deepEqual(held, expected);
        }
        await allFindTheNewest();
      },
    );
  },
);
