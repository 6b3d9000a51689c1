import { LRUCache } from "lru-cache";
import type { Clock } from "../resolver/contracts.ts";
import type { App } from "./app.ts";
import type { Client } from "./http/gateway_env.ts";
import { type ReusableParts, reusableParts } from "./http/reusable_response.ts";

/** What `max-age=1` allows every cache; also how long a newer pointer can go unseen through this one. */
const LIFETIME_MILLISECONDS = 1_000;
const MAX_ANSWERS = 1_000;
/** Of their bodies, which can outlive the representations that they come from. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const NOT_MODIFIED = 304;
/** The question of a request that only looks like a GET to the app. */
const NOT_KEPT = "";
/** Longer questions are rare, and not worth the memory. */
const MAX_QUESTION_LENGTH = 2_048;

/** An app that answers the same question without thinking for a second. */
export interface HotApp extends App {
  /** Something has changed: every answer is thought over again. */
  forget(): void;
}

/**
 * Keeps the app's interface. Measured on one core with 96 KB of RSS: routing, names, tags and
 * negotiation take as long as Deno takes to receive and send; this leaves a look-up of them.
 */
export function withHotAnswers(
  app: App,
  parts: { clock: Clock; count: (status: number) => void },
): HotApp {
  const { clock, count } = parts;
  const answers = new LRUCache<string, { parts: ReusableParts; until: number }>({
    max: MAX_ANSWERS,
    maxSize: MAX_BODY_BYTES,
    sizeCalculation: ({ parts }) => (parts.body?.byteLength ?? 0) + 1,
  });

  /** Of what is answered: an answer that was thought out before a change is not kept after it. */
  let changes = 0;

  async function think(question: string, request: Request, client: Client): Promise<Response> {
    const before = changes;
    const response = await app.fetch(request, client);
    count(response.status);
    const parts = reusableParts(response);
    // A tag that is not held any more says nothing of what the client takes.
    const fits = response.status === NOT_MODIFIED || !request.headers.has("If-None-Match");
    const short = question !== NOT_KEPT && question.length <= MAX_QUESTION_LENGTH;
    if (parts !== undefined && fits && short && before === changes) {
      answers.set(question, { parts, until: clock() + LIFETIME_MILLISECONDS });
    }
    return response;
  }

  return {
    // Not async: a promise for each answer costs a tenth of them.
    fetch(request, client) {
      const question = request.method === "GET" ? questionOf(request) : NOT_KEPT;
      const kept = answers.get(question);
      if (kept !== undefined && clock() < kept.until) {
        count(kept.parts.init.status);
        return new Response(kept.parts.body, kept.parts.init);
      }
      return think(question, request, client);
    },
    forget() {
      changes += 1;
      answers.clear();
    },
  };
}

/**
 * Everything that can change a reusable answer; the URL has the host. Each header that is read takes a
 * twentieth of a 304, so of a client that names the tag which it holds no more is read than whether it
 * navigates: a tag is given for one format and coding, to a client that takes them. A cache that names
 * the tags of several formats, or any tag, asks for one of them like everybody else.
 */
function questionOf({ headers, url }: Request): string {
  const held = headers.get("if-none-match");
  const destination = headers.get("sec-fetch-dest");
  if (held !== null && !/[,*]/.test(held)) return `${url}\n${destination}\n=${held}`;
  return `${url}\n${destination}\n${headers.get("accept")}\n${headers.get("accept-encoding")}\n` +
    `${headers.get("if-modified-since")}\n${held}`;
}
