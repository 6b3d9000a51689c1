import { OutboundError } from "../errors.ts";

/**
 * Tor brought no connection. Its message is for everybody: unlike another OutboundError's it names no
 * address of this machine's network.
 */
export class TorError extends OutboundError {
  override name = "TorError";

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, reason: "connection" });
  }
}
