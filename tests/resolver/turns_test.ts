import assert from "node:assert/strict";
import { nextTurn } from "../../resolver/turns.ts";

const CALL = { signal: new AbortController().signal };

Deno.test("however many feeds are read at once, others get their turn between two stretches", async () => {
  const order: string[] = [];
  let reading = true;
  const other = () => {
    order.push("other");
    if (reading) setTimeout(other, 0);
  };
  setTimeout(other, 0);
  await Promise.all(
    Array.from({ length: 10 }, () => nextTurn(CALL).then(() => order.push("feed"))),
  );
  reading = false;
  await new Promise((resolve) => setTimeout(resolve, 5));
  const stretches = order.join(" ").split("other").map((between) => between.match(/feed/g)?.length);
  assert.deepEqual(Math.max(...stretches.map((count) => count ?? 0)), 1);
});

Deno.test("who leaves the queue holds nobody up", async () => {
  const reason = new Error("the visitor left");
  const left = nextTurn({ signal: AbortSignal.abort(reason) });
  const next = nextTurn(CALL);
  await assert.rejects(left, reason);
  await next;
});
