import type { Call, Clock } from "../../resolver/contracts.ts";
import { PathNotFoundError, WithdrawnError } from "../../resolver/errors.ts";
import { namePath } from "../../schemas/name.ts";
import { isWithdrawn, type VerifiedPointer } from "../../schemas/pointer.ts";
import { copyHeaders, NEVER } from "../http/cache_policy.ts";
import { VARY } from "../http/client_kind.ts";
import { isNotModified, lastModifiedOf } from "../http/conditional.ts";
import { chooseCoding } from "../http/content_coding.ts";
import { onionLocation } from "../http/onion_location.ts";
import { reusableResponse } from "../http/reusable_response.ts";
import { pageSecurityHeaders, styledXmlSecurityHeaders } from "../http/security_headers.ts";
import { serverTiming } from "../http/server_timing.ts";
import type { Site } from "../http/site.ts";
import type { PageContext, Renderer } from "../render/renderer.ts";
import { WELCOME_ADDRESS } from "../welcome_address.ts";
import type { Feeds, LoadedFeed } from "./feeds.ts";
import { namesDomain } from "./names_domain.ts";
import type { Representation, Representations } from "./representations.ts";
import type { Visit } from "./visits.ts";

/** What is asked for: one format of one feed, for one site. */
export interface FeedRequest {
  readonly request: Request;
  readonly site: Site;
  readonly visit: Visit;
  readonly renderer: Renderer;
  readonly view: PageContext["view"];
  /** The item of a `post` view. */
  readonly postId?: string;
  /** Headers that the route decides, over the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The last steps of every answer: content → feed → representation → response. */
export type Respond = (asked: FeedRequest, call: Call) => Promise<Response>;

/** Which pointer's content is shown, and whether a newer one may exist. */
interface Shown {
  readonly pointer: VerifiedPointer;
  readonly stale: boolean;
}

/** A 304 is answered without content, a kept representation without rendering. */
export function createRespond(
  parts: { feeds: Feeds; representations: Representations; clock: Clock },
): Respond {
  const { feeds, representations, clock } = parts;

  return async (asked, call) => {
    const { resolution: { pointer }, stale } = asked.visit;
    if (isWithdrawn(pointer)) {
      throw new WithdrawnError("The publisher withdrew this feed.", { pointer });
    }
    const newest: Shown = { pointer, stale };
    const cleared = feeds.isCleared(pointer);
    const newestTag = tagOf(asked, newest);
    // Whoever holds the newest representation is told so without its content.
    if (cleared && hasSeen(asked) && holds(asked, newest, newestTag)) {
      return notModified(asked, newest, newestTag);
    }
    const kept = cleared && feeds.isRemembered(pointer)
      ? representations.get(newestTag)
      : undefined;
    if (kept !== undefined) {
      return holds(asked, newest, newestTag)
        ? notModified(asked, newest, newestTag)
        : await full(asked, newest, newestTag, kept);
    }

    const loaded = await feeds.load(pointer, call);
    const shown: Shown = { pointer: loaded.pointer, stale: newest.stale || loaded.stale };
    const tag = tagOf(asked, shown);
    // Throws for a post that the feed does not have: 304 is for what exists.
    const page = pageContext(asked, shown, loaded);
    if (holds(asked, shown, tag)) return notModified(asked, shown, tag);
    const representation = await representations.make(
      tag,
      () => asked.renderer.render(loaded.feed, page),
    );
    return await full(asked, shown, tag, representation);
  };

  function tagOf(asked: FeedRequest, shown: Shown): string {
    const { record, name } = asked.visit;
    return representations.tagOf({
      pointerText: shown.pointer.text,
      format: [asked.renderer.id, asked.view, asked.postId ?? ""].join(" "),
      base: [asked.site.kind, asked.site.origin, name.text].join(" "),
      states: [shown.stale ? "stale" : "", record.authenticated ? "authenticated" : ""].join(" "),
    });
  }

  function lastModified(shown: Shown): number | null {
    return lastModifiedOf(Date.parse(shown.pointer.timestamp), clock());
  }

  function holds(asked: FeedRequest, shown: Shown, tag: string): boolean {
    if (isNeverKept(asked)) return false;
    const coding = chooseCoding(asked.request.headers.get("Accept-Encoding"));
    // A body too small to be compressed has the tag without a coding.
    return [etagOf(tag, coding), etagOf(tag, "identity")].some((etag) =>
      isNotModified(asked.request.headers, { etag, lastModified: lastModified(shown) })
    );
  }

  function headersOf(asked: FeedRequest, shown: Shown): Record<string, string> {
    const changed = lastModified(shown);
    return {
      ...copyHeaders(shown.stale),
      Vary: `${VARY}, Accept-Encoding`,
      "Access-Control-Allow-Origin": "*",
      ...(changed === null ? {} : { "Last-Modified": new Date(changed).toUTCString() }),
      ...asked.headers,
    };
  }

  function notModified(asked: FeedRequest, shown: Shown, tag: string): Response {
    const coding = chooseCoding(asked.request.headers.get("Accept-Encoding"));
    const headers = { ...headersOf(asked, shown), ETag: etagOf(tag, coding) };
    return reusableResponse({ body: null, init: { status: 304, headers } });
  }

  async function full(
    asked: FeedRequest,
    shown: Shown,
    tag: string,
    representation: Representation,
  ): Promise<Response> {
    const wanted = chooseCoding(asked.request.headers.get("Accept-Encoding"));
    const { bytes, coding } = await representation.encoded(wanted);
    const headers: Record<string, string> = {
      ...headersOf(asked, shown),
      ...securityHeaders(asked),
      ...serverTiming(feeds.roads(shown.pointer)),
      "Content-Type": asked.renderer.mediaType,
    };
    if (coding !== "identity") headers["Content-Encoding"] = coding;
    if (isNeverKept(asked)) {
      headers["Cache-Control"] = NEVER;
      return new Response(bytes, { headers });
    }
    headers["ETag"] = etagOf(tag, coding);
    return reusableResponse({ body: bytes, init: { status: 200, headers } });
  }
}

/**
 * Whether what the client says that it holds was given to it: a tag is given with what exists. A star means
 * whatever there is, and a post has the date of its feed, which may not have the post.
 */
function hasSeen({ request: { headers }, view }: FeedRequest): boolean {
  const tags = headers.get("If-None-Match");
  return tags === null ? view !== "post" : !tags.includes("*");
}

/** The reader's help stands at the feed's own address: no cache may give it to a reader. */
function isNeverKept({ view }: FeedRequest): boolean {
  return view === "feed";
}

function etagOf(tag: string, coding: string): string {
  return coding === "identity" ? `"${tag}"` : `"${tag}-${coding}"`;
}

function securityHeaders({ renderer, site }: FeedRequest): Record<string, string> {
  if (renderer.mediaType.startsWith("text/html")) {
    return { ...pageSecurityHeaders(site.origin), ...onionLocation(site) };
  }
  if (renderer.mediaType.startsWith("application/xml")) {
    return styledXmlSecurityHeaders(site.origin);
  }
  return { "X-Content-Type-Options": "nosniff" };
}

function pageContext(asked: FeedRequest, shown: Shown, loaded: LoadedFeed): PageContext {
  const { name, record } = asked.visit;
  const item = asked.postId === undefined
    ? undefined
    : loaded.feed.items.find((candidate) => candidate.id === asked.postId);
  if (asked.postId !== undefined && item === undefined) {
    throw new PathNotFoundError("This feed has no such post.", {
      remedy: "It may have been removed by its author; the feed's page shows what there is.",
    });
  }
  return {
    name,
    identity: record.identity,
    pointer: shown.pointer,
    origin: asked.site.origin,
    basePath: asked.site.kind === "domain" ? "" : namePath(name),
    payable: record.identity.address !== WELCOME_ADDRESS,
    domainVerified: name.kind !== "identity" && namesDomain(loaded.feed, name.text),
    domainAuthenticated: record.authenticated,
    stale: shown.stale,
    view: asked.view,
    ...(item === undefined ? {} : { item }),
  };
}
