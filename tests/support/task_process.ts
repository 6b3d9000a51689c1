import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** The project's folder: tasks run in it. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const READY_MILLISECONDS = 180_000;

/** The command of a task in deno.json, with this very Deno. */
export function taskCommand(
  task: keyof typeof project.tasks,
  args: readonly string[] = [],
): { command: string; args: string[] } {
  const [, ...words] = project.tasks[task].split(" ");
  return { command: Deno.execPath(), args: [...words, ...args] };
}

/**
 * Runs a command of deno.json to its end as a person types it, on the data folder of a node. It asks
 * nobody else unless `environment` says so.
 */
export async function runTask(
  task: keyof typeof project.tasks,
  words: readonly string[],
  dataFolder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly result: string; readonly notes: string }> {
  const { command, args } = taskCommand(task, words);
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      DATA_DIR: dataFolder,
      TRUSTLESS_GATEWAYS: "",
      ...environment,
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, result: text(stdout), notes: text(stderr) };
}

/** A server in a process of its own. */
export interface ServerProcess {
  /** Where it answers, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly process: Deno.ChildProcess;
  /** Everything it has printed so far. */
  output(): string;
  /** Sends the signal, unless it has ended already, and waits for its exit code. */
  stop(signal: Deno.Signal): Promise<number>;
}

/**
 * Runs Deno with these arguments until what it prints matches `ready`, whose first group is the URL.
 * It talks to nobody unless `environment` says so; `through` are words before the command. Throws with
 * its output when it ends or is not ready in time.
 */
export async function startServerProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: RegExp,
  through: readonly string[] = [],
): Promise<ServerProcess> {
  const [command = Deno.execPath(), ...words] = [...through, Deno.execPath(), ...args];
  const process = new Deno.Command(command, {
    args: words,
    cwd: ROOT,
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      TRUSTLESS_GATEWAYS: "",
      ...environment,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  let printed = "";
  const url = Promise.withResolvers<string>();
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      printed += text;
      const found = ready.exec(printed)?.[1];
      if (found !== undefined) url.resolve(found);
    }
  };
  const collected = Promise.all([collect(process.stdout), collect(process.stderr)]);
  const timer = setTimeout(() => url.reject(new Error("not ready in time")), READY_MILLISECONDS);
  const ended = process.status.then(({ code }) => url.reject(new Error(`ended with ${code}`)));

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
    return { url: await url.promise, process, output: () => printed, stop };
  } catch (cause) {
    await stop("SIGKILL");
    throw new Error(`The server did not start:\n${printed}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
