import { DAG_PB, parseCid, RAW } from "../../resolver/content/cid.ts";

/** Where a link of a feed leads. */
export type Target =
  /** Absolute, or root-relative for content that the gateway serves (`/ipfs/…`). */
  | { readonly kind: "url"; readonly url: string }
  /** A file of the folder that the feed lies in; the path is decoded and has no dot segments. */
  | { readonly kind: "file"; readonly path: string; readonly fragment: string }
  | { readonly kind: "nowhere" };

/** `media`: what a page loads by itself. */
export type LinkUse = "link" | "media";

const NOWHERE: Target = { kind: "nowhere" };

const SCHEMES: Record<LinkUse, readonly string[]> = {
  // Pages, people and money. None of these runs anything or reads a file.
  link: ["https:", "http:", "mailto:", "tel:", "xmpp:", "magnet:", "ethereum:"],
  media: ["https:", "http:"],
};

/** Magnet links are the longest in use. */
const MAX_LENGTH = 4_096;

/**
 * The folder of the feed as a URL, for the URL parser to resolve against (RFC 2606 keeps `.invalid` from
 * ever being a host). It lies one level deep, so that a path that leaves the folder is told from the rest.
 */
const FOLDER = new URL("https://folder.invalid/in/");

/**
 * What relative links of a document are relative to: the innermost `xml:base`, itself relative to the
 * outer ones; at last the folder, or for a single file the home page that the feed names.
 */
export function baseOf(
  bases: readonly string[],
  document: { inFolder: boolean; homePage: string | undefined },
): URL | null {
  const outermost = document.inFolder ? FOLDER : URL.parse(document.homePage ?? "");
  return bases.reduce<URL | null>((outer, base) => parse(base, outer) ?? outer, outermost);
}

/** `base` as `baseOf` gives it; null when nothing is known that a relative link could mean. */
export function targetOf(href: string, base: URL | null, use: LinkUse): Target {
  const text = href.trim();
  // Sanitised HTML has no ids, so a link into the same page leads nowhere.
  if (text === "" || text.startsWith("#") || text.length > MAX_LENGTH) return NOWHERE;
  const ipfs = ipfsPath(text);
  if (ipfs !== null) return { kind: "url", url: ipfs };
  const url = parse(text, base);
  if (url === null) return NOWHERE;
  if (url.host === FOLDER.host) return folderTarget(url);
  if (!SCHEMES[use].includes(url.protocol)) return NOWHERE;
  return { kind: "url", url: url.href };
}

function parse(text: string, base: URL | null): URL | null {
  // A path from the root means the folder's root.
  const fromRoot = base?.host === FOLDER.host && /^[/\\](?![/\\])/.test(text);
  const url = URL.parse(fromRoot ? FOLDER.pathname + text.slice(1) : text, base ?? undefined);
  return url ?? (text.startsWith("//") ? URL.parse(`https:${text}`) : null);
}

/** `ipfs://` and `dweb:` URLs, and the path that gateways serve such content at. */
const IPFS = /^(?:ipfs:(?:\/\/)?(?:ipfs\/)?|(?:dweb:)?\/ipfs\/)([a-z0-9]{1,128})([/?#].*)?$/is;
/** Codecs whose content is files. */
const FILE_CODECS = [RAW, DAG_PB];

function ipfsPath(text: string): string | null {
  const [, written = "", rest = ""] = IPFS.exec(text) ?? [];
  const cid = parseCid(written);
  const url = URL.parse(rest, FOLDER.origin);
  if (cid === null || url === null || !FILE_CODECS.includes(cid.code)) return null;
  return `/ipfs/${cid.toV1()}${url.pathname === "/" ? "" : url.pathname}${url.hash}`;
}

function folderTarget({ pathname, hash }: URL): Target {
  if (!pathname.startsWith(FOLDER.pathname)) return NOWHERE;
  try {
    const path = decodeURIComponent(pathname.slice(FOLDER.pathname.length));
    return path === "" ? NOWHERE : { kind: "file", path, fragment: hash };
  } catch {
    return NOWHERE;
  }
}
