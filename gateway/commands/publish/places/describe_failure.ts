import { OutboundError } from "../../../../resolver/errors.ts";
import { TorError } from "../../../../resolver/outbound/tor_error.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";

/** Why another place failed, in words that follow its name. It never ends the command. */
export function describeFailure(error: unknown): OurSpaceError {
  if (error instanceof TorError) return error;
  if (error instanceof OutboundError && error.reason === "connection") {
    return new OurSpaceError("It cannot be reached.", { cause: error });
  }
  if (error instanceof OutboundError && error.reason === "timeout") {
    return new OurSpaceError("It did not answer in time.", { cause: error });
  }
  if (error instanceof OurSpaceError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new OurSpaceError(`It failed: ${reason}`, { cause: error });
}
