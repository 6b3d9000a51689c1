import { RefusedByOperatorError } from "../errors.ts";

/** Nobody is told which rule it was: a list of double hashes exists so that nobody reads from it what it means. */
const REMEDY = "Whoever runs this gateway decided so. Another gateway may serve it.";

/** For a name or an account that the operator does not serve. */
export function refusedFeed(name: string): RefusedByOperatorError {
  return new RefusedByOperatorError(`The operator of this gateway does not serve ${name}.`, {
    remedy: REMEDY,
  });
}

/** For content that the operator does not serve. */
export function refusedContent(): RefusedByOperatorError {
  return new RefusedByOperatorError("The operator of this gateway does not serve this content.", {
    remedy: REMEDY,
  });
}
