import { Hono } from "hono";
import type { GatewayEnv } from "../../gateway/http/gateway_env.ts";
import { createAnswerError } from "../../gateway/http/answer_error.ts";
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
  { alarm = systemAlarm }: { alarm?: Alarm } = {},
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const answerError = createAnswerError({ report: unexpected });
  app.use(async (context, next) => {
    const parent = context.req.raw.signal;
    using call = deadline(REQUEST_MILLISECONDS, { parent, alarm });
    context.set("call", call);
    await next();
  });
  app.route("/", ipfsRoutes({ content, alarm }));
  app.onError((error, context) => answerError(error, context.req.raw));
  return app;
}
