import { OurSpaceError } from "../../schemas/errors.ts";

/** The server listens and has still to load what answers. It answers 503. */
export class StartingError extends OurSpaceError {
  override name = "StartingError";

  constructor() {
    super("The gateway is not ready yet.", { remedy: "Try again in a moment." });
  }
}
