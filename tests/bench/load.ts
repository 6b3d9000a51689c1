import { ROOT } from "../support/task_process.ts";

/** Many and short: on a machine that others use too, some seconds are slow. */
const ROUNDS = 11;
const SECONDS = 1;
const CONNECTIONS = 32;

/** Where load goes. */
export interface Target {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts a server of this folder that prints its port as its first line. */
export async function startServer(
  script: string,
  args: readonly string[],
): Promise<{ url: string } & AsyncDisposable> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-read", script, ...args],
    cwd: ROOT,
    stdout: "piped",
  }).spawn();
  const reader = process.stdout.getReader();
  const { value } = await reader.read();
  return {
    url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}/`,
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      process.kill("SIGKILL");
      await process.status;
    },
  };
}

/**
 * How many requests per second `measured` answers by those of `reference`: the median of rounds in
 * which both are measured one after the other, so that a busy machine slows both alike.
 */
export async function measuredInTurn(
  wrk: string,
  measured: Target,
  reference: Target,
): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ratios.push(await requestsPerSecond(wrk, measured) / await requestsPerSecond(wrk, reference));
  }
  return ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

async function requestsPerSecond(wrk: string, { url, headers = {} }: Target): Promise<number> {
  const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const { stdout } = await new Deno.Command(wrk, {
    args: ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...given, url],
  }).output();
  const text = new TextDecoder().decode(stdout);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  if (!(rate > 0)) throw new Error(text);
  return rate;
}
