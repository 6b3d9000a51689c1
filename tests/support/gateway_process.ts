import { startServerProcess, taskCommand } from "./task_process.ts";

/** The start-up lines, whole: the first has the address, the last comes when all is ready. */
const READY = /OurSpace is ready\. Open (http:\/\/[^/]+)\/[^]*Ctrl-C ends it\./;

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

/**
 * Starts `deno task start` on a free port, talking to nobody unless `environment` says so. The data
 * folder is a new one that is removed at the end, unless one is given.
 */
export async function startGateway(
  environment: Record<string, string> = {},
  dataFolder?: string,
): Promise<GatewayProcess> {
  const folder = dataFolder ?? await Deno.makeTempDir({ prefix: "ourspace-" });
  const { stop, ...server } = await startServerProcess(
    taskCommand("start").args,
    { PORT: "0", DATA_DIR: folder, ...environment },
    READY,
  );
  return {
    ...server,
    dataFolder: folder,
    interrupt: () => stop("SIGINT"),
    kill: async () => void await stop("SIGKILL"),
    async [Symbol.asyncDispose]() {
      await stop("SIGKILL");
      if (dataFolder === undefined) await Deno.remove(folder, { recursive: true });
    },
  };
}
