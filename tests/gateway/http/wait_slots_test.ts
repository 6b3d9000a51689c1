import assert from "node:assert/strict";
import { createWaitSlots } from "../../../gateway/http/wait_slots.ts";

Deno.test("places are bounded for a client and altogether, and can be given back", () => {
  const slots = createWaitSlots({ total: 3, perClient: 2 });
  const first = slots.take("192.0.2.1");
  assert.ok(first !== null && slots.take("192.0.2.1") !== null);
  assert.equal(slots.take("192.0.2.1"), null, "the client's places are taken");
  assert.ok(slots.take("192.0.2.2") !== null);
  assert.equal(slots.take("192.0.2.3"), null, "all places are taken");
  first();
  assert.ok(slots.take("192.0.2.3") !== null);
});
