import { assembleGateway, type Gateway } from "../../gateway/assemble.ts";
import { readConfig } from "../../gateway/config/config.ts";
import {
  buildFileDag,
  buildFolderDag,
  type SourceFile,
} from "../../resolver/content/dag_builder.ts";
import type { Clock } from "../../resolver/contracts.ts";
import { type Alarm, systemAlarm } from "../../resolver/deadline.ts";
import type { Node } from "../../resolver/node/node.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { governNode } from "../../resolver/rules/govern_node.ts";
import { openRules } from "../../resolver/rules/open_rules.ts";
import { createVerifier } from "../../resolver/verify.ts";

/** Never aborts. */
const CALL = { signal: new AbortController().signal };

/** The whole gateway with a real node, in this process, without a listener. */
export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly node: Node;
  /** What it had to report to its operator. */
  readonly problems: unknown[];
  /** A request as a client at 127.0.0.1 sends it. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Response>;
  /** Puts files into the node; one alone is a file, more are a folder. Returns the root's CID. */
  add(files: Record<string, string | Uint8Array<ArrayBuffer>>): Promise<string>;
}

/** It asks nobody unless `environment` says so, and is at https://gateway.example unless told otherwise. */
export async function openTestGateway(
  options: {
    environment?: Record<string, string>;
    clock?: Clock;
    /** The rules' files are looked at when it rings. */
    alarm?: Alarm;
    /** A new one that is removed at the end, unless one is given. */
    dataDir?: string;
    publicOrigin?: string;
  } = {},
): Promise<TestGateway> {
  const { publicOrigin = "https://gateway.example" } = options;
  const problems: unknown[] = [];
  const report = (problem: unknown) => void problems.push(problem);
  const stopping = new AbortController();
  const { signal } = stopping;
  const { clock = Date.now, alarm = systemAlarm, dataDir: given } = options;
  const settings = readConfig({
    TRUSTLESS_GATEWAYS: "",
    DNS: "127.0.0.1:9",
    ...options.environment,
  });
  const rules = await openRules({ settings, alarm, signal, report });
  const dataDir = given ?? await Deno.makeTempDir({ prefix: "ourspace-" });
  const node = governNode(await openNode({ dataDir, report }), rules);
  const gateway = await assembleGateway({
    settings,
    rules,
    node,
    network: null,
    verifier: createVerifier({ clock }),
    publicOrigin: new URL(publicOrigin),
    welcomePath: null,
    clock,
    ...(options.alarm !== undefined && { alarm: options.alarm }),
    ready: () => true,
    signal,
    report,
  });
  return {
    gateway,
    node,
    problems,
    get: async (path, headers = {}, method = "GET") =>
      await gateway.fetch(
        new Request(`https://${headers["Host"] ?? "gateway.example"}${path}`, {
          method,
          headers,
        }),
        { remoteAddress: "127.0.0.1" },
      ),
    async add(files) {
      const sources = Object.entries(files).map(([path, content]) => inMemory(path, content));
      const [first, ...others] = sources;
      if (first === undefined) throw new Error("there is no file to add");
      const dag = others.length === 0
        ? await buildFileDag(first, CALL)
        : await buildFolderDag(sources, CALL);
      for await (const { cid, bytes } of dag.blocks(CALL)) await node.blocks.put(cid, bytes);
      return dag.root.toString();
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await gateway.parts.content.close();
      await node.close();
      if (given === undefined) await Deno.remove(dataDir, { recursive: true });
    },
  };
}

function inMemory(path: string, content: string | Uint8Array<ArrayBuffer>): SourceFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    path,
    size: bytes.byteLength,
    read: (start, end) => Promise.resolve(bytes.slice(start, end)),
  };
}
