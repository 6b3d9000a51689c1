/** A response that may be sent again, byte for byte, to the same question. */
export interface ReusableParts {
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly init: { readonly status: number; readonly headers: Record<string, string> };
}

const known = new WeakMap<Response, ReusableParts>();

/** A response whose parts `reusableParts` gives back. */
export function reusableResponse(parts: ReusableParts): Response {
  const response = new Response(parts.body, parts.init);
  known.set(response, parts);
  return response;
}

/** Undefined for every response that was not made to be sent again. */
export function reusableParts(response: Response): ReusableParts | undefined {
  return known.get(response);
}
