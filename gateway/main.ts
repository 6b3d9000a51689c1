import type { Gateway } from "./assemble.ts";
import { environmentVariables } from "./config/environment_variables.ts";
import { onionUrlSetting } from "./config/onion_url.ts";
import { parseSetting } from "./config/parse_setting.ts";
import { publicUrlSetting } from "./config/settings.ts";
import { createFront, type Front } from "./front.ts";
import { requestUrl } from "./http/request_url.ts";
import { listeningOrigin } from "./listening_origin.ts";
import { describeError, printLine, printProblem } from "./print.ts";
import type { Setting } from "../schemas/setting.ts";

/**
 * `deno task edge`, and the handler for `deno serve` and edge platforms: the gateway without a node.
 * It keeps nothing, writes nothing, and any instance answers like any other.
 *
 * A cold start is most of what a visitor of an edge platform waits for: until the whole gateway is
 * loaded, the front answers what it can.
 */
const environment = await environmentVariables().catch(exit);

// What `deno serve` should see stands before the file; a task's arguments come behind it.
if (Deno.args.length > 0) {
  printProblem(
    `The edge gateway takes no arguments: ${Deno.args.join(" ")}. ` +
      "For several threads use `deno task edge:parallel`, for another address set " +
      "DENO_SERVE_ADDRESS=tcp:127.0.0.1:9000.",
  );
  Deno.exit(2);
}

/**
 * Computed, because Deno reads and parses before the first line runs whatever it can see in an
 * `import`, also in those that are made later: measured, 48 of 55 ms.
 */
const WHOLE_GATEWAY = new URL("./assemble_edge.ts", import.meta.url).href;

/** Lets the first answer go out before the event loop is busy with loading. */
const LOAD_DELAY_MILLISECONDS = 50;

const onionUrl = read(onionUrlSetting);
let origin = read(publicUrlSetting);
let front: Front | null = null;
let gateway: Gateway | null = null;
let loading: Promise<Gateway> | null = null;

function load(): Promise<Gateway> {
  return loading ??= (async () => {
    const { assembleEdge }: typeof import("./assemble_edge.ts") = await import(WHOLE_GATEWAY);
    return gateway = await assembleEdge(environment, publicOrigin());
  })();
}

/** A setting that cannot be used, or a broken installation, ends the process and says why. */
function exit(error: unknown): never {
  printProblem(describeError(error));
  Deno.exit(1);
}

/** The table of all settings is loaded with the whole gateway. */
function read<T>(setting: Setting<T>): T {
  try {
    return parseSetting(setting, environment[setting.name]?.trim() ?? setting.fallback);
  } catch (error) {
    exit(error);
  }
}

function publicOrigin(): URL {
  return new URL(origin ?? "http://localhost");
}

export default {
  onListen(address) {
    // A socket file is no place for a browser: the first request tells what address leads to it.
    if (address.transport === "tcp") {
      const listening = listeningOrigin(address);
      origin ??= listening;
      printLine(`OurSpace (edge) answers at ${listening}/`);
    }
    setTimeout(() => load().catch(exit), LOAD_DELAY_MILLISECONDS);
  },
  async fetch(request, { remoteAddr }) {
    const client = { remoteAddress: remoteAddr.transport === "tcp" ? remoteAddr.hostname : "" };
    if (gateway !== null) return await gateway.fetch(request, client);
    // A platform that does not say where it listens is taken at its request's word.
    origin ??= requestUrl(request).origin;
    const onionOrigin = onionUrl === null ? null : new URL(onionUrl);
    front ??= createFront({ publicOrigin: publicOrigin(), onionOrigin });
    return await (front.fetch(request) ?? (await load()).fetch(request, client));
  },
} satisfies Deno.ServeDefaultExport;
