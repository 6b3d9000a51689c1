import { IN_OWN_NETWORK, needTool } from "./tools.ts";
import { run } from "./run.ts";

/** Set in a process that is in a network of its own. */
const INSIDE = "OURSPACE_TEST_IN_OWN_NETWORK";

/** The two ends of the cable between the sites. */
const CABLE = ["cable-left", "cable-right"] as const;

/** True in a test that `runInOwnNetwork` started. */
export function isInOwnNetwork(): boolean {
  return Deno.env.get(INSIDE) === "1";
}

/**
 * Runs a test file once more in a network of its own, where it may make machines and cables: nothing of
 * the real one is touched, and nothing stays behind. Throws with its output when it fails or takes too
 * long.
 */
export async function runInOwnNetwork(
  unshare: string,
  testFile: string,
  milliseconds: number,
): Promise<void> {
  const process = new Deno.Command(unshare, {
    args: [...IN_OWN_NETWORK, Deno.execPath(), "test", "--no-check", "--allow-all", testFile],
    env: { [INSIDE]: "1", DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // With it go all processes inside.
  const timer = setTimeout(() => process.kill("SIGKILL"), milliseconds);
  const { success, stdout, stderr } = await process.output();
  clearTimeout(timer);
  if (success) return;
  const [printed, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  throw new Error(`It failed in a network of its own:\n${printed}\n${complaint}`);
}

/** A machine with one address, as far as the network is concerned. */
export interface Machine {
  readonly address: string;
  /** Words before a command that runs on it. */
  readonly through: readonly string[];
}

/** Two sites of machines with a cable between them. This process reaches both, joined or not. */
export interface Sites {
  readonly left: readonly Machine[];
  readonly right: readonly Machine[];
  /** Pulls the cable: what is sent across is lost, and nobody is told. */
  cut(): Promise<void>;
  join(): Promise<void>;
}

/** Lays out two sites of so many machines each, joined. Only in a network of its own. */
export async function layOutSites(size: number): Promise<Sites> {
  // Named namespaces are files here; the folder may not be ours, and is this world's alone.
  await run("mount", ["-t", "tmpfs", "tmpfs", "/run"]);
  await ip("link add", CABLE[0], "type veth peer name", CABLE[1]);
  const left = await layOutSite("left", { number: 1, size, cable: CABLE[0] });
  const right = await layOutSite("right", { number: 2, size, cable: CABLE[1] });
  await ip("link set", CABLE[0], "up");
  await ip("link set", CABLE[1], "up");
  return {
    left,
    right,
    cut: () => ip("link set", CABLE[0], "down"),
    join: () => ip("link set", CABLE[0], "up"),
  };
}

/**
 * Machines on one switch, 10.77.<number>.11 and on. This process is 10.77.<number>.1 there. Its
 * neighbours know it by heart: asked for over the cable, both its places would answer.
 */
async function layOutSite(
  name: string,
  { number, size, cable }: { number: number; size: number; cable: string },
): Promise<Machine[]> {
  const own = `10.77.${number}.1`;
  const hardware = `02:00:00:00:00:0${number}`;
  await ip("link add", name, "address", hardware, "type bridge");
  await ip("link set", cable, "master", name);
  await ip("address add", `${own}/24`, "dev", name);
  await ip("link set", name, "up");
  const machines: Machine[] = [];
  for (let index = 0; index < size; index++) {
    const machine = `${name}${index}`;
    const address = `10.77.${number}.${11 + index}`;
    await ip("netns add", machine);
    await ip("link add", machine, "type veth peer name eth0 netns", machine);
    await ip("link set", machine, "master", name, "up");
    const inside = (...words: readonly string[]) => ip("-netns", machine, ...words);
    await inside("link set lo up");
    await inside("address add", `${address}/16`, "dev eth0");
    await inside("link set eth0 up");
    await inside("neighbour add", own, "lladdr", hardware, "dev eth0 nud permanent");
    machines.push({ address, through: ["nsenter", `--net=/run/netns/${machine}`] });
  }
  return machines;
}

/** A local network that this machine alone is in. Only in a network of its own. */
export async function layOutLan(): Promise<void> {
  await ip("link set lo up");
  await ip("link add lan type bridge");
  await ip("address add 10.78.0.1/24 dev lan");
  await ip("link set lan multicast on up");
  await ip("route add default dev lan");
}

async function ip(...words: readonly string[]): Promise<void> {
  await run(await needTool("ip"), words.flatMap((word) => word.split(" ")));
}
