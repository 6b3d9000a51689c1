import { Hono } from "hono";
import { build } from "./build.ts";
import { createAnswerError } from "./http/answer_error.ts";
import { headLength } from "./http/head_length.ts";
import { StartingError } from "./http/starting_error.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";

/** What whoever comes before the server is ready is answered: 503, for people as a page with its look. */
export function createStarting(
  parts: { report: (error: unknown) => void },
): Pick<Hono, "fetch"> {
  const answerError = createAnswerError(parts);
  const starting = new Hono();
  starting.use(headLength);
  starting.route("/", pagePartRoutes({ build }));
  starting.notFound(({ req }) => answerError(new StartingError(), req.raw));
  return starting;
}
