import { Hono, type MiddlewareHandler } from "hono";
import { deadline, REQUEST_MILLISECONDS } from "../resolver/deadline.ts";
import { PathNotFoundError } from "../resolver/errors.ts";
import { NO_RULES, type OperatorRules } from "../resolver/rules/operator_rules.ts";
import { refusedFeed } from "../resolver/rules/refusals.ts";
import { namePath, parseName } from "../schemas/name.ts";
import type { AnswerError } from "./http/answer_error.ts";
import type { Client, GatewayEnv, ServiceEnv } from "./http/gateway_env.ts";
import { headLength } from "./http/head_length.ts";
import { refuseOtherMethods } from "./http/other_methods.ts";
import { publicReading } from "./http/public_reading.ts";
import { requestUrl } from "./http/request_url.ts";
import { type OwnOrigins, siteOf } from "./http/site.ts";

/** The groups of routes. Each names its whole paths, but for `feed`. */
export interface AppRoutes {
  /** A feed's page, posts, formats and proof, relative to wherever the feed lives. */
  readonly feed: readonly Hono<GatewayEnv>[];
  /** `/`: of the own host only. */
  readonly home: Hono<GatewayEnv>;
  /** `/status`: of the own host only, and for people: no page on the web may read it. */
  readonly status: Hono<GatewayEnv>;
  /** `/feed.xsl`, `/page.css`, `/ipfs/…`: the same on every host. */
  readonly everywhere: readonly Hono<GatewayEnv>[];
  /** `/v1/…`, `/health`, `/metrics`: they ignore Host. */
  readonly services: readonly Hono<ServiceEnv>[];
}

/** Answers requests, whoever listens for them. */
export interface App {
  fetch(request: Request, client: Client): Response | Promise<Response>;
}

/** What belongs to programs, whatever the host. */
const SERVICE_PATH = /^\/(?:v1\/|health$|metrics$)/;

/** Where the visitor goes on from an address with nothing: at a gateway, at a custom domain, at a node alone. */
const FEEDS = "A feed is at /, followed by a wallet address or a domain name.";
const THE_FEED = "The feed is at /.";
const NO_FEEDS = "This node shows no feeds: a gateway does.";

/** All routes on one screen. Fixed routes win over names; a custom domain has its feed's only. */
export function createApp(parts: {
  routes: AppRoutes;
  origins: OwnOrigins;
  answerError: AnswerError;
  /** None unless given. */
  rules?: OperatorRules;
}): App {
  const { routes, origins, answerError, rules = NO_RULES } = parts;
  const hasFeeds = routes.feed.length > 0;
  const onOwnHost = hasFeeds ? FEEDS : NO_FEEDS;
  const onDomain = hasFeeds ? THE_FEED : NO_FEEDS;

  const services = new Hono<ServiceEnv>();
  services.use(headLength);
  for (const group of routes.services) services.route("/", group);
  refuseOtherMethods(services);

  const own = new Hono<GatewayEnv>();
  own.use(headLength);
  own.route("/", routes.status);
  own.use(publicReading, withDeadline);
  for (const group of routes.everywhere) own.route("/", group);
  own.route("/", routes.home);
  if (hasFeeds) own.use("/:name/*", canonicalName);
  for (const group of routes.feed) own.route("/:name", group);

  const domain = new Hono<GatewayEnv>();
  domain.use(headLength, publicReading, withDeadline, refuseDomain(rules));
  for (const group of routes.everywhere) domain.route("/", group);
  domain.use("/.well-known/*", () => Promise.reject(noSuchPage(onDomain)));
  domain.use(domainName);
  for (const group of routes.feed) domain.route("/", group);

  for (const app of [services, own, domain]) {
    const remedy = app === domain ? onDomain : onOwnHost;
    app.onError((error, context) => answerError(error, context.req.raw));
    app.notFound((context) => answerError(noSuchPage(remedy), context.req.raw));
  }

  return {
    async fetch(request, client) {
      try {
        if (SERVICE_PATH.test(requestUrl(request).pathname)) {
          return await services.fetch(request, client);
        }
        const site = siteOf(request, origins);
        return await (site.kind === "own" ? own : domain).fetch(request, { site });
      } catch (error) {
        return await answerError(error, request);
      }
    },
  };
}

const withDeadline: MiddlewareHandler<GatewayEnv> = async (context, next) => {
  using call = deadline(REQUEST_MILLISECONDS, { parent: context.req.raw.signal });
  context.set("call", call);
  await next();
};

/** On the own host the first part of the path is the name; every written form leads to one address. */
const canonicalName: MiddlewareHandler<GatewayEnv> = async (context, next) => {
  const written = context.req.param("name") ?? "";
  const name = parseName(written);
  const { pathname, search } = requestUrl(context.req.raw);
  const rest = pathname.slice(1).replace(/^[^/]*/, "").replace(/\/$/, "");
  const canonical = namePath(name) + rest;
  if (canonical !== pathname) return context.redirect(canonical + search, 308);
  context.set("name", name);
  return await next();
};

const domainName: MiddlewareHandler<GatewayEnv> = async (context, next) => {
  const { site } = context.env;
  if (site.kind === "domain") context.set("name", site.name);
  await next();
};

/** Whatever is asked for at its host. */
function refuseDomain(rules: OperatorRules): MiddlewareHandler<GatewayEnv> {
  return async ({ env: { site } }, next) => {
    if (site.kind === "domain" && rules.refusesName(site.name)) throw refusedFeed(site.name.text);
    await next();
  };
}

function noSuchPage(remedy: string): PathNotFoundError {
  return new PathNotFoundError("There is nothing at this address.", { remedy });
}
