import type { VerifiedFolder } from "../../resolver/content/content.ts";
import type { Call } from "../../resolver/contracts.ts";
import { createFolderFiles } from "./folder_files.ts";
import { baseOf, type LinkUse, targetOf } from "./links.ts";
import type { ResolveLink } from "./sanitize_links.ts";

/**
 * The links of one feed. Files of its folder have to be looked up, all at once: whoever resolves links
 * and finds that `missing` has grown does so again after `look`.
 */
export interface FeedLinks {
  /** How links are resolved where these values of `xml:base` are in force. */
  within(bases: readonly string[]): ResolveLink;
  /** How many links so far led to files that were not looked up yet. */
  readonly missing: number;
  look(call: Call): Promise<void>;
}

/** `homePage` is what relative links of a feed without a folder mean. */
export function createFeedLinks(
  folder: VerifiedFolder | null,
  homePage: string | undefined,
): FeedLinks {
  const files = createFolderFiles(folder);
  const wanted = new Set<string>();
  let missing = 0;

  function resolve(href: string, base: URL | null, use: LinkUse): string | undefined {
    const target = targetOf(href, base, use);
    if (target.kind === "url") return target.url;
    if (target.kind === "nowhere") return undefined;
    const url = files.urlOf(target.path);
    if (url !== undefined) return url + target.fragment;
    missing++;
    wanted.add(target.path);
    return undefined;
  }

  return {
    within(bases) {
      const base = baseOf(bases, { inFolder: folder !== null, homePage });
      return (href, use) => resolve(href, base, use);
    },
    get missing() {
      return missing;
    },
    look: (call) => files.look(wanted, call),
  };
}
