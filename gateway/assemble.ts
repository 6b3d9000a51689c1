import { type App, createApp } from "./app.ts";
import { build } from "./build.ts";
import { readFeed } from "./feed/read_feed.ts";
import { withHotAnswers } from "./hot_answers.ts";
import { createAnswerError } from "./http/answer_error.ts";
import { createParts, type Parts } from "./parts.ts";
import { ipfsOpenSetting } from "./config/settings.ts";
import { createFeeds } from "./pipeline/feeds.ts";
import { createIpfsScope } from "./pipeline/ipfs_scope.ts";
import { createRepresentations } from "./pipeline/representations.ts";
import { createRespond } from "./pipeline/respond.ts";
import { createVisits } from "./pipeline/visits.ts";
import { renderers } from "./render/mod.ts";
import { feedRoutes } from "./routes/feed.ts";
import { homeRoutes } from "./routes/home.ts";
import { ipfsRoutes } from "./routes/ipfs.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";
import { proofRoutes } from "./routes/proof.ts";
import { NO_BACKGROUND } from "./status/status.ts";
import { createServices, ownOrigins, type ServerOptions } from "./services.ts";
import { createReferences } from "../resolver/content/references.ts";
import { systemAlarm } from "../resolver/deadline.ts";
import type { Resolver } from "../resolver/resolver.ts";
import { NO_RULES, type OperatorRules } from "../resolver/rules/operator_rules.ts";
import { parseName } from "../schemas/name.ts";

/** A server that answers requests, on whatever listens for it. */
export interface Gateway extends App {
  readonly parts: Parts;
}

/** Settings and a node, or none, become a gateway. */
export async function assembleGateway(
  options: ServerOptions & {
    /** The path of the feed that the front page shows; null for none. */
    welcomePath: string | null;
  },
): Promise<Gateway> {
  const { settings, node, welcomePath, background = NO_BACKGROUND, rules = NO_RULES } = options;
  const { clock, alarm = systemAlarm, report } = options;
  const parts = await createParts(options);
  const { content, identifier } = parts;
  const resolver: Resolver = {
    resolve: parts.resolver.resolve,
    accept(pointer) {
      parts.resolver.accept(pointer);
      app.forget();
    },
  };
  // Whatever way a pointer came by, it is the floor of the next answer.
  node?.pointers.onStored((pointer) => resolver.accept(pointer));

  const visits = createVisits({ identifier, resolver, rules });
  const references = createReferences({ keyValues: node?.keyValues ?? null, rules });
  const feeds = createFeeds({ content, readFeed, references, rules, clock });
  const scope = createIpfsScope({
    open: settings.get(ipfsOpenSetting),
    references,
    rules,
    keeps: background.keeps,
    readFeed: async (name, call) =>
      await feeds.load((await visits(name, call)).resolution.pointer, call),
  });
  const representations = createRepresentations({ build });
  const respond = createRespond({ feeds, representations, clock });
  const services = createServices({ ...options, parts, resolver });

  const app = withHotAnswers(
    createApp({
      origins: ownOrigins(options),
      answerError: createAnswerError({ report }),
      rules,
      routes: {
        feed: [feedRoutes({ visits, respond, renderers }), proofRoutes({ visits, feeds })],
        home: homeRoutes({ welcomePath: () => servedPath(welcomePath, rules) }),
        status: services.statusAt("/status"),
        everywhere: [pagePartRoutes({ build }), ipfsRoutes({ content, scope, alarm })],
        services: services.routes,
      },
    }),
    { clock, count: services.count },
  );
  rules.onChange(app.forget);
  return { fetch: app.fetch, parts };
}

/** A feed's path, unless the rules refuse the feed. */
function servedPath(path: string | null, rules: OperatorRules): string | null {
  return path === null || rules.refusesName(parseName(path.slice(1))) ? null : path;
}
