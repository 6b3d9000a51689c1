import type { Call } from "../../resolver/contracts.ts";
import type { Identity } from "../../schemas/identity.ts";
import { environmentVariables } from "../config/environment_variables.ts";
import { parsePublishArguments, type PublishArguments } from "./publish/arguments.ts";
import { announce, countInNetwork } from "./publish/announce.ts";
import { askConsent } from "./publish/consent.ts";
import { prepareContent } from "./publish/content.ts";
import { deliver } from "./publish/deliver.ts";
import { draftPointer, isSame, printDraft } from "./publish/draft.ts";
import { exitCode, STOPPED } from "./publish/exit_code.ts";
import { HELP } from "./publish/help.ts";
import { withOnionLocation } from "./publish/onion_location.ts";
import { gatewaysWith } from "./publish/places/gateways.ts";
import { openPlaces } from "./publish/places/mod.ts";
import { isPublished, type Publication, reportLines } from "./publish/report.ts";
import { signPointer } from "./publish/sign_pointer.ts";
import { openSigner } from "./publish/signers/mod.ts";
import { storeContent } from "./publish/store_content.ts";
import { noteFailures, surveyPlaces } from "./publish/survey.ts";
import { processTerminal } from "./publish/terminal.ts";
import { createTools, type Tools } from "./publish/tools.ts";
import { withTypedPaths } from "./publish/typed_paths.ts";

/** From the arguments to the report. Returns false when nobody can find the result. */
export async function publish(given: PublishArguments, tools: Tools, call: Call): Promise<boolean> {
  const { terminal, verifier, settings } = tools;
  const signer = await openSigner(given, tools, call);
  const identity: Identity = { kind: "wallet", address: signer.address };
  await using places = await openPlaces(tools);
  await places.checkRules(identity, call);
  const content = given.path === null ? null : await prepareContent(given.path, given, tools, call);
  const args = withOnionLocation(given, content?.dag.root ?? null, settings);

  const survey = await surveyPlaces(places.all, identity, tools, call);
  noteFailures(survey, terminal);
  const draft = draftPointer(args, identity, content, survey, tools);
  if (args.dryRun) {
    printDraft(draft, args, survey, terminal);
    return true;
  }

  const held = survey.held !== null && isSame(draft, survey.held) ? survey.held : null;
  if (held === null) await askConsent(args, survey, terminal, call);
  const otherHolders = content === null
    ? []
    : await storeContent(content.dag, args, places.targets, tools, call);
  const pointer = held ?? await signPointer(draft, signer, verifier, call);

  terminal.progress("Delivering …");
  const [deliveries, gateways] = await Promise.all([
    deliver(pointer, content, places.all, tools, call),
    gatewaysWith(content, tools, call),
  ]);
  // The node puts what it holds: only after the delivery.
  const network = await announce(pointer, places.announcer, terminal, call);
  const root = content?.dag.root ?? null;
  const networkHolders = await countInNetwork(root, places.announcer, terminal, call);
  const publication: Publication = {
    pointer,
    content,
    unchanged: held !== null,
    deliveries,
    otherHolders: [...otherHolders, ...gateways],
    networkHolders,
    network,
    ownUrl: places.ownUrl,
  };
  for (const line of reportLines(publication)) terminal.result(line);
  return isPublished(publication);
}

async function main(): Promise<number> {
  const terminal = processTerminal();
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.signal.aborted ? Deno.exit(STOPPED) : stop.abort());
  return await exitCode(terminal, stop.signal, async () => {
    const args = parsePublishArguments(Deno.args);
    if (args === null) {
      terminal.result(HELP);
      return true;
    }
    const environment = await environmentVariables();
    const typed = withTypedPaths(args, environment["INIT_CWD"] ?? Deno.cwd());
    return await publish(typed, createTools(environment, terminal), stop);
  });
}

if (import.meta.main) Deno.exit(await main());
