import assert from "node:assert/strict";
import { Patience } from "../../../resolver/outbound/patience.ts";

const LONG = 3_600_000;

function watched(): { readonly patience: Patience; readonly silence: Promise<void> } {
  const { promise: silence, resolve } = Promise.withResolvers<void>();
  const patience = new Patience(() => {
    patience.stop();
    resolve();
  });
  return { patience, silence };
}

Deno.test("a short wait after a long one is noticed in its own time", async () => {
  const { patience, silence } = watched();
  patience.begin(LONG);
  patience.pause();
  patience.begin(1);
  await silence;
});

Deno.test("a long wait after a short one gets all of its time, as does what is not waited for", async () => {
  const heard: string[] = [];
  const listeners = ["came", "still waited for"].map((name) =>
    new Patience(() => heard.push(name))
  );
  for (const patience of listeners) {
    patience.begin(1);
    patience.pause();
  }
  listeners[1]?.begin(LONG);
  // The others' timers were due before this one's.
  const { patience, silence } = watched();
  patience.begin(5);
  await silence;
  for (const patience of listeners) patience.stop();
  assert.deepEqual(heard, []);
});

Deno.test("nothing is left behind after the end, and no wait begins", () => {
  const { patience } = watched();
  patience.begin(LONG);
  patience.stop();
  patience.begin(LONG);
});
