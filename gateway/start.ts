import { deadline } from "../resolver/deadline.ts";
import type { Node } from "../resolver/node/node.ts";
import type { Verifier } from "../resolver/verify.ts";
import { assembleGateway } from "./assemble.ts";
import { describeError, printProblem } from "./print.ts";
import { runServer } from "./run_server.ts";
import { installWelcome } from "./welcome.ts";

const WELCOME_MILLISECONDS = 10_000;

/** `deno task start`: a gateway, with a node of its own unless the settings say otherwise. */
if (import.meta.main) {
  await runServer({
    what: "gateway",
    async assemble(options) {
      const { node, verifier } = options;
      const welcomePath = node === null ? null : await welcome(node, verifier);
      return { gateway: await assembleGateway({ ...options, welcomePath }), welcomePath };
    },
  });
}

/** Without it the gateway works as well: a wrong clock, say, is no reason not to start. */
async function welcome(node: Node, verifier: Verifier): Promise<string | null> {
  using limit = deadline(WELCOME_MILLISECONDS);
  try {
    return await installWelcome({ node, verifier }, limit);
  } catch (error) {
    printProblem(`The welcome feed is left out: ${describeError(error)}`);
    return null;
  }
}
