import { Hono } from "hono";
import { deadline } from "../../resolver/deadline.ts";
import { NotFoundError } from "../../resolver/errors.ts";
import type { Identifier } from "../../resolver/identify.ts";
import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";
import type { Node } from "../../resolver/node/node.ts";
import { identifyServed } from "../../resolver/rules/identify_served.ts";
import type { OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { identityText } from "../../schemas/identity.ts";
import { parseName } from "../../schemas/name.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { operatorOnly } from "../http/operator.ts";

/** All name systems to their own deadline: 5 s. */
const IDENTIFY_MILLISECONDS = 8_000;

/** What the routes work with. */
export interface FollowRoutesOptions {
  readonly node: Node;
  readonly identifier: Identifier;
  /** Everybody who is followed, as the keeper sees it. */
  readonly followed: () => readonly FollowedFeed[];
  /** Who is refused is not followed. */
  readonly rules: OperatorRules;
}

/**
 * `/v1/admin/follows`: whom this node follows. `PUT` and `DELETE` of a name are the same however often
 * they are asked for.
 */
export function followRoutes(options: FollowRoutesOptions): Hono<ServiceEnv> {
  const { node: { follows, adminToken }, followed } = options;
  const routes = new Hono<ServiceEnv>();
  routes.use("/v1/admin/follows/*", operatorOnly(adminToken), async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });

  routes.get("/v1/admin/follows", (context) => context.json({ followed: followed() }));

  routes.put("/v1/admin/follows/:name", async (context) => {
    const name = parseName(context.req.param("name"));
    using limit = deadline(IDENTIFY_MILLISECONDS, { parent: context.req.raw.signal });
    const known = follows.get(name);
    const follow = known ??
      follows.add(name, (await identifyServed(name, options, limit)).identity);
    return context.json({
      name: name.text,
      identity: identityText(follow.identity),
      known: known !== null,
    });
  });

  routes.delete("/v1/admin/follows/:name", (context) => {
    const name = parseName(context.req.param("name"));
    if (follows.remove(name)) return context.body(null, 204);
    throw new NotFoundError(`${name.text} is not followed here.`, { incomplete: false });
  });

  return routes;
}
