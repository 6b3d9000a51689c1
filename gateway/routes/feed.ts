import { Hono } from "hono";
import { PathNotFoundError } from "../../resolver/errors.ts";
import { namePath } from "../../schemas/name.ts";
import { FOR_READERS } from "../http/cache_policy.ts";
import { isBrowser } from "../http/client_kind.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import type { FeedRequest, Respond } from "../pipeline/respond.ts";
import type { Visits } from "../pipeline/visits.ts";
import type { Renderer } from "../render/renderer.ts";

/** base32 of 16 bytes: what can be an item's id at all. */
const POST_ID = /^[a-z2-7]{26}$/;

/** A feed's page, its posts and its formats, under whatever path the app mounts them. */
export function feedRoutes(parts: {
  visits: Visits;
  respond: Respond;
  renderers: readonly Renderer[];
}): Hono<GatewayEnv> {
  const { visits, respond, renderers } = parts;
  const routes = new Hono<GatewayEnv>();
  const page = rendererAt("");
  const rss = rendererAt("feed.xml");

  routes.get("/", async (context) => {
    const { name, call } = context.var;
    const { site } = context.env;
    const request = context.req.raw;
    const asked = { request, site, visit: await visits(name, call) };
    if (isBrowser(request.headers)) {
      return await respond({ ...asked, renderer: page, view: "page" }, call);
    }
    const home = site.kind === "domain" ? "" : namePath(name);
    const headers = { "Cache-Control": FOR_READERS, "Content-Location": `${home}/feed.xml` };
    return await respond({ ...asked, renderer: rss, view: "page", headers }, call);
  });

  for (const renderer of renderers.filter(({ path }) => path !== "")) {
    routes.get(`/${renderer.path}`, async (context) => {
      const { name, call } = context.var;
      const { site } = context.env;
      const request = context.req.raw;
      const visit = await visits(name, call);
      const asked: FeedRequest = { request, site, visit, renderer, view: "page" };
      const explain = renderer === rss && isBrowser(request.headers) &&
        context.req.query("raw") === undefined;
      if (!explain) return await respond(asked, call);
      return await respond({ ...asked, renderer: page, view: "feed" }, call);
    });
  }

  routes.get("/posts/:id", async (context) => {
    const { name, call } = context.var;
    const { site } = context.env;
    const postId = context.req.param("id");
    if (!POST_ID.test(postId)) {
      throw new PathNotFoundError("This is no post's address.", {
        remedy: "The links on the feed's page lead to its posts.",
      });
    }
    const visit = await visits(name, call);
    const request = context.req.raw;
    return await respond({ request, site, visit, renderer: page, view: "post", postId }, call);
  });

  return routes;

  function rendererAt(path: string): Renderer {
    const found = renderers.find((renderer) => renderer.path === path);
    if (found === undefined) throw new Error(`no renderer has the path "${path}"`);
    return found;
  }
}
