import { createDnsClient } from "../resolver/dns/create.ts";
import { dnsSetting } from "../resolver/dns/setting.ts";
import { deadline, systemAlarm } from "../resolver/deadline.ts";
import { UnavailableError } from "../resolver/errors.ts";
import { openNode } from "../resolver/node/open_node.ts";
import { governNode } from "../resolver/rules/govern_node.ts";
import { openRules } from "../resolver/rules/open_rules.ts";
import { createVerifier } from "../resolver/verify.ts";
import { OurSpaceError } from "../schemas/errors.ts";
import { parseIdentity } from "../schemas/identity.ts";
import type { Gateway } from "./assemble.ts";
import { openBackground } from "./background.ts";
import { readConfig } from "./config/config.ts";
import { platformDataFolder } from "./config/data_folder.ts";
import { environmentVariables } from "./config/environment_variables.ts";
import { nodeLimits } from "./config/node_limits.ts";
import {
  dataFolderSetting,
  hostSetting,
  nodeSetting,
  portSetting,
  publicUrlSetting,
} from "./config/settings.ts";
import type { Client } from "./http/gateway_env.ts";
import { listen } from "./listen.ts";
import { listeningOrigin } from "./listening_origin.ts";
import { describeError, printLine, printProblem } from "./print.ts";
import { answerArguments } from "./server_arguments.ts";
import type { ServerOptions } from "./services.ts";
import { createStarting } from "./starting.ts";
import { startUpLines } from "./start_up_lines.ts";
import { toldToStop } from "./told_to_stop.ts";
import { openWebSocket, wantsWebSocket } from "./websocket_door.ts";

/** Visitors who are being answered when the process is told to end get this long. */
const GRACEFUL_STOP_MILLISECONDS = 10_000;

/** Of what was found damaged; the log has all of it. */
const MAX_DAMAGES = 20;

/** What `start` and `node` differ in. */
export interface ServerKind {
  readonly what: "gateway" | "node";
  /** What answers requests, and the welcome feed's path. */
  assemble(options: ServerOptions): Promise<{ gateway: Gateway; welcomePath: string | null }>;
}

/**
 * Runs the server and ends the process: 0 after it was told to stop, 1 when it cannot run, 2 when it
 * was given arguments.
 */
export async function runServer(kind: ServerKind): Promise<never> {
  const answer = answerArguments(kind.what, Deno.args);
  if (answer !== null) {
    for (const line of answer.lines) (answer.code === 0 ? printLine : printProblem)(line);
    Deno.exit(answer.code);
  }
  try {
    await serve(kind);
    Deno.exit(0);
  } catch (error) {
    printProblem(describeError(error));
    Deno.exit(1);
  }
}

/** Settings → node → listen → network → answers → what goes on beside them → until told to stop. */
async function serve({ what, assemble }: ServerKind): Promise<void> {
  const environment = await environmentVariables();
  const config = readConfig(environment);
  const clock = Date.now;
  const verifier = createVerifier({ clock });
  const report = (error: unknown) => printProblem(describeError(error));
  const dataFolder = config.get(dataFolderSetting) ??
    platformDataFolder(Deno.build.os, environment);
  const withNode = config.get(nodeSetting) !== "off";
  if (what === "node" && !withNode) throw noNode();
  const damages: string[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  const rules = await openRules({ settings: config, alarm: systemAlarm, signal, report });
  const held = withNode
    ? await openNode({
      dataDir: dataFolder,
      clock,
      ...nodeLimits(config),
      report(damage) {
        if (damages.length < MAX_DAMAGES) damages.push(damage);
        printProblem(damage);
      },
    })
    : null;
  const node = held === null ? null : governNode(held, rules);

  const starting = createStarting({ report });
  let gateway: Gateway | null = null;
  const server = listen(
    { hostname: config.get(hostSetting), port: config.get(portSetting) },
    (request, info) => {
      if (gateway === null) return starting.fetch(request);
      if (wantsWebSocket(request)) {
        return openWebSocket(request, info.remoteAddr, background?.network ?? null);
      }
      return gateway.fetch(request, new ListenersClient(info));
    },
  );
  const listening = listeningOrigin(server.addr);
  const publicUrl = config.get(publicUrlSetting);
  const publicOrigin = new URL(publicUrl ?? listening);
  const background = node === null ? null : await openBackground({
    node,
    settings: config,
    verifier,
    dns: createDnsClient(config.get(dnsSetting)),
    clock,
    httpAddress: server.addr,
    publicOrigin: publicUrl === null ? null : publicOrigin,
    signal,
    report,
    damages,
    rules,
  });
  const { gateway: assembled, welcomePath } = await assemble({
    settings: config,
    node,
    network: background?.network ?? null,
    verifier,
    rules,
    publicOrigin,
    ...(background === null ? {} : { background, peerRecords: background.peerRecords }),
    clock,
    ready: () => !signal.aborted,
    signal,
    report,
  });
  // Without its content the front page is empty: it is kept like what is published here.
  const welcome = welcomePath === null ? [] : [parseIdentity(welcomePath.slice(1))];
  background?.start(assembled.parts, welcome);
  await node?.announce(listening);
  const { network = null } = background ?? {};
  const facts = { what, config, listening, publicOrigin, welcomePath, dataFolder, node, network };
  for (const line of startUpLines(facts)) printLine(line);
  // Only now is /health good: whoever waits for it can read the lines above.
  gateway = assembled;

  await toldToStop();
  printLine("Stopping: requests under way are answered first.");
  stopping.abort(isStopping());
  using patience = deadline(GRACEFUL_STOP_MILLISECONDS);
  patience.signal.addEventListener("abort", () => Deno.exit(0));
  await server.shutdown();
  await assembled.parts.content.close();
  await background?.close();
  await node?.close();
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

/** What a look-up ends with that is under way then: 503, not a fault of the gateway. */
function isStopping(): UnavailableError {
  return new UnavailableError("This gateway is being stopped.", {
    remedy: "Try again in a minute.",
  });
}

function noNode(): OurSpaceError {
  return new OurSpaceError("`deno task node` is a node, and NODE is off.", {
    remedy: "Unset NODE, or use `deno task edge` for a gateway without a node.",
  });
}
