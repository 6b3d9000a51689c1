import type { Call } from "../../resolver/contracts.ts";
import { createDnsClient } from "../../resolver/dns/create.ts";
import { dnsSetting } from "../../resolver/dns/setting.ts";
import { NotFoundError, RefusedByOperatorError } from "../../resolver/errors.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { allowPrivateSetting } from "../../resolver/outbound/setting.ts";
import { createVerifier } from "../../resolver/verify.ts";
import type { Name } from "../../schemas/name.ts";
import { readConfig } from "../config/config.ts";
import { platformDataFolder } from "../config/data_folder.ts";
import { environmentVariables } from "../config/environment_variables.ts";
import { dataFolderSetting } from "../config/settings.ts";
import type { LookUpReport } from "../look_up_report.ts";
import { describeError, printLine, printProblem } from "../print.ts";
import { HELP, parseResolveArguments, WrongQuestionError } from "./resolve/arguments.ts";
import { askHere } from "./resolve/ask_here.ts";
import { askNode } from "./resolve/ask_node.ts";
import {
  exitCode,
  FOUND,
  NOT_ASKED,
  NOT_FOUND,
  REFUSED,
  STOPPED,
  WRONG_QUESTION,
} from "./resolve/exit_code.ts";
import { reportLines } from "./resolve/report_lines.ts";
import { reachNode } from "./running_node.ts";

const NOBODY_ASKED =
  "Nobody else could say whether there is a pointer. Set PEERS or BOOTSTRAP to " +
  "nodes that run, and try again.";

/** Who waits longer wants to know that something goes on. */
const PATIENCE_MILLISECONDS = 1_000;

/** `deno task resolve`: prints who answered what, which pointer won and why. Returns the exit status. */
async function main(call: Call): Promise<number> {
  try {
    const args = parseResolveArguments(Deno.args);
    if (args === null) {
      printLine(HELP);
      return FOUND;
    }
    const waiting = setTimeout(
      () => printProblem(`Looking up ${args.name.text} …`),
      PATIENCE_MILLISECONDS,
    );
    const report = await lookUp(args.name, call).finally(() => clearTimeout(waiting));
    if (args.json) printLine(JSON.stringify(report, null, 2));
    else for (const line of reportLines(report)) printLine(line);
    const code = exitCode(report);
    if (code === NOT_ASKED) printProblem(NOBODY_ASKED);
    return code;
  } catch (error) {
    if (call.signal.aborted) {
      printProblem("Stopped.");
      return STOPPED;
    }
    printProblem(describeError(error));
    if (error instanceof WrongQuestionError) return WRONG_QUESTION;
    if (error instanceof RefusedByOperatorError) return REFUSED;
    return error instanceof NotFoundError ? NOT_FOUND : NOT_ASKED;
  }
}

async function lookUp(
  name: Name,
  call: Call,
): Promise<LookUpReport> {
  const environment = await environmentVariables();
  const settings = readConfig(environment);
  const clock = Date.now;
  const dns = createDnsClient(settings.get(dnsSetting));
  const report = (problem: unknown) => printProblem(describeError(problem));
  const dataDir = settings.get(dataFolderSetting) ?? platformDataFolder(Deno.build.os, environment);
  const reached = await reachNode(dataDir, settings, report);
  if ("running" in reached) {
    const outbound = createOutbound({
      dns,
      allowPrivate: settings.get(allowPrivateSetting),
      clock,
    });
    return await askNode(reached.running, name, outbound, call);
  }
  const { held: node, rules } = reached;
  try {
    const verifier = createVerifier({ clock });
    return await askHere({ node, rules, settings, verifier, dns, clock, report }, name, call);
  } finally {
    await node.close();
  }
}

if (import.meta.main) {
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  Deno.exit(await main({ signal: stop.signal }));
}
