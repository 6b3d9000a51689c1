import { systemAlarm } from "../resolver/deadline.ts";
import { peersSetting } from "../resolver/peers/setting.ts";
import { openRules } from "../resolver/rules/open_rules.ts";
import { createVerifier } from "../resolver/verify.ts";
import { OurSpaceError } from "../schemas/errors.ts";
import { assembleGateway, type Gateway } from "./assemble.ts";
import { readConfig } from "./config/config.ts";
import { nodeSetting } from "./config/settings.ts";
import { describeError, printProblem } from "./print.ts";

/** The gateway without a node. Throws an OurSpaceError for settings that cannot be used. */
export async function assembleEdge(
  environment: Readonly<Record<string, string | undefined>>,
  publicOrigin: URL,
): Promise<Gateway> {
  const settings = readConfig(environment, new Map([[nodeSetting, "off"]]));
  if (settings.get(nodeSetting) !== "off") {
    throw new OurSpaceError("The edge gateway keeps no node.", {
      remedy: "Unset NODE, or use `deno task start`.",
    });
  }
  if (settings.get(peersSetting).length === 0) {
    printProblem("No peers: no feed can be found. Set PEERS=https://gateway.example to have some.");
  }
  const { signal } = new AbortController();
  const report = (error: unknown) => printProblem(describeError(error));
  return await assembleGateway({
    settings,
    rules: await openRules({ settings, alarm: systemAlarm, signal, report }),
    node: null,
    network: null,
    verifier: createVerifier({ clock: Date.now }),
    publicOrigin,
    welcomePath: null,
    clock: Date.now,
    ready: () => true,
    signal,
    report,
  });
}
