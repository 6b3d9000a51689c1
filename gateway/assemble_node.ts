import { Hono } from "hono";
import { systemAlarm } from "../resolver/deadline.ts";
import { createApp } from "./app.ts";
import type { Gateway } from "./assemble.ts";
import { build } from "./build.ts";
import { createAnswerError } from "./http/answer_error.ts";
import { createParts } from "./parts.ts";
import { ipfsRoutes } from "./routes/ipfs.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";
import { createServices, type ServerOptions } from "./services.ts";

/** A node without pages of feeds: `/v1/…`, `/ipfs/…` and the status page; no library for feeds. */
export async function assembleNode(options: ServerOptions): Promise<Gateway> {
  const { node, publicOrigin, alarm = systemAlarm, report } = options;
  const parts = await createParts(options);
  const { content, resolver } = parts;
  node?.pointers.onStored((pointer) => resolver.accept(pointer));
  const services = createServices({ ...options, parts, resolver });
  const app = createApp({
    publicOrigin,
    answerError: createAnswerError({ report }),
    routes: {
      feed: [],
      home: new Hono(),
      status: services.statusAt("/", "/status"),
      everywhere: [pagePartRoutes({ build }), ipfsRoutes({ content, alarm })],
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
