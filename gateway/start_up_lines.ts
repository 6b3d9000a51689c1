import type { Node } from "../resolver/node/node.ts";
import { peersSetting } from "../resolver/peers/setting.ts";
import type { Config } from "./config/config.ts";

/** What the person who started the gateway wants to know first: where to look, and what is set. */
export function startUpLines(facts: {
  config: Config;
  listening: string;
  publicOrigin: URL;
  welcomePath: string | null;
  dataFolder: string;
  node: Node | null;
}): string[] {
  const { config, listening, publicOrigin, welcomePath, dataFolder, node } = facts;
  const lines = [`OurSpace is ready. Open ${listening}/ in your browser.`];
  if (publicOrigin.origin !== listening) lines.push(`Links lead to ${publicOrigin.origin}/`);
  if (welcomePath !== null) lines.push(`The welcome feed: ${listening}${welcomePath}`);
  lines.push(
    node === null
      ? "No node: this gateway keeps nothing and asks its peers."
      : `The node keeps its data in ${dataFolder}`,
  );
  if (config.get(peersSetting).length === 0) {
    lines.push(
      "No peers: only what is published here is found here. To join others, set " +
        "PEERS=https://gateway.example and start again.",
    );
  }
  lines.push("", "Settings (environment variables or .env; README.md explains each):");
  const width = Math.max(...config.entries.map(({ name }) => name.length));
  for (const { name, shown, given } of config.entries) {
    lines.push(`  ${name.padEnd(width)}  ${shown}${given ? "" : "  (default)"}`);
  }
  lines.push("", "Ctrl-C ends it.");
  return lines;
}
