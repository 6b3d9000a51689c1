/** What the two sides of the XSLT worker say to each other: one reply to each request, in order. */
export type XsltRequest =
  | { readonly kind: "load"; readonly wasm: Uint8Array; readonly stylesheet: string }
  | { readonly kind: "transform"; readonly xml: Uint8Array; readonly maxOutputBytes: number };

export type XsltReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly output: Uint8Array<ArrayBuffer> }
  | { readonly kind: "fault"; readonly reason: string };
