/** One or several nodes in a process of their own, steered by the orders of network_orders.ts. */
import process from "node:process";
import { createInterface } from "node:readline";
import { createResolver, type Resolver } from "../../resolver/resolver.ts";
import { dhtSource } from "../../resolver/sources/dht.ts";
import { storeSource } from "../../resolver/sources/store.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { checksumAddress, type Identity } from "../../schemas/identity.ts";
import { parsePointer } from "../../schemas/pointer.ts";
import { type NetworkNode, startNetworkNode } from "../support/network.ts";
import { partContext } from "../support/parts.ts";
import { publishAt } from "../support/visits.ts";
import type { LookUp, NodesPlan, OrderLine, OrderName, Orders } from "./network_orders.ts";

/** Longer than any walk may take. */
const WALK_MILLISECONDS = 15_000;

type Carry = { [Name in OrderName]: (ask: Orders[Name]["ask"]) => Promise<Orders[Name]["answer"]> };

async function startNodes({ nodes, memoSize }: NodesPlan): Promise<NetworkNode> {
  const started: NetworkNode[] = [];
  for (const { bootstrap, listen, announce } of nodes) {
    const verifier = createVerifier({ clock: Date.now, memoSize });
    const entry = started[0]?.network.addresses().join(",") ?? "";
    started.push(
      await startNetworkNode({
        environment: {
          BOOTSTRAP: [bootstrap, entry].filter(Boolean).join(","),
          DHT_LISTEN: listen,
          DHT_ANNOUNCE: announce,
        },
        network: { verifier },
      }),
    );
  }
  const [first] = started;
  if (first === undefined) throw new Error("No node is planned.");
  return first;
}

/** As a gateway on this node has it. */
async function openResolver({ node, network, verifier }: NetworkNode): Promise<Resolver> {
  const context = partContext({}, { node, network });
  const sources = (await Promise.all([storeSource.create(context), dhtSource.create(context)]))
    .flat();
  const resolver = createResolver({ sources, verifier, clock: Date.now });
  node.pointers.onStored((pointer) => resolver.accept(pointer));
  return resolver;
}

function identityOf(address: string): Identity {
  return { kind: "wallet", address: checksumAddress(`0x${address.slice(2)}`) };
}

const signal = () => AbortSignal.timeout(WALK_MILLISECONDS);

async function createCarry(plan: NodesPlan): Promise<Carry> {
  const first = await startNodes(plan);
  const { network, verifier } = first;
  const resolver = await openResolver(first);

  async function lookUp(address: string): Promise<LookUp> {
    const startedAt = performance.now();
    let firstMilliseconds: number | null = null;
    const seen = { records: 0, answers: 0, failures: 0 };
    for await (const { outcome } of network.lookUp(identityOf(address), { signal: signal() })) {
      seen[outcome === "failed" ? "failures" : "answers"] += 1;
      if (outcome !== "pointer") continue;
      seen.records += 1;
      firstMilliseconds ??= performance.now() - startedAt;
    }
    return { firstMilliseconds, milliseconds: performance.now() - startedAt, ...seen };
  }

  async function isMet(address: string, timestamp: string): Promise<boolean> {
    for await (const { bytes } of network.lookUp(identityOf(address), { signal: signal() })) {
      if (bytes !== undefined && parsePointer(bytes).timestamp === timestamp) return true;
    }
    return false;
  }

  return {
    start: () => Promise.resolve({ addresses: [...network.addresses()] }),
    async publish({ record }) {
      const pointer = await verifier.verify(new TextEncoder().encode(record));
      const startedAt = performance.now();
      const { confirmed } = await publishAt(first, pointer);
      return { milliseconds: performance.now() - startedAt, confirmed };
    },
    lookUp: ({ address }) => lookUp(address),
    async lookUpUntil({ address, timestamp }) {
      let walks = 1;
      while (!await isMet(address, timestamp)) walks += 1;
      return { walks };
    },
    async resolve({ address, policy }) {
      const found = await resolver.resolve(identityOf(address), { policy, signal: signal() })
        .catch(() => null);
      return { timestamp: found?.pointer.timestamp ?? null };
    },
    holds: ({ address }) =>
      Promise.resolve({ held: first.node.pointers.get(identityOf(address)) !== null }),
    figures() {
      const { user, system } = process.cpuUsage();
      return Promise.resolve({
        routingTable: network.status().routingTable,
        cpuMilliseconds: (user + system) / 1_000,
        residentBytes: Deno.memoryUsage().rss,
      });
    },
  };
}

function carryOut<Name extends OrderName>(carry: Carry, name: Name, ask: Orders[Name]["ask"]) {
  return carry[name](ask);
}

if (import.meta.main) {
  const plan: NodesPlan = JSON.parse(Deno.args[0] ?? "");
  const carry = await createCarry(plan);
  for await (const text of createInterface({ input: process.stdin })) {
    const line: OrderLine = JSON.parse(text);
    const answer = await carryOut(carry, line.order, line);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  Deno.exit(0);
}
