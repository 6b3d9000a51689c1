import type { Call } from "../../resolver/contracts.ts";
import type { Name } from "../../schemas/name.ts";
import type { Site } from "./site.ts";

/** Who asks. */
export interface Client {
  /** As the listener sees it; empty where the platform tells none. Asking for it costs a system call. */
  readonly remoteAddress: string;
}

/** What handlers of the services' routes (`/v1/…`) find in Hono's context. */
export interface ServiceEnv {
  Bindings: Client;
}

/** What handlers of a feed's routes find in Hono's context. */
export interface GatewayEnv {
  Bindings: {
    readonly site: Site;
  };
  Variables: {
    /** Whose feed the route is about. */
    name: Name;
    /** Ends when the visitor leaves or the request's deadline passes. */
    call: Call;
  };
}
