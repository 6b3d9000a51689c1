import assert from "node:assert/strict";
import { startServerProcess, taskCommand } from "./task_process.ts";

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
  const { args } = taskCommand(task);
  const entry = args.pop();
  assert.ok(entry !== undefined);
  const { url, process, stop } = await startServerProcess(
    [...args, "--port", "0", entry],
    { PUBLIC_URL: "https://gateway.example", ...environment },
    /answers at (http:\/\/[^/]+)\//,
  );
  return { url, process, [Symbol.asyncDispose]: async () => void await stop("SIGKILL") };
}
