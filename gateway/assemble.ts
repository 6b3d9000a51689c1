import type { Clock } from "../resolver/contracts.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import type { Node } from "../resolver/node/node.ts";
import type { Resolver } from "../resolver/resolver.ts";
import type { Settings } from "../schemas/setting.ts";
import { type App, createApp } from "./app.ts";
import { build } from "./build.ts";
import { readFeed } from "./feed/read_feed.ts";
import { withHotAnswers } from "./hot_answers.ts";
import { createAnswerError } from "./http/answer_error.ts";
import { processMetrics } from "./http/process_metrics.ts";
import { createRequestCounter } from "./http/request_counter.ts";
import { createParts, type Parts } from "./parts.ts";
import { createFeeds } from "./pipeline/feeds.ts";
import { createRepresentations } from "./pipeline/representations.ts";
import { createRespond } from "./pipeline/respond.ts";
import { createVisits } from "./pipeline/visits.ts";
import { renderers } from "./render/mod.ts";
import { adminRoutes } from "./routes/admin.ts";
import { feedRoutes } from "./routes/feed.ts";
import { healthRoutes } from "./routes/health.ts";
import { homeRoutes } from "./routes/home.ts";
import { ipfsRoutes } from "./routes/ipfs.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";
import { pointerRoutes } from "./routes/pointers.ts";
import { proofRoutes } from "./routes/proof.ts";

/** A gateway that answers requests, on whatever listens for it. */
export interface Gateway extends App {
  readonly parts: Parts;
}

/** Settings and a node, or none, become a gateway. `signal` ends what goes on in the background. */
export async function assembleGateway(options: {
  settings: Settings;
  node: Node | null;
  network: PointerNetwork | null;
  /** The gateway's own address, for links. */
  publicOrigin: URL;
  /** The path of the feed that the front page shows; null for none. */
  welcomePath: string | null;
  clock: Clock;
  ready: () => boolean;
  signal: AbortSignal;
  report: (problem: unknown) => void;
}): Promise<Gateway> {
  const { node, publicOrigin, welcomePath, clock, ready, signal, report } = options;
  const parts = await createParts(options);
  const { content, identifier, sources, verifier } = parts;
  const resolver: Resolver = {
    resolve: parts.resolver.resolve,
    accept(pointer) {
      parts.resolver.accept(pointer);
      app.forget();
    },
  };
  // Whatever way a pointer came by, it is the floor of the next answer.
  node?.pointers.onStored((pointer) => resolver.accept(pointer));

  const visits = createVisits({ identifier, resolver });
  const feeds = createFeeds({ content, readFeed, clock });
  const representations = createRepresentations({ build });
  const respond = createRespond({ feeds, representations, clock });
  const peers = sources.filter((source) => source.offer !== undefined);

  const requests = createRequestCounter();
  const metrics = [requests.metric, ...processMetrics({ startedAt: clock(), node })];

  const app = withHotAnswers(
    createApp({
      publicOrigin,
      answerError: createAnswerError({ report }),
      routes: {
        feed: [feedRoutes({ visits, respond, renderers }), proofRoutes({ visits, feeds })],
        home: homeRoutes({ welcomePath }),
        everywhere: [pagePartRoutes({ build }), ipfsRoutes({ content })],
        services: [
          pointerRoutes({ resolver, node, verifier, peers, clock, signal }),
          ...(node === null ? [] : [adminRoutes({ node })]),
          healthRoutes({ ready, metrics }),
        ],
      },
    }),
    { clock, count: requests.count },
  );
  return { fetch: app.fetch, parts };
}
