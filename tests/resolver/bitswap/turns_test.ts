import assert from "node:assert/strict";
import { createTurns } from "../../../resolver/bitswap/turns.ts";
import { settled } from "../../support/clock.ts";

interface Client {
  readonly name: string;
  readonly sender: string;
}

function setUp() {
  const served = new Map<string, () => void>();
  const order: string[] = [];
  const turns = createTurns<Client>({
    atOnce: 3,
    perSender: 2,
    serve({ name }) {
      order.push(name);
      return new Promise((resolve) => served.set(name, resolve));
    },
  });
  return {
    order,
    add: (...names: string[]) =>
      names.forEach((name) => turns.add({ name, sender: name.charAt(0) })),
    end: async (name: string) => {
      served.get(name)?.();
      await settled();
    },
  };
}

Deno.test("clients take turns in their order, so many at once", async () => {
  const { order, add, end } = setUp();
  add("a1", "b1", "c1", "d1", "e1");
  assert.deepEqual(order, ["a1", "b1", "c1"]);
  await end("b1");
  await end("a1");
  assert.deepEqual(order, ["a1", "b1", "c1", "d1", "e1"]);
});

Deno.test("a sender who never ends its turns keeps its own clients waiting, and nobody else", async () => {
  const { order, add, end } = setUp();
  add("a1", "a2", "a3", "a4", "b1", "c1");
  assert.deepEqual(order, ["a1", "a2", "b1"]);
  await end("b1");
  assert.deepEqual(order, ["a1", "a2", "b1", "c1"]);
  await end("c1");
  assert.equal(order.length, 4);
  await end("a2");
  assert.deepEqual(order.at(-1), "a3");
});
