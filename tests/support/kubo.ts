import { findTool } from "./tools.ts";
import { temporaryFolder } from "./temporary.ts";

/** A real Kubo daemon with a repository of its own that talks to nobody. */
export interface Kubo {
  /** What `KUBO_RPC_URL` is set to. */
  readonly rpcUrl: string;
  /** Its gateway, which speaks the trustless protocol. */
  readonly gatewayUrl: string;
  /** Runs `ipfs` with these arguments against the daemon; gives what it prints, trimmed. */
  run(args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A busy machine starts it in a few seconds. */
const READY_MILLISECONDS = 30_000;

/**
 * Starts a daemon offline, on free ports of 127.0.0.1, in a temporary folder. `profile` is what
 * `ipfs init` is given besides `test`, e.g. `unixfs-v1-2025`.
 */
export async function startKubo(options: { profile?: string } = {}): Promise<Kubo> {
  const program = await findTool("ipfs");
  if (program === null) throw new Error("ipfs is not installed");
  const folder = await temporaryFolder();
  const env = { IPFS_PATH: folder.path, IPFS_TELEMETRY: "off" };

  async function run(args: readonly string[]): Promise<string> {
    const command = new Deno.Command(program as string, { args: [...args], env });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`ipfs ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  }

  const profiles = ["test", ...(options.profile === undefined ? [] : [options.profile])];
  await run(["init", "--profile", profiles.join(",")]);
  // It would look up its own project's host for bootstrap lists.
  await run(["config", "--json", "AutoConf.Enabled", "false"]);
  const daemon = new Deno.Command(program, {
    args: ["daemon", "--offline"],
    env,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const drained = await untilReady(daemon.stdout).catch((error) => {
    daemon.kill("SIGKILL");
    throw error;
  });

  return {
    rpcUrl: `http://127.0.0.1:${await portIn(`${folder.path}/api`)}`,
    gatewayUrl: (await Deno.readTextFile(`${folder.path}/gateway`)).trim(),
    run,
    async stop() {
      daemon.kill("SIGTERM");
      await Promise.all([daemon.status, drained()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Reads until the daemon says that it is ready; gives what reads the rest away. */
async function untilReady(output: ReadableStream<Uint8Array>): Promise<() => Promise<void>> {
  const reader = output.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => reader.cancel(), READY_MILLISECONDS);
  let text = "";
  while (!text.includes("Daemon is ready")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Kubo did not start: ${text}`);
    text += value;
  }
  clearTimeout(timer);
  return async () => {
    while (!(await reader.read()).done);
  };
}

/** The port in a multiaddress, e.g. `/ip4/127.0.0.1/tcp/41935`. */
async function portIn(path: string): Promise<string> {
  const address = await Deno.readTextFile(path);
  return address.trim().split("/").at(-1) ?? "";
}
