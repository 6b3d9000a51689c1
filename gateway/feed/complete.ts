import type { VerifiedFolder } from "../../resolver/content/content.ts";
import type { Call } from "../../resolver/contracts.ts";
import type { Feed, Item } from "../../schemas/feed.ts";
import {
  completeImage,
  completeItem,
  completePeople,
  type DatedItem,
  pageLink,
  plainText,
} from "./complete_item.ts";
import { readDate } from "./dates.ts";
import type { DraftFeed, DraftItem } from "./draft.ts";
import { createFeedLinks } from "./feed_links.ts";
import { readLanguage } from "./language_tag.ts";
import { present } from "./present.ts";
import { loadSanitizer } from "./sanitize.ts";
import { createPauses } from "../../resolver/turns.ts";

/** The newest ones. */
const MAX_ITEMS = 1_000;
/** Of all items together, in UTF-16 units: escaping can make HTML four times as long as its source. */
const MAX_HTML = 16 * 1024 * 1024;
const MAX_TITLE = 500;
const MAX_DESCRIPTION = 2_000;

/** What is left of a draft when everything in it is cleaned, limited and, last, sanitised. */
export async function completeFeed(
  draft: DraftFeed,
  folder: VerifiedFolder | null,
  call: Call,
): Promise<Feed> {
  const sanitizer = await loadSanitizer();
  const links = createFeedLinks(folder, draft.link);
  const feedLanguage = readLanguage(draft.language);
  const dated = newestFirst(draft.items).slice(0, MAX_ITEMS);
  const pause = createPauses(STRETCH, call);

  const completeOne = (item: DatedItem) => completeItem(item, { links, sanitizer, feedLanguage });
  const completeFrame = (): Omit<Feed, "items"> => {
    const resolve = links.within(draft.bases);
    return present<Omit<Feed, "items">>({
      title: plainText(draft.title, MAX_TITLE, sanitizer) ?? "",
      description: plainText(draft.description, MAX_DESCRIPTION, sanitizer) ?? "",
      language: feedLanguage,
      link: pageLink(draft.link, resolve),
      image: completeImage(draft.image, resolve),
      authors: completePeople(draft.authors, resolve),
      copyright: plainText(draft.copyright, MAX_TITLE, sanitizer),
      updated: readDate(draft.updated),
    });
  };

  // The first time for its links' sake: the files that they lead to are looked up with all the others.
  completeFrame();
  const incomplete = new Set<DatedItem>();
  const items = new Map<DatedItem, Item | undefined>();
  let html = 0;
  for (const item of dated) {
    const before = links.missing;
    const completed = completeOne(item);
    html += completed?.html?.length ?? 0;
    if (html > MAX_HTML) break;
    items.set(item, completed);
    if (links.missing > before) incomplete.add(item);
    await pause(lengthOf(item.draft));
  }
  await links.look(call);
  for (const item of incomplete) {
    items.set(item, completeOne(item));
    await pause(lengthOf(item.draft));
  }
  return { ...completeFrame(), items: withoutDuplicates([...items.values()]) };
}

function newestFirst(items: readonly DraftItem[]): DatedItem[] {
  const dated = items.map((draft) => ({
    draft,
    published: readDate(draft.published),
    updated: readDate(draft.updated),
  }));
  const date = ({ published, updated }: DatedItem) => published ?? updated ?? "";
  return dated.sort((a, b) => date(a) === date(b) ? 0 : date(a) < date(b) ? 1 : -1);
}

/** Of items with the same guid the newest stays: readers would show only one of them anyway. */
function withoutDuplicates(items: readonly (Item | undefined)[]): Item[] {
  const byGuid = new Map<string, Item>();
  for (const item of items) {
    if (item !== undefined && !byGuid.has(item.guid)) byGuid.set(item.guid, item);
  }
  return [...byGuid.values()];
}

/** HTML sanitised at a stretch, in UTF-16 units: about 10 ms. Other visitors get their turn between. */
const STRETCH = 64 * 1024;

function lengthOf({ title, summary, content }: DraftItem): number {
  return [title, summary, content].reduce((sum, text) => sum + (text?.value.length ?? 0), 0);
}
