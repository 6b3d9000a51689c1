import assert from "node:assert/strict";
import { comparePointers } from "../../schemas/pointer.ts";
import { eventually } from "../support/eventually.ts";
import { LIBP2P_TEST, startNetwork, until } from "../support/network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { heldText, publishAt, visit } from "../support/visits.ts";

const NODES = 12;
const RACES = 3;
const TIMESTAMP = "2026-01-01T00:00:00.000Z";

Deno.test(
  "two publishers race with one timestamp: all nodes agree on the greater text",
  LIBP2P_TEST,
  async () => {
    await using network = await startNetwork({ size: NODES });
    const { nodes } = network;
    for (let race = 0; race < RACES; race++) {
      const signer = makeSigner();
      const [one, other] = await Promise.all(["a", "b"].map((path) =>
        verifiedPointer(signer, {
          timestamp: TIMESTAMP,
          locations: [`https://alice.example/${path}`],
        })
      ));
      assert.ok(one !== undefined && other !== undefined);
      const greater = comparePointers(one, other) > 0 ? one : other;
      const here = nodes[race];
      const there = nodes[NODES - 1 - race];
      assert.ok(here !== undefined && there !== undefined);

      await Promise.all([publishAt(here, one), publishAt(there, other)]);

      // A put or an answer that comes too late on a busy machine is made up for by the next visit.
      await eventually("all answers agree", async () => {
        const found: (string | undefined)[] = [];
        for (const member of nodes) {
          found.push((await visit(member, signer.identity))?.pointer.text);
        }
        return found.every((text) => text === greater.text);
      });
      await until(
        "all stores agree",
        () => nodes.every(({ node }) => heldText(node, signer.identity) === greater.text),
      );
    }
  },
);
