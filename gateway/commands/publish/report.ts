import type { NetworkPut } from "../../../resolver/network/network.ts";
import { type Identity, identityText } from "../../../schemas/identity.ts";
import { isWithdrawn, type VerifiedPointer } from "../../../schemas/pointer.ts";
import { formatBytes } from "../../format_bytes.ts";
import type { PreparedContent } from "./content.ts";
import type { Delivery } from "./deliver.ts";

/** What the command reached. */
export interface Publication {
  readonly pointer: VerifiedPointer;
  /** Null when the feed was withdrawn. */
  readonly content: PreparedContent | null;
  /** The pointer was held before, and was only delivered again. */
  readonly unchanged: boolean;
  readonly deliveries: readonly Delivery[];
  /** Names of places that are no nodes and took the content. */
  readonly otherHolders: readonly string[];
  /** How many nodes of the network, neither the own one nor peers, hold the content already. */
  readonly networkHolders: number;
  /** Where the own node's pages are, or will be when it runs; null without an own node. */
  readonly ownUrl: string | null;
  /** What became of it in the pointer network; null when there was no way into it. */
  readonly network: NetworkPut | null;
}

/** The result in lines. */
export function reportLines(publication: Publication): string[] {
  const { pointer, deliveries, otherHolders, networkHolders: nodes } = publication;
  const pointers = deliveries.filter(({ holdsPointer }) => holdsPointer).length;
  const contents = deliveries.filter(({ holdsContent }) => holdsContent).length;
  const withdrawn = isWithdrawn(pointer);
  const inNetwork = nodes === 0
    ? []
    : [nodes === 1 ? "1 more node of the network" : `${nodes} more nodes of the network`];
  return [
    headline(publication),
    `Address:   ${identityText(pointer.identity)}`,
    `Timestamp: ${pointer.timestamp}`,
    ...(withdrawn ? [] : [`CID:       ${pointer.cid}`]),
    `Pointer:   held by ${pointers} of ${deliveries.length} places`,
    ...(withdrawn ? [] : [
      `Content:   held by ${
        [`${contents} of ${deliveries.length} places`, ...otherHolders, ...inNetwork].join(", ")
      }`,
    ]),
    ...(publication.network === null ? [] : [networkLine(publication.network)]),
    ...deliveries.map((delivery) => placeLine(delivery, publication.content)),
    ...pageLines(publication),
  ];
}

/** True when others can find the pointer, and its content, somewhere. */
export function isPublished({ pointer, deliveries, otherHolders }: Publication): boolean {
  const hasContent = isWithdrawn(pointer) || otherHolders.length > 0 ||
    pointer.locations.length > 0 || deliveries.some(({ holdsContent }) => holdsContent);
  return hasContent && deliveries.some(({ holdsPointer }) => holdsPointer);
}

function headline(publication: Publication): string {
  const { content, unchanged } = publication;
  if (content === null) {
    if (!isPublished(publication)) return "Not withdrawn: nobody took the pointer.";
    return unchanged ? "The feed is withdrawn already." : "The feed is withdrawn.";
  }
  const { feed, fileCount, dag } = content;
  const posts = feed.items.length === 1 ? "1 post" : `${feed.items.length} posts`;
  const files = fileCount === 1 ? "1 file" : `${fileCount} files`;
  const what = `“${feed.title}”: ${posts}, ${files}, ${formatBytes(dag.byteCount)}.`;
  if (!isPublished(publication)) return `Not published: nobody could find or read it. ${what}`;
  return unchanged
    ? `Nothing has changed since the last publication; it was delivered again. ${what}`
    : `Published ${what}`;
}

function networkLine({ confirmed, failed }: NetworkPut): string {
  if (confirmed === 0 && failed === 0) return "Network:   no other node can be asked yet";
  const nodes = confirmed === 1 ? "1 node holds" : `${confirmed} nodes hold`;
  return `Network:   ${nodes} it${failed === 0 ? "" : `, ${failed} did not answer or take it`}`;
}

function placeLine(delivery: Delivery, content: PreparedContent | null): string {
  const { place, holdsPointer, reason } = delivery;
  const state = holdsPointer ? holdings(delivery, content) : "does not hold the pointer";
  return `  ${place.name}: ${state}${reason === "" ? "" : `. ${reason}`}`;
}

function holdings({ place, holdsContent }: Delivery, content: PreparedContent | null): string {
  if (content === null) return "holds the pointer";
  if (!holdsContent) return "holds the pointer, not the content yet";
  // Only the own node was given every file.
  return place.own || content.fileCount === 1
    ? "holds both"
    : "holds both; files beside the feed come when a reader there opens them";
}

function pageLines({ pointer, deliveries, ownUrl }: Publication): string[] {
  if (isWithdrawn(pointer)) return [];
  const urls = deliveries.flatMap(({ place, hasPage }) => {
    const url = place.own ? ownUrl : place.url;
    return hasPage && url !== null ? [pageUrl(url, pointer.identity)] : [];
  });
  const sleeping = deliveries.some(({ place }) => place.own && place.url === null);
  return [
    ...urls.map((url, index) => `${index === 0 ? "Page:      " : "           "}${url}`),
    ...(sleeping
      ? [
        "Your node is not running: readers and peers can fetch the content when it is.",
        "Start it with: deno task start",
      ]
      : []),
  ];
}

function pageUrl(base: string, identity: Identity): string {
  return `${base}/${identityText(identity)}`;
}
