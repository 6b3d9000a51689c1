import { assembleNode } from "./assemble_node.ts";
import { runServer } from "./run_server.ts";

/** `deno task node`: a node alone. It shows no feeds, and loads nothing that reads or shows them. */
if (import.meta.main) {
  await runServer({
    what: "node",
    assemble: async (options) => ({ gateway: await assembleNode(options), welcomePath: null }),
  });
}
