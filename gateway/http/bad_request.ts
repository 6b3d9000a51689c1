import { OurSpaceError } from "../../schemas/errors.ts";

/** A request that says nothing that could be answered. The gateway answers 400. */
export class BadRequestError extends OurSpaceError {
  override name = "BadRequestError";
}
