import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const READY = /OurSpace is ready\. Open (http:\/\/[^/]+)\//;
const READY_MILLISECONDS = 60_000;

/** A gateway in a process of its own, started as README.md says. */
export interface GatewayProcess extends AsyncDisposable {
  /** Where it answers, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly dataFolder: string;
  readonly process: Deno.ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Ctrl-C, and its exit code. */
  interrupt(): Promise<number>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** The command of a task in deno.json, with this very Deno. */
export function taskCommand(
  task: keyof typeof project.tasks,
  args: readonly string[] = [],
): { command: string; args: string[] } {
  const [, ...words] = project.tasks[task].split(" ");
  return { command: Deno.execPath(), args: [...words, ...args] };
}

/**
 * Starts `deno task start` on a free port, talking to nobody unless `environment` says so. The data
 * folder is a new one that is removed at the end, unless one is given.
 */
export async function startGateway(
  environment: Record<string, string> = {},
  dataFolder?: string,
): Promise<GatewayProcess> {
  const folder = dataFolder ?? await Deno.makeTempDir({ prefix: "ourspace-" });
  const { command, args } = taskCommand("start");
  const process = new Deno.Command(command, {
    args,
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      PORT: "0",
      DATA_DIR: folder,
      TRUSTLESS_GATEWAYS: "",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let printed = "";
  const ready = Promise.withResolvers<string>();
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const url = READY.exec(printed)?.[1];
      if (url !== undefined && printed.includes("Ctrl-C ends it.")) ready.resolve(url);
    }
  };
  const collected = Promise.all([collect(process.stdout), collect(process.stderr)]);
  const timer = setTimeout(() => ready.reject(new Error("not ready in time")), READY_MILLISECONDS);
  const ended = process.status.then(({ code }) => ready.reject(new Error(`ended with ${code}`)));

  const stop = async (signal: Deno.Signal): Promise<number> => {
    try {
      process.kill(signal);
    } catch (error) {
      assert(error instanceof TypeError || error instanceof Deno.errors.NotFound);
    }
    const { code } = await process.status;
    await Promise.all([collected, ended]);
    return code;
  };

  try {
    const url = await ready.promise;
    return {
      url,
      dataFolder: folder,
      process,
      output: () => printed,
      interrupt: () => stop("SIGINT"),
      kill: async () => void await stop("SIGKILL"),
      async [Symbol.asyncDispose]() {
        await stop("SIGKILL");
        if (dataFolder === undefined) await Deno.remove(folder, { recursive: true });
      },
    };
  } catch (cause) {
    await stop("SIGKILL");
    throw new Error(`The gateway did not start:\n${printed}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
