import { OurSpaceError } from "../../schemas/errors.ts";
import type { Part, Transport } from "../contracts.ts";

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
          !url.hostname.endsWith(".onion");
      },
      async open(location, call) {
        const response = await outbound.fetch({
          url: location,
          trust: "stranger",
          maxBytes: call.maxBytes,
          timeoutMilliseconds: call.milliseconds,
          idleMilliseconds: IDLE_MILLISECONDS,
        }, call);
        if (response.status !== 200) {
          await response.body.cancel();
          throw new OurSpaceError(`It answered with status ${response.status}.`);
        }
        return { body: response.body, mediaType: response.headers.get("Content-Type") ?? "" };
      },
    }]),
};
