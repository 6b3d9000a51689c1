import { Hono } from "hono";
import { systemAlarm } from "../resolver/deadline.ts";
import { createApp } from "./app.ts";
import type { Gateway } from "./assemble.ts";
import { build } from "./build.ts";
import { ipfsOpenSetting } from "./config/settings.ts";
import { createAnswerError } from "./http/answer_error.ts";
import { createIpfsScope } from "./pipeline/ipfs_scope.ts";
import { createReferences } from "../resolver/content/references.ts";
import { NO_RULES } from "../resolver/rules/operator_rules.ts";
import { createParts } from "./parts.ts";
import { ipfsRoutes } from "./routes/ipfs.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";
import { NO_BACKGROUND } from "./status/status.ts";
import { createServices, ownOrigins, type ServerOptions } from "./services.ts";

/** A node without pages of feeds: `/v1/…`, `/ipfs/…` and the status page; no library for feeds. */
export async function assembleNode(options: ServerOptions): Promise<Gateway> {
  const { settings, node, rules = NO_RULES, alarm = systemAlarm, report } = options;
  const parts = await createParts(options);
  const { content, resolver } = parts;
  node?.pointers.onStored((pointer) => resolver.accept(pointer));
  const services = createServices({ ...options, parts, resolver });
  // It reads no feeds, and so knows of no content that any refers to.
  const references = createReferences({ keyValues: null });
  const { keeps } = options.background ?? NO_BACKGROUND;
  const scope = createIpfsScope({ open: settings.get(ipfsOpenSetting), references, rules, keeps });
  const app = createApp({
    origins: ownOrigins(options),
    answerError: createAnswerError({ report }),
    rules,
    routes: {
      feed: [],
      home: new Hono(),
      status: services.statusAt("/", "/status"),
      everywhere: [pagePartRoutes({ build }), ipfsRoutes({ content, scope, alarm })],
      services: services.routes,
    },
  });
  return {
    parts,
    async fetch(request, client) {
      const response = await app.fetch(request, client);
      services.count(response.status);
      return response;
    },
  };
}
