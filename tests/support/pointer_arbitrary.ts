import fc from "fast-check";
import { checksumAddress, type Identity } from "../../schemas/identity.ts";
import { LOCATION_MAX_LENGTH } from "../../schemas/location.ts";
import type { Pointer } from "../../schemas/pointer.ts";

const hex = (minLength: number, maxLength: number) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => `0x${bytes.toHex()}` as const);

const base32 = (length: number) =>
  fc.array(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz234567"), {
    minLength: length,
    maxLength: length,
  }).map((characters) => characters.join(""));

const anyAddress = hex(20, 20).map(checksumAddress);

export const anyIdentity: fc.Arbitrary<Identity> = fc.oneof(
  anyAddress.map((address) => ({ kind: "wallet" as const, address })),
  fc.tuple(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), anyAddress)
    .map(([chainId, address]) => ({ kind: "contract" as const, chainId, address })),
);

export const anyTimestamp = fc.date({
  min: new Date("2020-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
}).map((date) => date.toISOString());

export const anyCid = fc.tuple(
  fc.constantFrom("bafkrei", "bafybei"),
  fc.constantFrom(..."abcdefgh"),
  base32(50),
  fc.constantFrom(..."aeimquy4"),
).map((parts) => parts.join(""));

export const anyLocation = fc.oneof(
  fc.tuple(
    fc.constantFrom("https://alice.example", "http://b.xn--p1ai:8080", "https://1.a--2.c3:1"),
    fc.constantFrom("/", "/feed.xml", "//.a/..b/", "/%2E%2E/%C3%A9"),
    fc.constantFrom("", "?", "?a=1&b=/?/../", "?%20"),
  ).map((parts) => parts.join("")),
  base32(56).map((address) => `http://${address}.onion/`),
  base32(32).map((hash) => `magnet:?xt=urn:btih:${hash}`),
);

const piece = fc.constantFrom(
  ...["https://", "http://", "HTTP://", "magnet:?", "//", "/", ".", "..", "-", "--", ":", "?", "#"],
  ...["a", "z9", "9", "0x7f", "A", "xn--a", "alice", "example", "onion", `${"a2".repeat(28)}`, "@"],
  ...["443", "80", "0", "08", "8443", "65535", "65536", "99999", "100000", "_", "~", "%2E", "%c3"],
  ...["%C3", "%", "[::1]", "|", "é", " ", "\n", "+", "&=", "a".repeat(63), "a".repeat(64)],
);
const pieces = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(""));
const scheme = fc.constantFrom("https://", "http://");
const host = fc.constantFrom("alice.example", "a.b", `${"a2".repeat(28)}.onion`, "1.2", "a");
/** Locations, and texts that miss being one by little. */
export const nearlyLocation: fc.Arbitrary<string> = fc.oneof(
  anyLocation,
  pieces,
  fc.tuple(scheme, pieces).map((parts) => parts.join("")),
  fc.tuple(scheme, host, pieces).map((parts) => parts.join("")),
  fc.tuple(scheme, pieces, fc.constant("/")).map((parts) => parts.join("")),
  fc.tuple(scheme, host, fc.constant(":"), fc.nat({ max: 70_000 }), fc.constant("/"))
    .map((parts) => parts.join("")),
  fc.integer({ min: -2, max: 2 })
    .map((more) => "https://a.example/".padEnd(LOCATION_MAX_LENGTH + more, "x")),
);

/** Well-formed pointers whose signature is any bytes of the right length. */
export const anyPointer: fc.Arbitrary<Pointer> = anyIdentity.chain((identity) =>
  fc.tuple(
    anyTimestamp,
    anyCid,
    fc.uniqueArray(anyLocation, { maxLength: 8 }),
    identity.kind === "wallet" ? hex(65, 65) : hex(1, 3_072),
  ).map(([timestamp, cid, locations, signature]) => ({
    identity,
    timestamp,
    cid,
    locations,
    signature,
  }))
);
