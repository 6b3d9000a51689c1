import assert from "node:assert/strict";
import { withoutNpmsNode } from "../../../gateway/config/environment_variables.ts";

Deno.test("npm's own NODE is not the setting NODE", () => {
  const npm = { npm_node_execpath: "/usr/bin/node" };
  assert.deepEqual(withoutNpmsNode({ ...npm, NODE: "/usr/bin/node" }), npm);
  assert.deepEqual(withoutNpmsNode({ ...npm, NODE: "off" }), { ...npm, NODE: "off" });
  assert.deepEqual(withoutNpmsNode({ NODE: "" }), { NODE: "" });
  assert.deepEqual(withoutNpmsNode({ PORT: "8000" }), { PORT: "8000" });
});
