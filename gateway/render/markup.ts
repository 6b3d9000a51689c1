import { escapeHtml } from "../escape_html.ts";

/** HTML that can be written as it is. Only `html` makes it, so text gets in through escaping alone. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: markup as it is, text and numbers escaped, an absent value skipped. */
export type MarkupValue = Markup | string | number | null | undefined | readonly MarkupValue[];

/** A tagged template for HTML. Values may stand in text and in quoted attributes, nowhere else. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(write)));
}

function write(value: MarkupValue): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(write).join("");
  return escapeHtml(String(value));
}
