import type { Feed, Item } from "../../schemas/feed.ts";
import type { Identity } from "../../schemas/identity.ts";
import type { Name } from "../../schemas/name.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";

/** What a rendering needs to know beside the feed. Nothing of "now", of caches or of sources. */
export interface PageContext {
  readonly name: Name;
  readonly identity: Identity;
  readonly pointer: VerifiedPointer;
  /** `https://gateway.example`, no slash at the end: what absolute links start with. */
  readonly origin: string;
  /** `/alice.example`, or empty on a custom domain: what a feed's own routes start with. */
  readonly basePath: string;
  /** False when nobody has the account's key any more: the page then asks for no money. */
  readonly payable: boolean;
  /** True when the feed names the domain back (the channel's link). Only for DNS and ENS names. */
  readonly domainVerified: boolean;
  /** True when the domain's record was checked by DNSSEC. */
  readonly domainAuthenticated: boolean;
  /**
   * A copy is shown because nobody could be asked, the domain's record could not be looked up again, or
   * the newest content could not be fetched.
   */
  readonly stale: boolean;
  /** `feed`: a browser navigated to the feed's own address and wants to be told what to do with it. */
  readonly view: "page" | "feed" | "post";
  /** The one item of a `post` view. */
  readonly item?: Item;
}

/** An output format: one file, and one line in mod.ts. */
export interface Renderer {
  readonly id: string;
  /** With the charset. */
  readonly mediaType: string;
  /** The route under the name, e.g. `feed.xml`; empty for the page itself. */
  readonly path: string;
  render(feed: Feed, page: PageContext): Promise<Uint8Array<ArrayBuffer>>;
}
