import { temporaryFolder } from "./temporary.ts";
import { needTool } from "./tools.ts";
import { untilPrinted } from "./until_printed.ts";

/** A real Kubo daemon with a repository of its own that talks to nobody. */
export interface Kubo {
  /** What `KUBO_RPC_URL` is set to. */
  readonly rpcUrl: string;
  /** Its gateway, which speaks the trustless protocol. */
  readonly gatewayUrl: string;
  /** The daemon's process. */
  readonly pid: number;
  /** Runs `ipfs` with these arguments against the daemon; gives what it prints, trimmed. */
  run(args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** What a daemon is started with. */
export interface KuboOptions {
  /** What `ipfs init` is given besides `test`, e.g. `unixfs-v1-2025`. */
  readonly profile?: string;
  /**
   * The key of a private network (libp2p's `swarm.key`): the daemon is online, and talks to daemons
   * with the same key alone. Without one it is offline.
   */
  readonly swarmKey?: string;
  /** Without a key: it talks to whoever is connected by hand, on loopback, and looks for nobody. */
  readonly online?: boolean;
  /** Settings by their names, e.g. `Addresses.AppendAnnounce`. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A busy machine starts it in a few seconds. */
const READY_MILLISECONDS = 60_000;

/** Online, and yet alone: `test` listens on loopback and has no entry points. */
const BY_HAND: Readonly<Record<string, unknown>> = {
  "Routing.Type": "none",
  "Swarm.RelayClient.Enabled": false,
  "Swarm.EnableHolePunching": false,
  "AutoNAT.ServiceMode": "disabled",
  "AutoTLS.Enabled": false,
};

/** In a private network on one machine: everybody serves the DHT, and nobody looks for other ways. */
const PRIVATE_NETWORK: Readonly<Record<string, unknown>> = {
  "Routing.Type": "dhtserver",
  "Routing.LoopbackAddressesOnLanDHT": true,
  "Gateway.ExposeRoutingAPI": true,
  // A daemon with a key can share its port with no other transport, and says so at every start.
  "Swarm.Transports.Network.Websocket": false,
  "Swarm.RelayClient.Enabled": false,
  "Swarm.EnableHolePunching": false,
  "AutoNAT.ServiceMode": "disabled",
  "AutoTLS.Enabled": false,
};

/** Starts a daemon on free ports of 127.0.0.1, in a temporary folder. */
export async function startKubo(options: KuboOptions = {}): Promise<Kubo> {
  const program = await needTool("ipfs");
  const folder = await temporaryFolder();
  const env = { IPFS_PATH: folder.path, IPFS_TELEMETRY: "off" };

  async function run(args: readonly string[]): Promise<string> {
    const command = new Deno.Command(program, { args: [...args], env });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`ipfs ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  }

  const profiles = ["test", ...(options.profile === undefined ? [] : [options.profile])];
  await run(["init", "--profile", profiles.join(",")]);
  await changeConfig(`${folder.path}/config`, {
    // It would look up its own project's host for bootstrap lists.
    "AutoConf.Enabled": false,
    ...(options.swarmKey === undefined ? {} : PRIVATE_NETWORK),
    ...(options.online === true ? BY_HAND : {}),
    ...options.config,
  });
  if (options.swarmKey !== undefined) {
    await Deno.writeTextFile(`${folder.path}/swarm.key`, options.swarmKey);
  }
  const isOnline = options.swarmKey !== undefined || options.online === true;
  const daemon = new Deno.Command(program, {
    args: ["daemon", ...(isOnline ? [] : ["--offline"])],
    env,
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { drained } = await untilPrinted(daemon.stdout, /Daemon is ready/, READY_MILLISECONDS)
    .catch((error) => {
      daemon.kill("SIGKILL");
      throw error;
    });

  return {
    rpcUrl: `http://127.0.0.1:${await portIn(`${folder.path}/api`)}`,
    gatewayUrl: (await Deno.readTextFile(`${folder.path}/gateway`)).trim(),
    pid: daemon.pid,
    run,
    async stop() {
      // Its folder goes with it; ending in good order, it would wait 5 s for idle connections.
      daemon.kill("SIGKILL");
      await Promise.all([daemon.status, drained]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Sets many at once: `ipfs config` is a process for each. */
async function changeConfig(
  path: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const config = JSON.parse(await Deno.readTextFile(path));
  for (const [name, value] of Object.entries(changes)) {
    const keys = name.split(".");
    const last = keys.pop() ?? "";
    let section = config;
    for (const key of keys) section = section[key] ??= {};
    section[last] = value;
  }
  await Deno.writeTextFile(path, JSON.stringify(config));
}

/** The port in a multiaddress, e.g. `/ip4/127.0.0.1/tcp/41935`. */
async function portIn(path: string): Promise<string> {
  const address = await Deno.readTextFile(path);
  return address.trim().split("/").at(-1) ?? "";
}
