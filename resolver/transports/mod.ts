import type { Part, Transport } from "../contracts.ts";
import { httpTransport } from "./http.ts";
import { torTransport } from "./tor.ts";

/** The roads to a pointer's locations. A location goes to the first transport that accepts it. */
export const transports: readonly Part<Transport>[] = [httpTransport, torTransport];
