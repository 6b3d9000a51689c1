import type { RoadReport } from "../../resolver/errors.ts";

/** More roads than this are never worth a header. */
const MAX_ROADS = 8;

/**
 * The `Server-Timing` header (W3C Server Timing) that says which roads delivered the content and how long
 * each took for its latest block, milliseconds. Empty when none did.
 */
export function serverTiming(roads: readonly RoadReport[]): Readonly<Record<string, string>> {
  const delivered = roads.filter(({ outcome }) => outcome === "delivered").slice(0, MAX_ROADS);
  if (delivered.length === 0) return {};
  const entries = delivered.map(({ road, milliseconds }) =>
    `road;desc="${quotable(road)}";dur=${Math.round(milliseconds)}`
  );
  return { "Server-Timing": entries.join(", ") };
}

/** What may stand in a quoted string as it is (RFC 9110, section 5.6.4). */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, "");
}
