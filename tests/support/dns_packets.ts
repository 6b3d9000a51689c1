// @ts-types="@types/dns-packet"
import { type Answer, decode, encode, type Packet } from "dns-packet";
import { Buffer } from "node:buffer";

export const RESPONSE = { qr: 0x8000, aa: 0x0400, tc: 0x0200, ra: 0x0080, ad: 0x0020 } as const;
export const SERVFAIL = 2;
export const NXDOMAIN = 3;
export const REFUSED = 5;

export interface ReplyParts {
  /** Flags beside QR, and the code in the last four bits. */
  readonly flags?: number;
  readonly answers?: readonly Answer[];
  readonly authorities?: readonly Answer[];
  /** Extended DNS Errors (RFC 8914). */
  readonly errors?: readonly number[];
  readonly id?: number;
  readonly questions?: Packet["questions"];
}

/** The reply to a query, as a server would write it. */
export function replyTo(query: Uint8Array, parts: ReplyParts = {}): Uint8Array<ArrayBuffer> {
  const asked = decode(Buffer.from(query));
  const reply = encode({
    type: "response",
    id: parts.id ?? asked.id,
    flags: RESPONSE.ra | (parts.flags ?? 0),
    questions: parts.questions ?? asked.questions,
    answers: [...parts.answers ?? []],
    authorities: [...parts.authorities ?? []],
    additionals: [extendedErrors(parts.errors ?? [])],
  });
  return new Uint8Array(reply);
}

export function txt(name: string, data: string | Buffer[], ttl = 60): Answer {
  return { type: "TXT", class: "IN", name, ttl, data };
}

export function soa(name: string, ttl: number, minimum: number): Answer {
  return { type: "SOA", class: "IN", name, ttl, data: { mname: "ns", rname: "admin", minimum } };
}

function extendedErrors(codes: readonly number[]): Answer {
  const options = codes.map((code) => {
    const data = Buffer.alloc(2);
    data.writeUInt16BE(code);
    return { code: 15, data };
  });
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: 1232,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    // The library's types know no Extended DNS Error.
    options: options as unknown as [],
  };
}
