import assert from "node:assert/strict";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import { UnavailableError } from "../../../resolver/errors.ts";
import type { Directory, Provider } from "../../../resolver/rendezvous/directory.ts";
import { search, searchLimits } from "../../../resolver/rendezvous/search.ts";
import { rendezvousCid } from "../../../schemas/rendezvous.ts";
import { settled } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";
import { makeSigner } from "../../support/pointers.ts";

const { identity } = makeSigner();

function knowing(...origins: string[]): Directory {
  return {
    id: "directory",
    async *providers(cid) {
      assert.equal(cid, rendezvousCid(identity));
      for (const origin of origins) yield await Promise.resolve({ peer: "p", origins: [origin] });
    },
  };
}

const broken: Directory = {
  id: "broken",
  providers: () => ({
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }),
  }),
};

const nodes = (count: number) =>
  Array.from({ length: count }, (_, place) => `https://node-${place}.example`);

/** The answers of a search, and whom it asked. */
async function searched(
  directories: readonly Directory[],
  outcome: PeerAnswer["outcome"] = "none",
  avoided: readonly string[] = [],
) {
  const asked: string[] = [];
  const answers = await Array.fromAsync(search(identity, {
    directories,
    ask(peer) {
      asked.push(peer);
      return Promise.resolve({ peer, outcome, milliseconds: 1 });
    },
    avoided: (origin) => avoided.includes(origin),
    ...CALL,
  }));
  assert.deepEqual(answers.map(({ peer }) => peer), asked);
  return asked;
}

Deno.test("every node is asked once, whoever knows it, and nobody who is avoided", async () => {
  const [one = "", two = "", three = ""] = nodes(3);
  const asked = await searched([knowing(one, two, one), knowing(two, three)], "none", [three]);
  assert.deepEqual(asked.sort(), [one, two]);
});

Deno.test("more than 20 providers of a directory are not looked at", async () => {
  let taken = 0;
  const endless: Directory = {
    id: "endless",
    async *providers(): AsyncGenerator<Provider> {
      while (true) {
        taken++;
        yield await Promise.resolve({ peer: "p", origins: [`https://node-${taken}.example`] });
      }
    },
  };
  assert.equal((await searched([endless])).length, searchLimits.providers);
  assert.equal(taken, searchLimits.providers);
});

Deno.test("at most four nodes are asked at the same time", async () => {
  let now = 0;
  let most = 0;
  const answers = search(identity, {
    directories: [knowing(...nodes(12))],
    async ask(peer) {
      most = Math.max(most, ++now);
      await settled();
      now--;
      return { peer, outcome: "none", milliseconds: 1 };
    },
    avoided: () => false,
    ...CALL,
  });
  assert.equal((await Array.fromAsync(answers)).length, 12);
  assert.equal(most, searchLimits.nodesAtOnce);
});

Deno.test("nobody provides it: nothing; nobody could be asked: a failure", async () => {
  assert.deepEqual(await searched([knowing()]), []);
  assert.deepEqual(await searched([broken, knowing()]), []);
  assert.equal((await searched([broken, ...nodes(1).map((node) => knowing(node))])).length, 1);
  await assert.rejects(searched([broken, broken]), UnavailableError);
});

Deno.test("nodes that all failed are a failure; one that does not know it is an answer", async () => {
  await assert.rejects(searched([knowing(...nodes(3))], "failed"), UnavailableError);
  assert.equal((await searched([knowing(...nodes(3))], "none")).length, 3);
});
