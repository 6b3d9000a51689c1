import type { Context } from "hono";
import { clientKey } from "../../resolver/client_key.ts";
import type { Clock, PointerSource } from "../../resolver/contracts.ts";
import {
  PointerRefusedError,
  type RefusalReason,
  UnavailableError,
} from "../../resolver/errors.ts";
import type { Node, PutOutcome, Sender } from "../../resolver/node/node.ts";
import type { WaitingRoom } from "../../resolver/peers/waiting_room.ts";
import { createRateLimit } from "../../resolver/rate_limit.ts";
import type { Resolver } from "../../resolver/resolver.ts";
import { refusedFeed } from "../../resolver/rules/refusals.ts";
import type { Verifier } from "../../resolver/verify.ts";
import { type Identity, identityText, parseIdentity } from "../../schemas/identity.ts";
import { POINTER_MAX_BYTES, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { callerOf } from "../http/operator.ts";
import { problem } from "../http/problem.ts";
import { readBody } from "../http/request_body.ts";
import { passOn } from "./pass_on.ts";

/** Of one client, good and bad ones alike: 200 good offers pass among twice as many bad ones. */
const OFFERS = { burst: 600, perSecond: 10 };
const MAX_CLIENTS = 10_000;

const BODY_LIMITS = {
  maxBytes: POINTER_MAX_BYTES,
  idleMilliseconds: 5_000,
  timeoutMilliseconds: 10_000,
};

/** What a record that was not verified is answered (design, `PUT /v1/pointers/{identity}`). */
const REFUSALS: Readonly<Record<RefusalReason, { status: number; title: string }>> = {
  "too-large": { status: 413, title: "Too large" },
  "malformed": { status: 400, title: "This is no pointer" },
  "other-identity": { status: 400, title: "The pointer of another identity" },
  "bad-signature": { status: 403, title: "Not signed by this identity" },
  "not-valid-yet": { status: 403, title: "Not valid yet" },
  "not-verifiable-here": { status: 501, title: "This account cannot be verified here" },
};

interface Options {
  readonly resolver: Resolver;
  readonly node: Node | null;
  readonly verifier: Verifier;
  readonly peers: readonly PointerSource[];
  /** Told of records whose time has not come. */
  readonly waitingRoom?: WaitingRoom;
  readonly clock: Clock;
}

/** `PUT /v1/pointers/{identity}`: somebody hands over a pointer to keep. */
export function pointerOffer(options: Options) {
  const { resolver, node, clock } = options;
  const limit = createRateLimit(OFFERS, { clock, maxKeys: MAX_CLIENTS });

  return async (context: Context<ServiceEnv>): Promise<Response> => {
    const sender = senderOf(context, node);
    const retryAfter = sender.kind === "stranger" ? limit.take(sender.key) : 0;
    if (retryAfter > 0) return tooMany(retryAfter);
    const identity = parseIdentity(context.req.param("identity") ?? "");
    const pointer = await readPointer(context, identity, options);
    if (pointer instanceof Response) return pointer;

    const outcome = node !== null
      ? node.pointers.put(pointer, sender)
      : await forward(context, pointer, options);
    if (outcome.kind === "greater-held") return greaterHeld(outcome.bytes);
    if (outcome.kind === "full") return full();
    if (outcome.kind === "refused") throw refusedFeed(identityText(identity));
    resolver.accept(pointer);
    return new Response(null, { status: 204 });
  };
}

/** A command of this machine that has the node's token publishes: its pointers are kept. */
function senderOf({ env, req }: Context<ServiceEnv>, node: Node | null): Sender {
  const { remoteAddress } = env;
  const isOperator = node !== null && req.header("Authorization") !== undefined &&
    callerOf(req.raw.headers, remoteAddress, node.adminToken) === "operator";
  return isOperator ? { kind: "operator" } : { kind: "stranger", key: clientKey(remoteAddress) };
}

/** The verified pointer, or the answer to what is none. */
async function readPointer(
  { req, env }: Context<ServiceEnv>,
  identity: Identity,
  { verifier, waitingRoom }: Options,
): Promise<VerifiedPointer | Response> {
  const body = await readBody(req.raw, BODY_LIMITS);
  try {
    return await verifier.verify(body, identity);
  } catch (error) {
    if (!(error instanceof PointerRefusedError)) throw error;
    if (error.reason === "not-valid-yet") {
      void waitingRoom?.noteRecord(body, clientKey(env.remoteAddress));
    }
    return refusal(error.reason, error.message);
  }
}

async function forward(
  context: Context<ServiceEnv>,
  pointer: VerifiedPointer,
  { peers, resolver, verifier }: Options,
): Promise<PutOutcome> {
  if (context.req.header("OurSpace-Forwarded") !== undefined) {
    throw new UnavailableError(
      "This gateway keeps no pointers, and passes on none that were passed on.",
    );
  }
  const { signal } = context.req.raw;
  const greater = await passOn(pointer, { peers, verifier, signal });
  if (greater === null) return { kind: "stored" };
  resolver.accept(greater);
  return { kind: "greater-held", bytes: greater.bytes };
}

function refusal(reason: RefusalReason, detail: string): Response {
  const { status, title } = REFUSALS[reason];
  return problem(status, reason, title, detail);
}

function greaterHeld(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, {
    status: 409,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  });
}

function tooMany(retryAfterSeconds: number): Response {
  return problem(
    429,
    "too-many-offers",
    "Too many offers",
    `More than ${60 * OFFERS.perSecond} offers a minute came from this address.`,
    { "Retry-After": String(retryAfterSeconds) },
  );
}

/** Places become free when others' pointers are no longer asked for; that takes days. */
function full(): Response {
  return problem(
    429,
    "no-room",
    "No room for more from here",
    "This node is full, and holds as many pointers from this address as from any other.",
    { "Retry-After": "86400" },
  );
}
