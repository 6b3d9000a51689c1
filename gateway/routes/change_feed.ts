import type { Context } from "hono";
import { deadline } from "../../resolver/deadline.ts";
import type { Node } from "../../resolver/node/node.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { createWaitSlots } from "../http/wait_slots.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MAX_WAIT_SECONDS = 30;

/** Long polls that may wait at once: each costs a connection and a few hundred bytes. */
const WAITING = { total: 1_000, perClient: 20 };

interface Options {
  readonly node: Node | null;
  /** Ends the long polls: the process stops. */
  readonly signal: AbortSignal;
}

/** `GET /v1/pointers?since=&limit=&wait=`: what the node stored since, in order. */
export function changeFeed({ node, signal }: Options) {
  const slots = createWaitSlots(WAITING);

  return async (context: Context<ServiceEnv>): Promise<Response> => {
    if (node === null) {
      return problem(501, "not-a-node", "No node", "This gateway keeps no pointers of its own.");
    }
    const { since = "0", limit = String(DEFAULT_LIMIT), wait = "0" } = context.req.query();
    const most = integer(limit, 1, MAX_LIMIT);
    const seconds = integer(wait, 0, MAX_WAIT_SECONDS);
    if (most === null || seconds === null) return badParameters();
    const free = seconds === 0 ? () => {} : slots.take(context.env.remoteAddress);
    if (free === null) return tooManyWaiting();

    try {
      using time = deadline(seconds * 1_000, { parent: signal });
      using client = deadline(seconds * 1_000, { parent: context.req.raw.signal });
      const over = seconds === 0
        ? AbortSignal.abort()
        : AbortSignal.any([time.signal, client.signal]);
      const page = await node.pointers.changes(since, most, { signal: over });
      return page === null ? unknownCursor() : pageResponse(page.cursor, page.pointers);
    } finally {
      free();
    }
  };
}

/** The records are put in as they are: a reader gets every byte that was signed and stored. */
function pageResponse(
  cursor: string,
  pointers: readonly Uint8Array<ArrayBuffer>[],
): Response {
  const list = pointers.flatMap((pointer, index) => index === 0 ? [pointer] : [",", pointer]);
  const body = new Blob([`{"cursor":${JSON.stringify(cursor)},"pointers":[`, ...list, "]}"]);
  return new Response(body, {
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  });
}

function integer(text: string, least: number, most: number): number | null {
  if (!/^[0-9]{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function badParameters(): Response {
  return problem(
    400,
    "bad-parameters",
    "Bad parameters",
    `limit is 1 to ${MAX_LIMIT}, wait is 0 to ${MAX_WAIT_SECONDS} seconds.`,
  );
}

function tooManyWaiting(): Response {
  return problem(
    503,
    "too-many-waiting",
    "Too many are waiting",
    "No more requests can wait here now. Ask without wait, or later.",
    { "Retry-After": String(MAX_WAIT_SECONDS) },
  );
}

function unknownCursor(): Response {
  return problem(
    410,
    "unknown-cursor",
    "Unknown cursor",
    "This node did not give that cursor. Start again with since=0.",
  );
}
