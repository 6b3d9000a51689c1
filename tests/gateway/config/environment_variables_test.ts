import assert from "node:assert/strict";
import { envFile, withoutNpmsNode } from "../../../gateway/config/environment_variables.ts";
import { temporaryFolder } from "../../support/temporary.ts";

Deno.test("an env file has settings, line by line; where there is none, there are none", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/.env`;
  assert.deepEqual(await envFile(path), {});
  await Deno.writeTextFile(path, "PORT=8001\r\n# a comment\r\nPEERS=\n");
  assert.deepEqual({ ...await envFile(path) }, { PORT: "8001", PEERS: "" });
});

Deno.test("an env file that cannot be read is an error that says so", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(envFile(folder.path), {
    name: "OurSpaceError",
    message: `The settings in ${folder.path} cannot be read.`,
  });
});

Deno.test("npm's own NODE is not the setting NODE", () => {
  const npm = { npm_node_execpath: "/usr/bin/node" };
  assert.deepEqual(withoutNpmsNode({ ...npm, NODE: "/usr/bin/node" }), npm);
  assert.deepEqual(withoutNpmsNode({ ...npm, NODE: "off" }), { ...npm, NODE: "off" });
  assert.deepEqual(withoutNpmsNode({ NODE: "" }), { NODE: "" });
  assert.deepEqual(withoutNpmsNode({ PORT: "8000" }), { PORT: "8000" });
});
