import type { Env, Hono } from "hono";
import { createAnswerError } from "../../gateway/http/answer_error.ts";

/** The routes, answering errors as the whole gateway does; one that nobody expected fails the test. */
export function answeringErrors<E extends Env>(routes: Hono<E>): Hono<E> {
  const answerError = createAnswerError({
    report: (error) => {
      throw error;
    },
  });
  return routes.onError((error, context) => answerError(error, context.req.raw));
}
