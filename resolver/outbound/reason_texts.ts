import type { OutboundReason } from "../errors.ts";

/** What strangers are told of an outbound request: its own message may name addresses of ours. */
export const OUTBOUND_REASON_TEXTS: Readonly<Record<OutboundReason, string>> = {
  "refused": "Its address is not allowed.",
  "dns": "Its name could not be resolved.",
  "connection": "It could not be reached.",
  "timeout": "It did not answer in time.",
  "too-large": "Its answer is too large.",
  "rate-limited": "It was asked too often.",
};
