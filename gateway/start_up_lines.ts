import type { PointerNetwork } from "../resolver/network/network.ts";
import { dhtMdnsSetting } from "../resolver/network/settings.ts";
import type { Node } from "../resolver/node/node.ts";
import { peersSetting } from "../resolver/peers/setting.ts";
import { isLoopback } from "../resolver/client_key.ts";
import type { Config } from "./config/config.ts";
import { onionUrlSetting } from "./config/onion_url.ts";
import { hostSetting } from "./config/settings.ts";
import { seeksOthers } from "./status/seeks_others.ts";

/** What there is to say about a server that has started. */
export interface StartUpFacts {
  readonly what: "gateway" | "node";
  readonly config: Config;
  readonly listening: string;
  readonly publicOrigin: URL;
  readonly welcomePath: string | null;
  readonly dataFolder: string;
  readonly node: Node | null;
  readonly network: PointerNetwork | null;
}

/** What the person who started it wants to know first: where to look, how to join, and what is set. */
export function startUpLines(facts: StartUpFacts): string[] {
  const { what, config, listening, publicOrigin, welcomePath, dataFolder, node } = facts;
  const lines = [
    `OurSpace is ready. Open ${listening}/ in your browser${
      what === "node" ? " to see how the node is" : ""
    }.`,
  ];
  if (publicOrigin.origin !== listening) lines.push(`Links lead to ${publicOrigin.origin}/`);
  const onionUrl = config.get(onionUrlSetting);
  if (onionUrl !== null) lines.push(...onionLines(onionUrl, listening));
  if (welcomePath !== null) lines.push(`The welcome feed: ${listening}${welcomePath}`);
  lines.push(
    node === null
      ? "No node: this gateway keeps nothing and asks its peers."
      : `The node keeps its data in ${dataFolder}`,
    ...(node === null ? withoutNode(config) : networkLines(facts)),
    "",
    "Settings (environment variables or .env; README.md explains each):",
  );
  const width = Math.max(...config.entries.map(({ name }) => name.length));
  for (const { name, shown, given } of config.entries) {
    lines.push(`  ${name.padEnd(width)}  ${shown}${given ? "" : "  (default)"}`);
  }
  lines.push("", "Ctrl-C ends it.");
  return lines;
}

/** Nothing here can tell whether Tor is set up: the person is told how. */
function onionLines(onionUrl: string, listening: string): string[] {
  const { protocol, port } = new URL(onionUrl);
  // Whatever speaks TLS for the gateway stands between.
  if (protocol === "https:") return [`Over Tor: ${onionUrl}/`];
  const target = new URL(listening).host.replace("localhost", "127.0.0.1");
  return [
    `Over Tor: ${onionUrl}/ when Tor's torrc has, below that service's HiddenServiceDir,`,
    `  HiddenServicePort ${port || "80"} ${target}`,
  ];
}

function withoutNode(config: Config): string[] {
  if (config.get(peersSetting).length > 0) return [];
  return ["No peers: no feed can be found. Set PEERS=https://gateway.example and start again."];
}

function networkLines({ config, node, network }: StartUpFacts): string[] {
  if (network === null) {
    return ["It takes no part in the pointer network: the line above says why."];
  }
  const addresses = network.addresses();
  const lines = network.mode === "client" || addresses.length === 0
    ? ["It asks the pointer network and hands it pointers, and takes no connections (DHT_LISTEN)."]
    : [
      "Others join the pointer network through this node with any of these in BOOTSTRAP:",
      ...addresses.map((address) => `  ${address}`),
    ];
  if (network.peers().length === 0 && seeksOthers(config, node)) {
    lines.push(
      "It is looking for the nodes that it knows of: /status shows when it has found them.",
    );
  } else if (network.peers().length === 0) {
    lines.push(
      "It knows no other node yet: only what is published here is found here. To join others, set",
      "BOOTSTRAP to a node's address like those above, or PEERS=https://gateway.example, and start again.",
    );
  }
  return [...lines, ...reachability(config, network)];
}

/** A node that nobody can reach is a common surprise. */
function reachability(config: Config, network: PointerNetwork): string[] {
  const host = config.get(hostSetting);
  const onlyHere = network.mode === "server" && network.addresses().length > 0 &&
    network.addresses().every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address));
  if (onlyHere) {
    return [
      "Nobody on another machine can reach this node. To let them, set HOST=0.0.0.0 (every network",
      "of this machine), or PUBLIC_URL to the https address of a proxy in front of it.",
    ];
  }
  if (config.get(dhtMdnsSetting) && (host === "localhost" || isLoopback(host))) {
    return ["DHT_MDNS finds nodes of the local network, but HOST lets none of them connect."];
  }
  return [];
}
