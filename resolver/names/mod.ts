import type { NameSystem, Part } from "../contracts.ts";
import { dnsNames } from "./dns.ts";

/** Every way to turn a name into an identity, asked in this order. One file and one line each. */
export const nameSystems: readonly Part<NameSystem>[] = [dnsNames];
