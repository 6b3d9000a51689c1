import { OurSpaceError } from "../../schemas/errors.ts";

/**
 * Tor brought no connection. Its message is for everybody: unlike an OutboundError's it never names an
 * address of this machine's network.
 */
export class TorError extends OurSpaceError {
  override name = "TorError";
}
