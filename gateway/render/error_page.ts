import type { RoadReport } from "../../resolver/errors.ts";
import { html, type Markup } from "./markup.ts";
import { plainPage } from "./plain_page.ts";

/** What the page of an error says. */
export interface ErrorPageContent {
  /** The HTTP status. */
  readonly status: number;
  readonly title: string;
  /** What happened, in a sentence. It may quote what the visitor typed. */
  readonly detail: string;
  /** What the visitor can do; wallet addresses in it become links. Empty when there is nothing. */
  readonly remedy: string;
  /** Where the content was looked for. */
  readonly roads: readonly Pick<RoadReport, "road" | "outcome" | "reason">[];
  /** The visitor is at `/` already, as at a domain that has no record. */
  readonly atStart?: boolean;
  /** The path of the feed's page, when the feed is there and only a post of it is not. */
  readonly feedPath?: string;
}

const OUTCOMES: Record<RoadReport["outcome"], string> = {
  delivered: "delivered",
  none: "does not have it",
  failed: "failed",
  forged: "sent something else",
  refused: "does not serve it",
  skipped: "not tried",
};

/** What a person sees instead of the page that was asked for. */
export function errorPage(content: ErrorPageContent): Uint8Array<ArrayBuffer> {
  const { status, title, detail, remedy, roads, atStart, feedPath } = content;
  return plainPage({
    title: `${title} – OurSpace`,
    main: html`
      <p class="status">Error ${status}</p>
      <h1>${title}</h1>
      <p class="lead">${detail}</p>
      ${remedy === "" ? null : html`<p>${withLinks(remedy)}</p>`}
      ${roads.length === 0 ? null : roadList(roads)}
      ${atStart ? null : wayOut(feedPath)}
    `,
  });
}

function wayOut(feedPath: string | undefined): Markup {
  return feedPath === undefined
    ? html`<p><a class="button" href="/">To the start page</a></p>`
    : html`<p><a class="button" href="${feedPath}">To the feed</a></p>`;
}

/** A remedy for a mistyped address names the right one: one click is better than typing it again. */
function withLinks(text: string): Markup[] {
  return text.split(/((?:eip155:\d+:)?0x[0-9a-fA-F]{40}\b)/).map((part, index) =>
    index % 2 === 1 ? html`<a class="long" href="/${part}">${part}</a>` : html`${part}`
  );
}

function roadList(roads: ErrorPageContent["roads"]): Markup {
  return html`
    <section class="roads">
      <h2>Where the content was looked for</h2>
      <ul>${roads.map(roadItem)}</ul>
    </section>
  `;
}

function roadItem({ road, outcome, reason }: ErrorPageContent["roads"][number]): Markup {
  return html`
    <li>
      <strong>${road}</strong> ${OUTCOMES[outcome]}
      ${says(outcome, reason) ? html`<span class="reason">${reason}</span>` : null}
    </li>
  `;
}

/** Why a place does not have it is that it is not there. */
function says(outcome: RoadReport["outcome"], reason: string): boolean {
  return outcome !== "none" && reason !== "";
}
