import { Hono } from "hono";
import { clientKey } from "../../resolver/client_key.ts";
import type { Clock, PointerSource } from "../../resolver/contracts.ts";
import { NotFoundError } from "../../resolver/errors.ts";
import type { Node } from "../../resolver/node/node.ts";
import type { WaitingRoom } from "../../resolver/peers/waiting_room.ts";
import { createRateLimit } from "../../resolver/rate_limit.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { NO_RULES, type OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { refusedFeed } from "../../resolver/rules/refusals.ts";
import type { Verifier } from "../../resolver/verify.ts";
import { type Identity, identityText, parseIdentity } from "../../schemas/identity.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { changeFeed } from "./change_feed.ts";
import { pointerOffer } from "./pointer_offer.ts";
import { pointerResponse } from "./pointer_response.ts";

/** Questions that may start a walk through the network, of one client: a gateway for many visitors passes. */
const QUESTIONS = { burst: 2_000, perSecond: 100 };
const MAX_CLIENTS = 10_000;

/** What the peer API works with. */
export interface PointerRoutesOptions {
  readonly resolver: Resolver;
  /** The embedded node; without one the gateway answers from its cache and passes offers on. */
  readonly node: Node | null;
  readonly verifier: Verifier;
  /** None unless given. */
  readonly rules?: OperatorRules;
  /** To whom a gateway without a node passes offers on: the peers. */
  readonly peers: readonly PointerSource[];
  /** Told of records whose time has not come; they are looked up when it has. */
  readonly waitingRoom?: WaitingRoom;
  readonly clock: Clock;
  /** Ends what waits: the process stops. */
  readonly signal: AbortSignal;
  /** Finds what a node does not hold, without asking HTTP peers; null where there is no such way. */
  readonly network: Resolver | null;
}

/** The peer API, `/v1/pointers`: how nodes and gateways give each other pointers. */
export function pointerRoutes(options: PointerRoutesOptions): Hono<ServiceEnv> {
  const routes = new Hono<ServiceEnv>();
  const questions = createRateLimit(QUESTIONS, { clock: options.clock, maxKeys: MAX_CLIENTS });
  routes.use("/v1/pointers/*", async (context, next) => {
    await next();
    if (["GET", "HEAD"].includes(context.req.method)) {
      context.header("Access-Control-Allow-Origin", "*");
    }
  });
  const { rules = NO_RULES } = options;
  routes.use("/v1/pointers/:identity", async (context, next) => {
    const identity = parseIdentity(context.req.param("identity"));
    if (rules.refusesIdentity(identity)) throw refusedFeed(identityText(identity));
    await next();
  });
  routes.get("/v1/pointers", changeFeed(options));
  routes.put("/v1/pointers/:identity", pointerOffer(options));
  // No HTTP peer is asked, so that peers cannot send a question round in circles.
  routes.get("/v1/pointers/:identity", async (context) => {
    const identity = parseIdentity(context.req.param("identity"));
    const onlyHeld = /\bonly-if-cached\b/i.test(context.req.header("Cache-Control") ?? "");
    const client = clientKey(context.env.remoteAddress);
    const held = await heldPointer(options, identity, context.req.raw.signal);
    const network = onlyHeld ? null : options.network;
    const retryAfter = network === null ? 0 : questions.take(client);
    if (held === null && retryAfter > 0) return tooMany(retryAfter);
    const found = network === null || retryAfter > 0
      ? held
      : await alsoInNetwork(network, identity, held, context.req.raw);
    if (found === null) {
      return problem(404, "not-found", "Not known here", "This place knows no such pointer.");
    }
    options.node?.pointers.asked(identity, client);
    return await pointerResponse(context.req.raw, found, { "Cache-Control": "no-cache" });
  });
  return routes;
}

async function heldPointer(
  { node, resolver }: PointerRoutesOptions,
  identity: Identity,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (node !== null) return node.pointers.get(identity);
  try {
    return (await resolver.resolve(identity, { policy: "cache-only", signal })).pointer.bytes;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/**
 * What is held is answered at once, and the network is asked beside it: a greater pointer that it has is
 * stored for the next question. What is not held is looked up. The resolver bounds both: one walk for all
 * who ask for an identity within some seconds, and so many walks at a time.
 */
async function alsoInNetwork(
  network: Resolver,
  identity: Identity,
  held: Uint8Array<ArrayBuffer> | null,
  { signal }: Request,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const found = network.resolve(identity, { policy: "cache-first", signal }).then(
    ({ pointer }) => pointer.bytes,
    (error: unknown) => {
      if (held !== null || error instanceof NotFoundError) return null;
      throw error;
    },
  );
  return held ?? await found;
}

function tooMany(retryAfterSeconds: number): Response {
  return problem(
    429,
    "too-many-questions",
    "Too many questions",
    `More than ${QUESTIONS.perSecond} questions a second came from this address.`,
    { "Retry-After": String(retryAfterSeconds) },
  );
}
