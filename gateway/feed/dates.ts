/**
 * Dates as feeds have them become RFC 3339 in UTC; what is no date becomes nothing. `Date.parse` is no
 * choice: it takes a date without a zone for the machine's own, so the same feed would differ by place.
 */
export function readDate(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  const parts = readRfc3339(text.trim()) ?? readRfc822(text.trim());
  return parts === undefined ? undefined : instantOf(parts);
}

const MAX_LENGTH = 64;

interface DateParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

/** RFC 3339, and the shorter forms of W3CDTF: without the zone, the time, the day or the month. */
const RFC_3339 =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/i;

function readRfc3339(text: string): DateParts | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = "0"] =
    match;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1000),
    offset: offsetOf(match[8]),
  };
}

/** RFC 822 and 5322 with what is found in the wild: no weekday, long month names, no time, no zone. */
const RFC_822 =
  /^(?:[a-z]+\.?(?:,\s*|\s+))?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(?:\s*([a-z]{1,5}|(?:GMT|UTC)?[+-]\d{1,2}:?\d{2}))?(?:\s*\([^)]*\))?$/i;

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

function readRfc822(text: string): DateParts | undefined {
  const match = RFC_822.exec(text);
  if (match === null) return undefined;
  const [, day, month = "", year = "", hour = "0", minute = "0", second = "0"] = match;
  return {
    year: fullYear(year),
    month: MONTHS.indexOf(month.toLowerCase()) + 1,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: 0,
    offset: offsetOf(match[7]),
  };
}

/** RFC 5322, section 4.3: two digits up to 49 are of this century. */
function fullYear(digits: string): number {
  const year = Number(digits);
  return digits.length === 4 ? year : year < 50 ? 2000 + year : 1900 + year;
}

/** RFC 5322, section 4.3, and the European ones. Every other name means nothing, so UTC. */
const ZONE_HOURS: Record<string, number> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
};

function offsetOf(zone = ""): number {
  const match = /([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (match === null) return (ZONE_HOURS[zone.toUpperCase()] ?? 0) * 60;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === "-" ? -minutes : minutes;
}

function instantOf(parts: DateParts): string | undefined {
  const { year, month, day, hour, minute, second, millisecond, offset } = parts;
  // A leap second (60) and midnight at the day's end (24:00) count on into what follows.
  const possible = month >= 1 && month <= 12 && day >= 1 && hour <= 24 && minute <= 59 &&
    second <= 60 && Math.abs(offset) < 24 * 60;
  if (!possible || day > new Date(Date.UTC(2000, month, 0)).getUTCDate()) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute - offset, second, millisecond);
  // RFC 3339 has four digits for the year.
  const full = date.getUTCFullYear();
  return full < 1 || full > 9999 ? undefined : date.toISOString();
}
