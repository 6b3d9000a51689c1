import type { PageContext } from "../../gateway/render/renderer.ts";
import { makeSigner, type PointerFields, verifiedPointer } from "./pointers.ts";

export interface PageContextFields
  extends Partial<Omit<PageContext, "name" | "identity" | "pointer">> {
  /** A DNS name. Without one the page is asked for by its address. */
  readonly domain?: string;
  readonly pointer?: PointerFields;
  /** Decides the identity, and with it the page's colours. */
  readonly privateKey?: `0x${string}`;
}

/** Always the same, so that a page looks the same in every run. */
const SAMPLE_KEY = `0x${"5".repeat(64)}` as const;

/** A page of a feed that somebody signed, at `https://gateway.example`. */
export async function pageContext(fields: PageContextFields = {}): Promise<PageContext> {
  const { domain, pointer, privateKey, ...rest } = fields;
  const signer = makeSigner(privateKey ?? SAMPLE_KEY);
  const { identity } = signer;
  const name = domain === undefined
    ? { kind: "identity", text: identity.address, identity } as const
    : { kind: "dns", text: domain } as const;
  return {
    name,
    identity,
    pointer: await verifiedPointer(signer, pointer),
    origin: "https://gateway.example",
    basePath: `/${name.text}`,
    payable: true,
    domainVerified: false,
    domainAuthenticated: false,
    stale: false,
    view: "page",
    ...rest,
  };
}
