import { UnavailableError } from "./errors.ts";

/** Too much of one kind is under way; nothing is known about the one that was asked for. */
export function overloaded(): UnavailableError {
  return new UnavailableError("This gateway has too much under way at the moment.", {
    remedy: "Try again in a moment.",
  });
}
