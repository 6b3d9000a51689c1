import { pointerRoutes } from "../../gateway/routes/pointers.ts";
import type { Clock, PointerSource } from "../../resolver/contracts.ts";
import type { Node } from "../../resolver/node/node.ts";
import { createResolver, type Resolver } from "../../resolver/resolver.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { answeringErrors } from "./answer_errors.ts";
import type { Handler } from "./app_outbound.ts";

/** When the tests' requests are made, unless they say otherwise. */
export const NOW = Date.parse("2026-06-01T00:00:00.000Z");

export interface PeerApiOptions {
  readonly node: Node | null;
  readonly peers?: readonly PointerSource[];
  readonly resolver?: Resolver;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** What is found beyond the node's store; nothing unless given. */
  readonly network?: Resolver;
  /** Where the requests come from: somewhere else unless given. */
  readonly remoteAddress?: string;
}

/** The peer API of a node, or of a gateway without one, as a function from requests to responses. */
export function peerApi(options: PeerApiOptions): Handler & { readonly resolver: Resolver } {
  const { node, peers = [], clock = () => NOW, signal = new AbortController().signal } = options;
  const { network = null } = options;
  const verifier = createVerifier({ clock });
  const resolver = options.resolver ?? createResolver({ sources: [], verifier, clock });
  const app = answeringErrors(
    pointerRoutes({ resolver, node, verifier, peers, clock, signal, network }),
  );
  const client = { remoteAddress: options.remoteAddress ?? "192.0.2.1" };
  return Object.assign((request: Request) => app.fetch(request, client), { resolver });
}
