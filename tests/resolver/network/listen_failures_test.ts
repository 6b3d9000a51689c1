import assert from "node:assert/strict";
import { createServer } from "node:net";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import { listenFailures } from "../../../resolver/network/listen_failures.ts";

Deno.test("an address that is taken is told in one line", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = other.address();
  assert.ok(typeof taken === "object" && taken !== null);
  const address = `/ip4/127.0.0.1/tcp/${taken.port}`;
  try {
    await createLibp2p({ addresses: { listen: [address] }, transports: [tcp()] });
    assert.fail("it listens where another one does");
  } catch (cause) {
    const told = listenFailures(cause);
    assert.ok(told instanceof Error);
    assert.match(told.message, new RegExp(`^${address}: .*in use.*$`));
  } finally {
    other.close();
  }
});

Deno.test("every other failure is left as it is", () => {
  const failure = new Error("The disk is full.");
  assert.equal(listenFailures(failure), failure);
});
