import { assembleGateway, type Gateway } from "./assemble.ts";
import { nodeSetting, publicUrlSetting, readConfig } from "./config.ts";
import { environmentVariables } from "./environment_variables.ts";
import { listeningOrigin } from "./listening_origin.ts";
import { describeError, printProblem } from "./terminal.ts";
import { OurSpaceError } from "../schemas/errors.ts";

/**
 * The gateway without a node, for `deno serve` and edge platforms: it keeps nothing, writes nothing,
 * and any instance answers like any other.
 */
const config = readConfig(environmentVariables(), new Map([[nodeSetting, "off"]]));
if (config.get(nodeSetting) !== "off") {
  throw new OurSpaceError("The edge gateway keeps no node.", {
    remedy: "Unset NODE, or use `deno task start`.",
  });
}
const publicUrl = config.get(publicUrlSetting);
let gateway: Promise<Gateway> | null = publicUrl === null ? null : assemble(new URL(publicUrl));

function assemble(publicOrigin: URL): Promise<Gateway> {
  return assembleGateway({
    settings: config,
    node: null,
    publicOrigin,
    welcomePath: null,
    clock: Date.now,
    ready: () => true,
    signal: new AbortController().signal,
    report: (error) => printProblem(describeError(error)),
  });
}

export default {
  onListen(address) {
    gateway ??= assemble(new URL(listeningOrigin(address as Deno.NetAddr)));
  },
  async fetch(request, info) {
    // A platform that tells no listening address is asked for at its own.
    gateway ??= assemble(new URL(new URL(request.url).origin));
    const { remoteAddr } = info;
    const remoteAddress = remoteAddr.transport === "tcp" ? remoteAddr.hostname : "";
    return await (await gateway).fetch(request, { remoteAddress });
  },
} satisfies Deno.ServeDefaultExport;
