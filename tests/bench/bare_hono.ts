import { Hono } from "hono";

/** The smallest server on the same framework, for the cold start. */
const app = new Hono();
app.get("/health", (context) => context.text("ok"));

export default { fetch: app.fetch };
