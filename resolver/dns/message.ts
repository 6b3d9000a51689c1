// @ts-types="@types/dns-packet"
import type * as DnsPacket from "dns-packet";
import { Buffer } from "node:buffer";
import { DNS_NAME_MAX_LENGTH } from "../../schemas/name.ts";
import { quote } from "../../schemas/quote.ts";
import { NameLookupError } from "../errors.ts";
import type { DnsAnswer } from "./client.ts";

/** The types of records that are asked for. */
export type RecordType = "A" | "AAAA" | "TXT";

/** What is asked: one type of record of one name. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** What a server's reply means. */
export type Reply =
  | { readonly kind: "answer"; readonly answer: DnsAnswer<string> }
  /** DNSSEC says that the answer was tampered with. */
  | { readonly kind: "bogus" }
  /** The server cannot or will not say. */
  | { readonly kind: "failed"; readonly reason: string }
  /** It did not fit; TCP has room. */
  | { readonly kind: "truncated" };

/**
 * The largest UDP reply asked for: what passes every network without being cut into fragments, which
 * can be forged (RFC 9715).
 */
const UDP_PAYLOAD_BYTES = 1232;

/** RFC 1035, section 4.1.1, and RFC 8914. */
const NOERROR = 0;
const SERVFAIL = 2;
const NXDOMAIN = 3;
const EXTENDED_ERROR_OPTION = 15;
/** DNSSEC Bogus, Signature Expired, … to NSEC Missing. */
const isBogus = (code: number) => code >= 6 && code <= 12;

/** RFC 2181, section 8: a TTL with its first bit set is zero. */
const MAX_TTL = 0x7fff_ffff;

/** The codec is loaded with the first question: 20 ms that a start should not pay. */
const codec: () => Promise<typeof DnsPacket> = () => import("dns-packet");

/** The query for a question. Throws NameLookupError `malformed` for what no DNS name can be. */
export async function encodeQuery(
  { name, type }: Question,
  id: number,
): Promise<Uint8Array<ArrayBuffer>> {
  checkName(name);
  const { AUTHENTIC_DATA, encode, RECURSION_DESIRED } = await codec();
  return new Uint8Array(encode({
    type: "query",
    id,
    // AD in a query asks whether DNSSEC was checked (RFC 6840, section 5.7), without the signatures
    // themselves that DO would bring and that often do not fit.
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name, type, class: "IN" }],
    additionals: [{
      type: "OPT",
      name: ".",
      udpPayloadSize: UDP_PAYLOAD_BYTES,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    }],
  }));
}

/** Reads a reply. Throws for bytes that are no reply to this very question. */
export async function decodeReply(
  bytes: Uint8Array,
  question: Question,
  id: number,
): Promise<Reply> {
  const { decode } = await codec();
  const packet = decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  checkIsReply(packet, question, id);
  if (packet.flag_tc) return { kind: "truncated" };
  const code = (packet.flags ?? 0) & 0xf;
  if (code === SERVFAIL && extendedErrors(packet).some(isBogus)) return { kind: "bogus" };
  if (code !== NOERROR && code !== NXDOMAIN) {
    return { kind: "failed", reason: `it answered with code ${code}` };
  }
  const answers = packet.answers ?? [];
  const records = answers.flatMap((record) => textOf(record, question.type));
  if (records.length === 0 && isReferral(packet)) {
    return { kind: "failed", reason: "it does not look names up for others" };
  }
  const ttlSeconds = records.length > 0 ? smallestTtl(answers) : negativeTtl(packet);
  return { kind: "answer", answer: { records, authenticated: packet.flag_ad, ttlSeconds } };
}

function checkIsReply(packet: DnsPacket.DecodedPacket, asked: Question, id: number): void {
  const [question, ...more] = packet.questions ?? [];
  const same = packet.flag_qr && packet.id === id && more.length === 0 &&
    question?.type === asked.type && question.class === "IN" &&
    question.name.toLowerCase() === asked.name.toLowerCase();
  if (!same) throw new Error("This is no reply to the question");
}

/** URL hosts are not held to these limits, and the codec would write them into a broken packet. */
function checkName(name: string): void {
  const labels = name.split(".");
  const sizes = labels.map((label) => new TextEncoder().encode(label).length);
  if (name.length <= DNS_NAME_MAX_LENGTH && sizes.every((size) => size >= 1 && size <= 63)) return;
  throw new NameLookupError(`${quote(name)} cannot be a DNS name.`, { reason: "malformed" });
}

function textOf(record: DnsPacket.Answer, type: RecordType): string[] {
  if (record.type !== type || !("class" in record) || record.class !== "IN") return [];
  if (record.type === "A" || record.type === "AAAA") return [record.data];
  return record.type === "TXT" ? [joinStrings(record.data)] : [];
}

/** A TXT record's strings mean what they say together (RFC 7208, section 3.3, and custom). */
function joinStrings(data: DnsPacket.TxtData): string {
  const strings = Array.isArray(data) ? data : [data];
  return Buffer.concat(strings.map((string) => Buffer.from(string))).toString("utf8");
}

/** The server names others who may know, because it does not ask them itself. */
function isReferral(packet: DnsPacket.DecodedPacket): boolean {
  const types = (packet.authorities ?? []).map((record) => record.type);
  return !packet.flag_aa && types.includes("NS") && !types.includes("SOA");
}

function extendedErrors(packet: DnsPacket.DecodedPacket): number[] {
  const options = (packet.additionals ?? []).flatMap((record) =>
    record.type === "OPT" ? record.options : []
  );
  return options.flatMap(({ code, data }) =>
    Number(code) === EXTENDED_ERROR_OPTION && data !== undefined && data.length >= 2
      ? [data.readUInt16BE(0)]
      : []
  );
}

function smallestTtl(records: readonly DnsPacket.Answer[]): number {
  return Math.min(...records.map((record) => "ttl" in record ? validTtl(record.ttl) : MAX_TTL));
}

/** RFC 2308, section 5. Without an SOA record a negative answer must not be kept. */
function negativeTtl(packet: DnsPacket.DecodedPacket): number {
  for (const record of packet.authorities ?? []) {
    if (record.type !== "SOA") continue;
    return Math.min(validTtl(record.ttl), validTtl(record.data.minimum));
  }
  return 0;
}

function validTtl(ttl = 0): number {
  return ttl > MAX_TTL ? 0 : ttl;
}
