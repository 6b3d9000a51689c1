import type { Clock } from "../../resolver/contracts.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import type { Node } from "../../resolver/node/node.ts";
import { peersSetting } from "../../resolver/peers/setting.ts";
import { type Peers, startPeers } from "../../resolver/peers/start.ts";
import { type Identity, identityText } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { openTestGateway, type TestGateway } from "./test_gateway.ts";

/** A gateway with a node on a port of loopback, which follows its peers. */
export interface PeerServer extends AsyncDisposable {
  readonly url: string;
  readonly gateway: TestGateway;
  readonly node: Node;
  readonly peers: Peers;
  readonly reports: readonly string[];
  /** What clients asked for, without the origin. */
  readonly asked: readonly string[];
  put(pointer: VerifiedPointer): Promise<Response>;
}

/** A port of loopback whose server comes later. */
export interface ReservedPort {
  readonly url: string;
  serve(handle: (request: Request) => Response | Promise<Response>): void;
  shutdown(): Promise<void>;
}

/** Two servers that are each other's peers need each other's addresses before they exist. */
export function reservePort(): ReservedPort {
  let handler = (_: Request): Response | Promise<Response> => new Response(null, { status: 503 });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => handler(request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    serve: (handle) => void (handler = handle),
    shutdown: () => server.shutdown(),
  };
}

export async function startPeerServer(options: {
  peers?: readonly string[];
  environment?: Record<string, string>;
  port?: ReservedPort;
  clock?: Clock;
  network?: PointerNetwork;
} = {}): Promise<PeerServer> {
  const { clock = Date.now, port = reservePort(), network = null } = options;
  const environment = {
    ALLOW_PRIVATE: "127.0.0.0/8",
    [peersSetting.name]: (options.peers ?? []).join(","),
    ...options.environment,
  };
  const gateway = await openTestGateway({ environment, clock });
  const stopping = new AbortController();
  const reports: string[] = [];
  const asked: string[] = [];
  const { node, gateway: { parts } } = gateway;
  port.serve((request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    return gateway.gateway.fetch(request, { remoteAddress: "127.0.0.1" });
  });
  const peers = startPeers({
    peers: options.peers ?? [],
    records: parts.peerRecords,
    node,
    network,
    verifier: parts.verifier,
    outbound: parts.outbound,
    clock,
    lookUp: (identity, { signal }) =>
      parts.resolver.resolve(identity, { policy: "network-only", signal }),
    report: (problem) => reports.push(problem),
    signal: stopping.signal,
  });
  return {
    url: port.url,
    gateway,
    node,
    peers,
    reports,
    asked,
    put: (pointer) =>
      fetch(`${port.url}/v1/pointers/${identityText(pointer.identity)}`, {
        method: "PUT",
        body: pointer.bytes,
      }),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await peers.ended;
      // Ends the long polls of those who follow it, for which the server would wait.
      await gateway[Symbol.asyncDispose]();
      await port.shutdown();
    },
  };
}

/** Waits until the node holds the pointer; throws when it never does. */
export async function untilHeld({ node }: PeerServer, pointer: VerifiedPointer): Promise<void> {
  await untilStored(node, () => holds(node, pointer.identity, pointer));
}

/** Waits until the condition holds, which is looked at whenever something was stored. */
function untilStored(node: Node, condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => end(() => reject(new Error("it never came"))), 60_000);
    const stop = node.pointers.onStored(look);
    function look(): void {
      if (condition()) end(resolve);
    }
    function end(then: () => void): void {
      stop();
      clearTimeout(patience);
      then();
    }
    look();
  });
}

function holds(node: Node, identity: Identity, pointer: VerifiedPointer): boolean {
  const held = node.pointers.get(identity);
  return held !== null && new TextDecoder().decode(held).includes(pointer.timestamp);
}
