import { isOnionName } from "../../schemas/location.ts";
import type { Part, Transport } from "../contracts.ts";
import { openedLocation } from "../opened_location.ts";

/** How long a site may stop in the middle of its answer. */
const IDLE_MILLISECONDS = 5_000;

/** The web: a location's host is a stranger's, and so is every host that it redirects to. */
export const httpTransport: Part<Transport> = {
  id: "http",
  settings: [],
  create: ({ outbound }) =>
    Promise.resolve([{
      id: "http",
      accepts(location) {
        const url = URL.parse(location);
        return url !== null && ["https:", "http:"].includes(url.protocol) &&
          !isOnionName(url.hostname);
      },
      async open(location, call) {
        const response = await outbound.fetch({
          url: location,
          trust: "stranger",
          maxBytes: call.maxBytes,
          timeoutMilliseconds: call.milliseconds,
          idleMilliseconds: IDLE_MILLISECONDS,
        }, call);
        return await openedLocation(response);
      },
    }]),
};
