/** What a Range header asks of a representation. `end` is exclusive. */
export type RangeRequest =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  | { readonly kind: "unsatisfiable" };

/**
 * Reads `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14.2) for a representation with `size`
 * bytes and a strong entity tag. The whole is the answer to what is malformed, in another unit, bound
 * to another entity tag or a date, or to several ranges, which a server may ignore.
 */
export function requestedRange(headers: Headers, size: number, etag: string): RangeRequest {
  const condition = headers.get("If-Range");
  if (condition !== null && condition !== etag) return { kind: "whole" };
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get("Range")?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") return part(Math.max(size - Number(last), 0), size);
  if (last !== "" && Number(last) < Number(first)) return { kind: "whole" };
  return part(Number(first), last === "" ? size : Math.min(Number(last) + 1, size));
}

function part(start: number, end: number): RangeRequest {
  return start < end ? { kind: "part", start, end } : { kind: "unsatisfiable" };
}
