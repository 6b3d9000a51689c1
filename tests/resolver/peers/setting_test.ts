import assert from "node:assert/strict";
import { peerName } from "../../../resolver/peers/setting.ts";

Deno.test("a peer is called by its address; one in a private network only by its place", () => {
  assert.equal(peerName("https://alice.example:8443/node", 0), "peer alice.example:8443/node");
  assert.equal(peerName("https://alice.example", 0), "peer alice.example");
  for (
    const base of ["http://10.0.0.5:8000", "http://[fd00::1]", "http://nas", "http://nas.local"]
  ) {
    assert.equal(peerName(base, 1), "peer 2");
  }
});
