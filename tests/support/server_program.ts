import { freePorts } from "./free_ports.ts";

/** Somebody else can take a free port before the program does. */
const START_ATTEMPTS = 5;
/** What a busy machine takes, many times over. */
const START_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 20;

/** How a program is told where to listen. */
export interface ServerProgramOptions {
  /** How many ports it listens on. */
  readonly ports: number;
  /** Writes what it needs to listen on these, and gives its arguments. */
  readonly configure: (ports: readonly number[]) => Promise<readonly string[]>;
  /** Asks this very process: a port alone could be somebody else's. */
  readonly isReady: (process: Deno.ChildProcess) => Promise<boolean>;
}

/** A program that listens on ports of loopback, in the order of its options. Disposing of it ends it. */
export interface ServerProgram extends AsyncDisposable {
  readonly ports: readonly number[];
}

/** Starts it on free ports. Throws with what it complained about when it does not start. */
export async function startServerProgram(
  program: string,
  { ports: count, configure, isReady }: ServerProgramOptions,
): Promise<ServerProgram> {
  for (let attempt = 1;; attempt++) {
    const ports = await freePorts(count);
    const process = new Deno.Command(program, {
      args: [...await configure(ports)],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaint = new Response(process.stderr).text();
    const stop = async () => {
      process.kill("SIGTERM");
      await Promise.all([process.status, complaint]);
    };
    if (await becomesReady(process, isReady)) return { ports, [Symbol.asyncDispose]: stop };
    if (attempt === START_ATTEMPTS) {
      throw new Error(`${program} does not start: ${await complaint}`);
    }
  }
}

async function becomesReady(
  process: Deno.ChildProcess,
  isReady: ServerProgramOptions["isReady"],
): Promise<boolean> {
  let ended = false;
  const status = process.status.then(() => ended = true);
  const deadline = performance.now() + START_MILLISECONDS;
  while (!ended && performance.now() < deadline) {
    if (await isReady(process)) return true;
    const pause = new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    await Promise.race([status, pause]);
  }
  if (!ended) process.kill("SIGKILL");
  return false;
}
