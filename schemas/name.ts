import type { Identity } from "./identity.ts";

/** What a visitor typed, understood. `text` is the canonical form. */
export type Name =
  | { readonly kind: "identity"; readonly text: string; readonly identity: Identity }
  | { readonly kind: "dns"; readonly text: string }
  | { readonly kind: "ens"; readonly text: string };
