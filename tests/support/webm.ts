import { concat } from "../../resolver/concat.ts";

/** One picture of a video: a whole VP8 frame that needs no other. */
export type KeyFrame = Uint8Array<ArrayBuffer>;

/** How a video is put together. */
export interface WebmOptions {
  readonly width: number;
  readonly height: number;
  readonly frameMilliseconds: number;
}

/** Identifiers of EBML and Matroska elements (RFC 8794, RFC 9559). */
const ID = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codecId: 0x86,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
} as const;

/** The flags of a simple block with a key frame (RFC 9559, section 10.2). */
const KEY_FRAME = 0x80;
/** A track's number as a block writes it. */
const TRACK = 0x81;

/**
 * A WebM with an index of every frame before the first one, as a file that is made for the web has it:
 * a player that seeks knows at once which bytes to ask for.
 */
export function webm(
  frames: readonly KeyFrame[],
  { width, height, frameMilliseconds }: WebmOptions,
): Uint8Array<ArrayBuffer> {
  const clusters = frames.map((frame, index) =>
    element(
      ID.cluster,
      unsigned(ID.timestamp, index * frameMilliseconds),
      element(ID.simpleBlock, new Uint8Array([TRACK, 0, 0, KEY_FRAME]), frame),
    )
  );
  const head = concat([
    element(
      ID.info,
      unsigned(ID.timestampScale, 1_000_000),
      element(ID.duration, float(frames.length * frameMilliseconds)),
      text(ID.muxingApp, "tests"),
      text(ID.writingApp, "tests"),
    ),
    element(
      ID.tracks,
      element(
        ID.trackEntry,
        unsigned(ID.trackNumber, 1),
        unsigned(ID.trackUid, 1),
        unsigned(ID.trackType, 1),
        text(ID.codecId, "V_VP8"),
        element(ID.video, unsigned(ID.pixelWidth, width), unsigned(ID.pixelHeight, height)),
      ),
    ),
  ]);
  // Numbers have one width here, so that an index of other places is as long.
  const indexLength = index(clusters, 0, frameMilliseconds).length;
  return concat([
    element(
      ID.ebml,
      text(ID.docType, "webm"),
      unsigned(ID.docTypeVersion, 4),
      unsigned(ID.docTypeReadVersion, 2),
    ),
    element(
      ID.segment,
      head,
      index(clusters, head.length + indexLength, frameMilliseconds),
      ...clusters,
    ),
  ]);
}

/** Where each cluster begins, from the segment's first byte. */
function index(
  clusters: readonly Uint8Array<ArrayBuffer>[],
  firstAt: number,
  frameMilliseconds: number,
): Uint8Array<ArrayBuffer> {
  let at = firstAt;
  const points = clusters.map((cluster, index) => {
    const position = unsigned(ID.cueClusterPosition, at);
    at += cluster.length;
    return element(
      ID.cuePoint,
      unsigned(ID.cueTime, index * frameMilliseconds),
      element(ID.cueTrackPositions, unsigned(ID.cueTrack, 1), position),
    );
  });
  return element(ID.cues, ...points);
}

function element(
  id: number,
  ...parts: readonly Uint8Array<ArrayBuffer>[]
): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const bytes = id.toString(16).match(/../g) ?? [];
  return concat([Uint8Array.from(bytes, (byte) => parseInt(byte, 16)), sizeOf(size), ...parts]);
}

/** In eight bytes, of which the first bit of all says so. */
function sizeOf(size: number): Uint8Array<ArrayBuffer> {
  const bytes = bigEndian(size);
  bytes[0] = 0x01;
  return bytes;
}

function unsigned(id: number, value: number): Uint8Array<ArrayBuffer> {
  return element(id, bigEndian(value));
}

function text(id: number, value: string): Uint8Array<ArrayBuffer> {
  return element(id, new TextEncoder().encode(value));
}

function float(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

function bigEndian(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** The frame in a WebP picture with losses, which is one of VP8 (RFC 9649, section 2.5). */
export function keyFrameOf(webp: Uint8Array<ArrayBuffer>): KeyFrame {
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  for (let at = 12; at < webp.length;) {
    const length = view.getUint32(at + 4, true);
    const kind = new TextDecoder().decode(webp.subarray(at, at + 4));
    if (kind === "VP8 ") return webp.slice(at + 8, at + 8 + length);
    at += 8 + length + length % 2;
  }
  throw new Error("The picture is not WebP with losses");
}
