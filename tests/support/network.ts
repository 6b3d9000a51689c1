import type { Clock } from "../../resolver/contracts.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { type NetworkOptions, openNetwork } from "../../resolver/network/open_network.ts";
import { networkSettings } from "../../resolver/network/settings.ts";
import type { NetworkTimes } from "../../resolver/network/times.ts";
import type { Node } from "../../resolver/node/node.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { allowPrivateSetting } from "../../resolver/outbound/setting.ts";
import { governNode } from "../../resolver/rules/govern_node.ts";
import { NO_RULES, type OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { createVerifier, type Verifier } from "../../resolver/verify.ts";
import type { Setting, Settings } from "../../schemas/setting.ts";
import { eventually } from "./eventually.ts";
import { fakeDns } from "./fake_dns.ts";
import { makeSigner } from "./pointers.ts";
import { temporaryFolder } from "./temporary.ts";

/** libp2p's timers and sockets outlive the last await by a moment. */
export const LIBP2P_TEST = { sanitizeOps: false, sanitizeResources: false } as const;

/** How long nodes that come together usually need at most to know each other; milliseconds. */
const MEETING_MILLISECONDS = 5_000;

/**
 * What nodes of a test give each other. They share the processor with one another and with other tests:
 * whoever answers late is no less there. Where somebody is silent, `networkTimes` end the wait sooner.
 */
const PATIENT: NetworkTimes = {
  message: { minTimeout: 30_000, maxTimeout: 30_000 },
  lookUp: 60_000,
  put: 60_000,
  provide: 60_000,
  search: 60_000,
  question: 30_000,
  connect: 30_000,
  presence: 30_000,
};

/** One node of a test's network. */
export interface NetworkNode extends AsyncDisposable {
  readonly node: Node;
  readonly network: PointerNetwork;
  readonly verifier: Verifier;
  readonly dataDir: string;
  /** What it told its operator. */
  readonly reports: readonly string[];
}

export interface NetworkNodeOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** An existing folder, which stays; otherwise a new one that is gone afterwards. */
  readonly dataDir?: string;
  readonly network?: Partial<NetworkOptions>;
  /** What the node heeds; everything is served unless given. */
  readonly rules?: OperatorRules;
}

/** Settings as the environment gives them, but loopback addresses are allowed. */
export function networkEnvironment(environment: Readonly<Record<string, string>>): Settings {
  const values: Readonly<Record<string, string>> = {
    [allowPrivateSetting.name]: "127.0.0.0/8,::1",
    ...Object.fromEntries(networkSettings.map(({ name, fallback }) => [name, fallback])),
    ...environment,
  };
  return { get: <T>(setting: Setting<T>) => setting.parse(values[setting.name] ?? "") };
}

/** A node of its own on loopback. */
export async function startNetworkNode(options: NetworkNodeOptions = {}): Promise<NetworkNode> {
  const { environment = {}, clock = Date.now } = options;
  await using cleanUp = new AsyncDisposableStack();
  const dataDir = options.dataDir ?? cleanUp.use(await temporaryFolder()).path;
  const reports: string[] = [];
  const report = (problem: string) => void reports.push(problem);
  const settings = networkEnvironment(environment);
  const node = governNode(
    await openNode({ dataDir, clock, report }),
    options.rules ?? NO_RULES,
  );
  cleanUp.defer(() => node.close());
  const verifier = createVerifier({ clock });
  const network = await openNetwork({
    node,
    settings,
    verifier,
    clock,
    dns: fakeDns({}),
    httpAddress: null,
    publicOrigin: null,
    times: PATIENT,
    report,
    ...options.network,
  });
  cleanUp.defer(() => network.close());
  const stack = cleanUp.move();
  return {
    node,
    network,
    verifier,
    dataDir,
    reports,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Several nodes that know each other. */
export interface TestNetwork extends AsyncDisposable {
  readonly nodes: readonly NetworkNode[];
}

/**
 * Nodes in this process that joined through the first, ready when each has all the others (or as many
 * as a bucket holds) in its routing table.
 */
export async function startNetwork(
  { size, clock, environment, times = PATIENT }: {
    size: number;
    clock?: (index: number) => Clock;
    environment?: Readonly<Record<string, string>>;
    times?: NetworkTimes;
  },
): Promise<TestNetwork> {
  await using cleanUp = new AsyncDisposableStack();
  const nodes: NetworkNode[] = [];
  for (let index = 0; index < size; index++) {
    const [first] = nodes;
    const one = await startNetworkNode({
      environment: {
        BOOTSTRAP: first?.network.addresses().join(",") ?? "",
        ...environment,
      },
      clock: clock?.(index) ?? Date.now,
      network: { times },
    });
    cleanUp.use(one);
    nodes.push(one);
  }
  const enough = Math.min(size - 1, 15);
  const lonely = () => nodes.filter(({ network }) => network.status().routingTable < enough);
  const everybodyMet = () => lonely().length === 0;
  await until("every node knows the others", everybodyMet, MEETING_MILLISECONDS).catch(() => {});
  // On a busy machine a node that did not answer at once is met again by a look-up only.
  await eventually("every node knows the others", async () => {
    await Promise.all(lonely().map(({ network }) => lookAround(network)));
    return everybodyMet();
  });
  const stack = cleanUp.move();
  return { nodes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Asks for what nobody has, and so gets to know who answers. */
export async function lookAround(network: PointerNetwork): Promise<void> {
  await Array.fromAsync(
    network.lookUp(makeSigner().identity, { signal: new AbortController().signal }),
  );
}

/** Between two looks: a look at every turn of the event loop left nodes in this process no time. */
const LOOK_MILLISECONDS = 10;

/** Waits for a condition within this process. Throws when it does not come true in time. */
export async function until(
  what: string,
  condition: () => boolean,
  patience?: number,
): Promise<void> {
  await eventually(what, condition, { pause: LOOK_MILLISECONDS, patience });
}
