/** The scripts that are written from right to left and have living languages (CLDR). */
const RIGHT_TO_LEFT_SCRIPTS = new Set([
  "Adlm",
  "Arab",
  "Aran",
  "Hebr",
  "Mand",
  "Mend",
  "Nkoo",
  "Rohg",
  "Samr",
  "Syrc",
  "Thaa",
  "Yezi",
]);

/** The values of HTML's `dir`. */
export type Direction = "ltr" | "rtl" | "auto";

/** How a language is written. `auto` when the feed names none: the text itself decides then. */
export function directionOf(language: string | undefined): Direction {
  if (language === undefined) return "auto";
  const script = new Intl.Locale(language).maximize().script ?? "";
  return RIGHT_TO_LEFT_SCRIPTS.has(script) ? "rtl" : "ltr";
}

/** One of their letters; `Aran` is Arabic in another hand, and no script of Unicode's. */
const RIGHT_TO_LEFT_LETTER = `[${
  [...RIGHT_TO_LEFT_SCRIPTS].filter((script) => script !== "Aran")
    .map((script) => `\\p{Script=${script}}`).join("")
}]`;
const RIGHT_TO_LEFT = new RegExp(RIGHT_TO_LEFT_LETTER, "u");
const EACH_RIGHT_TO_LEFT = new RegExp(RIGHT_TO_LEFT_LETTER, "gu");

/**
 * How a text is evidently written: most of its letters are written so. Nothing when they are mixed, as where
 * programs are quoted, or when there are none.
 */
export function directionOfText(text: string): "ltr" | "rtl" | undefined {
  // Most feeds have none, and to look costs less than to count.
  if (!RIGHT_TO_LEFT.test(text)) return /\p{Letter}/u.test(text) ? "ltr" : undefined;
  const letters = text.match(/\p{Letter}/gu)?.length ?? 0;
  if (letters === 0) return undefined;
  const share = (text.match(EACH_RIGHT_TO_LEFT)?.length ?? 0) / letters;
  if (share > 0.5) return "rtl";
  return share < 0.1 ? "ltr" : undefined;
}

/** The language's name in that language itself, e.g. `Deutsch`. */
export function languageName(language: string): string {
  const names = new Intl.DisplayNames([language, "en"], { type: "language" });
  return names.of(language) ?? language;
}

/** Dates for people, in UTC, so that one pointer gives the same text everywhere. */
export interface DateTexts {
  /** E.g. `20 November 2026`. */
  date(rfc3339: string): string;
  /** E.g. `20 November 2026 at 08:22 UTC`. */
  instant(rfc3339: string): string;
}

/** The second locale is there because the machine's own would be taken for an unknown language. */
export function dateTexts(language: string | undefined): DateTexts {
  const locales = [language ?? "en-GB", "en-GB"];
  const date = new Intl.DateTimeFormat(locales, { dateStyle: "long", timeZone: "UTC" });
  const instant = new Intl.DateTimeFormat(locales, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return {
    date: (rfc3339) => date.format(new Date(rfc3339)),
    instant: (rfc3339) => `${instant.format(new Date(rfc3339))} UTC`,
  };
}
