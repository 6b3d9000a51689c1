import assert from "node:assert/strict";
import { ROOT, taskCommand } from "../support/task_process.ts";
import { temporaryFolder } from "../support/temporary.ts";

const ADDRESS = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

Deno.test("Ctrl-C ends a look-up that waits: no stack, and an exit status of its own", async () => {
  using peer = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const asked = peer.accept();
  await using folder = await temporaryFolder();
  const { command, args } = taskCommand("resolve", [ADDRESS]);
  const process = new Deno.Command(command, {
    args,
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      DATA_DIR: folder.path,
      PEERS: `http://127.0.0.1:${peer.addr.port}`,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = process.output();
  using _silent = await asked;
  process.kill("SIGINT");
  const { code, stderr } = await ended;
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 130, said);
  assert.match(said, /Stopped\.\n$/);
  assert.doesNotMatch(said, /^\s+at /m);
});
