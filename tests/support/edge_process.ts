import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { taskCommand } from "./gateway_process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A gateway without a node in a process of its own. */
export interface EdgeProcess extends AsyncDisposable {
  readonly url: string;
  readonly process: Deno.ChildProcess;
}

/** `deno task edge` on a free port, talking to nobody unless `environment` says so. */
export async function startEdge(
  environment: Record<string, string>,
  task: "edge" | "edge:parallel" = "edge",
): Promise<EdgeProcess> {
  const { command, args } = taskCommand(task);
  const entry = args.pop();
  assert.ok(entry !== undefined);
  const process = new Deno.Command(command, {
    args: [...args, "--port", "0", entry],
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      TRUSTLESS_GATEWAYS: "",
      PUBLIC_URL: "https://gateway.example",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  const listening = Promise.withResolvers<string>();
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const url = /answers at (http:\/\/[^/]+)\//.exec(printed)?.[1];
      if (url !== undefined) listening.resolve(url);
    }
  };
  const ended = process.status.then(() => listening.reject(new Error(printed)));
  const collected = Promise.all([collect(process.stdout), collect(process.stderr)]);
  return {
    url: await listening.promise,
    process,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await Promise.all([collected, ended]);
    },
  };
}
