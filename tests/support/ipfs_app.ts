import { Hono } from "hono";
import type { GatewayEnv } from "../../gateway/http/gateway_env.ts";
import { createAnswerError } from "../../gateway/http/answer_error.ts";
import type { IpfsScope } from "../../gateway/pipeline/ipfs_scope.ts";
import { ipfsRoutes } from "../../gateway/routes/ipfs.ts";
import type { ContentReader } from "../../resolver/content/content.ts";
import {
  type Alarm,
  deadline,
  REQUEST_MILLISECONDS,
  systemAlarm,
} from "../../resolver/deadline.ts";
import { unexpected } from "./content.ts";

/** The `/ipfs` routes as the gateway mounts them, with errors answered and a deadline. */
export function ipfsApp(
  content: ContentReader,
  { scope = () => Promise.resolve("all"), alarm = systemAlarm }: {
    alarm?: Alarm;
    scope?: IpfsScope;
  } = {},
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const answerError = createAnswerError({ report: unexpected });
  app.use(async (context, next) => {
    const parent = context.req.raw.signal;
    using call = deadline(REQUEST_MILLISECONDS, { parent, alarm });
    context.env = { site: { kind: "own", origin: "https://gateway.example", onionLocation: null } };
    context.set("call", call);
    await next();
  });
  app.route("/", ipfsRoutes({ content, scope, alarm }));
  app.onError((error, context) => answerError(error, context.req.raw));
  return app;
}
