const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;
const GIBIBYTE = 1024 * MEBIBYTE;

/** What reading content may cost. Strangers write the DAGs, so each number stops a way to abuse us. */
export interface ContentLimits {
  /** Bytes of one block. */
  readonly blockBytes: number;
  /** Bytes of an identity CID's digest, which is a block inside its own name. */
  readonly inlineBytes: number;
  /** Links of one node. */
  readonly nodeLinks: number;
  /** Bytes of a feed's document. */
  readonly feedBytes: number;
  /** Bytes of a file. */
  readonly fileBytes: number;
  /** Levels of nodes under a file's root. */
  readonly fileDepth: number;
  /** Blocks loaded to find a path, or to read a feed. */
  readonly lookupBlocks: number;
  /** Blocks loaded to read (a range of) a file. */
  readonly readBlocks: number;
  /** Parts of a path. */
  readonly pathDepth: number;
  /** Characters of a path. */
  readonly pathCharacters: number;
  /** Blocks of a file that are fetched before the reader has asked for them: so many, */
  readonly lookAhead: number;
  /** and so many bytes of them, but at least one. */
  readonly lookAheadBytes: number;
  /** Bytes of blocks that one source sent in one trip and nobody has asked for yet. */
  readonly tripBytes: number;
  /** The same, of all trips together: beyond it a trip goes on only while somebody waits for a block of it. */
  readonly tripsBytes: number;
  /** Bytes of a location's CAR that are held for those who ask a moment later. */
  readonly harvestBytes: number;
  /** Blocks that a trip may bring in vain. */
  readonly tripWaste: number;
  /** Bytes of a CAR that a pointer's location brings; a folder's feed may come behind its pictures. */
  readonly locationCarBytes: number;
  /** For such a CAR. */
  readonly locationCarMilliseconds: number;
  /** CARs of locations that are being read at the same time. */
  readonly locationCarsAtOnce: number;
  /** Bytes of what locations send of raw blocks, of all that are being read. */
  readonly locationBytes: number;
  /** Bytes of verified blocks that are kept in memory. */
  readonly cacheBytes: number;
  /** The same, of files that are larger than half of it. */
  readonly passingBytes: number;
  /** Bytes of blocks that wait to be written to the node's store. */
  readonly pendingWriteBytes: number;
  /** Bytes of fetched blocks that a node writes to its disk in a day. */
  readonly keptBytesPerDay: number;
  /** Blocks of one pointer's content, when all of it is kept. */
  readonly keptBlocks: number;
  /** Blocks of content that is kept, fetched at the same time. */
  readonly keptAtOnce: number;
  /** Blocks that may be missing before the rest of the content is left for the next try. */
  readonly keptFailures: number;
  /** Different blocks that are being fetched at the same time. */
  readonly fetchesAtOnce: number;
  /** How long a road may keep an answer to itself before the next one is asked too. */
  readonly hedgeMilliseconds: number;
  /** For one block, over all roads. */
  readonly blockMilliseconds: number;
}

/** What this program reads; a test may read less. */
export const contentLimits: ContentLimits = {
  /** What bitswap and trustless gateways carry at most; Kubo refuses to make larger ones. */
  blockBytes: 2 * MEBIBYTE,
  /** Kubo inlines up to 32 bytes by default, 128 at most. */
  inlineBytes: 128,
  /** Kubo spreads folders over 256 KiB (some 5,000 entries), and files over 1,024 links a node. */
  nodeLinks: 8_192,
  /** The largest feeds in use, podcasts with thousands of episodes, have 5 to 10 MB. */
  feedBytes: 12 * MEBIBYTE,
  /** Larger than any video that one plays from a page; a DAG can repeat one block without end. */
  fileBytes: 16 * GIBIBYTE,
  /** 174 links a node and 256 KiB a leaf reach 200 TiB in 6 levels; trickle DAGs are deeper. */
  fileDepth: 32,
  /** 16 MiB in leaves of 32 KiB, and the folders on the way to it. */
  lookupBlocks: 1_024,
  /** 16 GiB in leaves of 256 KiB (65,536) with their nodes. */
  readBlocks: 80_000,
  pathDepth: 32,
  pathCharacters: 2_048,
  /** Hides one round trip; as much is held for each visitor who reads a file, however slowly. */
  lookAhead: 3,
  lookAheadBytes: MEBIBYTE,
  /** One block lies ready while its reader is busy with the one before. */
  tripBytes: MEBIBYTE / 4,
  /** With 50 visitors each had another quarter of a mebibyte lying ready. */
  tripsBytes: 4 * MEBIBYTE,
  /** Feeds whose pictures come in the same CAR are read in a moment. */
  harvestBytes: 8 * MEBIBYTE,
  /** What was in memory already when the trip began, at most; an honest sender sends little else. */
  tripWaste: 1_024,
  locationCarBytes: 128 * MEBIBYTE,
  /** Longer than a visitor waits: what comes later is there for the next one. */
  locationCarMilliseconds: 60_000,
  /** Each may send as fast as it likes, and no visitor's leaving ends it; wallets share them fairly. */
  locationCarsAtOnce: 8,
  /** Five of the largest feeds, or a thousand ordinary ones. */
  locationBytes: 64 * MEBIBYTE,
  /** A few hundred pages' feeds and pictures. */
  cacheBytes: 24 * MEBIBYTE,
  /** Visitors who watch a film together are seconds apart at most: 8 MiB are 4 seconds at 16 Mbit/s. */
  passingBytes: 8 * MEBIBYTE,
  /** A disk that is slower than the network must not fill the memory. 20 MB that came in 0.2 s were all written. */
  pendingWriteBytes: 4 * MEBIBYTE,
  /** Visitors are strangers, and could wear any disk out by asking for ever more content. */
  keptBytesPerDay: 8 * GIBIBYTE,
  /** 16 GiB in leaves of 256 KiB with their nodes, or that many small pictures; 20 MB of CIDs in memory. */
  keptBlocks: 100_000,
  /** Hides the round trips to one peer, and leaves it to visitors too. */
  keptAtOnce: 8,
  /** Each may wait for its deadline: four rounds of them. */
  keptFailures: 32,
  /** Each may hold a block and a socket a road: a bound, far above what a busy gateway needs. */
  fetchesAtOnce: 1_024,
  /** A healthy peer answers within a round trip (10–150 ms): a later answer is worth a second request. */
  hedgeMilliseconds: 200,
  /** The deadline of a whole request: one block cannot use more. */
  blockMilliseconds: 10_000,
};

/** What a CAR from outside may cost, as limits of an outbound request. */
export const carLimits = {
  /** The largest file, and a tenth beside its bytes for nodes, CIDs and lengths. */
  maxBytes: contentLimits.fileBytes * 1.1,
  /** The largest file at 1 MB/s takes 5 hours. */
  timeoutMilliseconds: 6 * 60 * 60_000,
  /** A silent sender is left much earlier. A public gateway may have to look for the content first. */
  headersMilliseconds: contentLimits.blockMilliseconds,
  idleMilliseconds: contentLimits.blockMilliseconds,
} as const;
