import { deadline } from "../resolver/deadline.ts";
import type { Node } from "../resolver/node/node.ts";
import { openNode } from "../resolver/node/open_node.ts";
import { createVerifier } from "../resolver/verify.ts";
import { assembleGateway, type Gateway } from "./assemble.ts";
import { readConfig } from "./config/config.ts";
import { platformDataFolder } from "./config/data_folder.ts";
import { environmentVariables } from "./config/environment_variables.ts";
import {
  dataFolderSetting,
  hostSetting,
  nodeSetting,
  portSetting,
  publicUrlSetting,
} from "./config/settings.ts";
import type { Client } from "./http/gateway_env.ts";
import { problem } from "./http/problem.ts";
import { listen } from "./listen.ts";
import { listeningOrigin } from "./listening_origin.ts";
import { describeError, printLine, printProblem } from "./print.ts";
import { startUpLines } from "./start_up_lines.ts";
import { installWelcome } from "./welcome.ts";

/** Visitors who are being answered when the process is told to end get this long. */
const GRACEFUL_STOP_MILLISECONDS = 10_000;
const WELCOME_MILLISECONDS = 10_000;

/** `deno task start`: settings → node → listen → gateway → until told to stop. */
async function start(): Promise<void> {
  const environment = await environmentVariables();
  const config = readConfig(environment);
  const clock = Date.now;
  const report = (error: unknown) => printProblem(describeError(error));
  const dataFolder = config.get(dataFolderSetting) ??
    platformDataFolder(Deno.build.os, environment);
  const node = config.get(nodeSetting) === "off"
    ? null
    : await openNode({ dataDir: dataFolder, report });
  const stopping = new AbortController();

  let gateway: Gateway | null = null;
  const server = listen(
    { hostname: config.get(hostSetting), port: config.get(portSetting) },
    (request, info) => gateway?.fetch(request, new ListenersClient(info)) ?? notReady(),
  );
  const listening = listeningOrigin(server.addr);
  const publicOrigin = new URL(config.get(publicUrlSetting) ?? listening);
  const welcomePath = node === null ? null : await welcome(node);
  const assembled = await assembleGateway({
    settings: config,
    node,
    network: null,
    publicOrigin,
    welcomePath,
    clock,
    ready: () => !stopping.signal.aborted,
    signal: stopping.signal,
    report,
  });
  await node?.announce(listening);
  const facts = { config, listening, publicOrigin, welcomePath, dataFolder, node };
  for (const line of startUpLines(facts)) printLine(line);
  // Only now is /health good: whoever waits for it can read the lines above.
  gateway = assembled;

  await toldToStop();
  printLine("Stopping: requests under way are answered first.");
  stopping.abort();
  using patience = deadline(GRACEFUL_STOP_MILLISECONDS);
  patience.signal.addEventListener("abort", () => Deno.exit(0));
  await server.shutdown();
  await assembled.parts.content.flush();
  await node?.close();

  /** Without it the gateway works as well: a wrong clock, say, is no reason not to start. */
  async function welcome(node: Node): Promise<string | null> {
    using limit = deadline(WELCOME_MILLISECONDS);
    try {
      return await installWelcome({ node, verifier: createVerifier({ clock }) }, limit);
    } catch (error) {
      printProblem(`The welcome feed is left out: ${describeError(error)}`);
      return null;
    }
  }
}

/** A class, because an object with a getter of its own takes a third of a 304 to make. */
class ListenersClient implements Client {
  readonly #info: Deno.ServeHandlerInfo<Deno.NetAddr>;

  constructor(info: Deno.ServeHandlerInfo<Deno.NetAddr>) {
    this.#info = info;
  }

  get remoteAddress(): string {
    return this.#info.remoteAddr.hostname;
  }
}

function notReady(): Response {
  const headers = { "Retry-After": "1" };
  return problem(503, "starting", "Starting", "The gateway is not ready yet.", headers);
}

/** The terminal's Ctrl-C, or a service manager's request. A second one ends the process at once. */
function toldToStop(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  let told = false;
  return new Promise((resolve) => {
    for (const signal of signals) {
      Deno.addSignalListener(signal, () => {
        if (told) Deno.exit(130);
        told = true;
        resolve();
      });
    }
  });
}

if (import.meta.main) {
  try {
    await start();
    Deno.exit(0);
  } catch (error) {
    printProblem(describeError(error));
    Deno.exit(1);
  }
}
