import { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import { identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { concat } from "../concat.ts";
import type { Call, SourceBlock, Transport } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { NoRoadError } from "../errors.ts";
import { createBodyRoom } from "./body_room.ts";
import { CAR_TYPE, MalformedCarError, readCar } from "./car_reader.ts";
import { RAW } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import { startHarvest } from "./harvest.ts";
import { createHarvests } from "./harvests.ts";
import { createHomes, type Home } from "./homes.ts";
import type { ContentLimits } from "./limits.ts";
import type { Fetched, Road, RoadCall } from "./road.ts";

/** The roads that pointers' locations are. */
export interface Locations {
  /**
   * To a block of the pointer's content. Where that is a raw block, a location brings exactly its bytes,
   * or a CAR with it; where it is a file or a folder of many blocks, a CAR with all of them.
   */
  roadsTo(cid: CID, pointer: VerifiedPointer): readonly Road[];
  /** To a block that came in a location's CAR before: the CAR is read again. */
  knownRoadsTo(cid: CID): readonly Road[];
  /** Ends the reading of CARs at once; the roads to them fail from then on. */
  close(): void;
}

/** What locations are read by. */
export interface LocationsOptions {
  readonly transports: readonly Transport[];
  readonly limits: ContentLimits;
  readonly alarm: Alarm;
  /** Given every verified block that a location's CAR brings. */
  readonly keep: (cid: CID, block: VerifiedContent) => void;
}

/** Reads locations by the transports that accept them. */
export function createLocations(options: LocationsOptions): Locations {
  const { transports, limits, alarm, keep } = options;
  const homes = createHomes();
  const room = createBodyRoom(limits.locationBytes);
  const harvests = createHarvests({
    limits,
    alarm,
    start: (home, { signal }) =>
      startHarvest(home.root, (call) => openCar(home, call), {
        limits,
        signal,
        expect: (cid) => homes.linked(cid, home),
        keep(cid, block) {
          homes.given(cid, home);
          keep(cid, block);
        },
      }),
  });

  async function open(
    { location, identity }: Home,
    { signal }: Call,
    limit: { bytes: number; time: number },
  ) {
    const transport = transports.find((transport) => transport.accepts(location));
    if (transport === undefined) throw noRoad(location);
    const bounds = { maxBytes: limit.bytes, milliseconds: limit.time };
    return await transport.open(location, { identity, signal, ...bounds });
  }

  async function fetchRaw(cid: CID, home: Home, call: Call): Promise<Fetched> {
    const { feedBytes: bytes, blockMilliseconds: time } = limits;
    const { body, mediaType } = await open(home, call, { bytes, time });
    const pieces = room.read(body);
    if (!mediaType.startsWith(CAR_TYPE)) {
      return { bytes: concat(await Array.fromAsync(pieces)), mediaType };
    }
    for await (const block of (await readCar(pieces)).blocks) {
      if (block.cid.toV1().equals(cid)) return { bytes: block.bytes, mediaType: "" };
    }
    throw new OurSpaceError("Its CAR does not hold the content.");
  }

  async function openCar(
    home: Home,
    call: Call,
  ): Promise<AsyncIterable<SourceBlock>> {
    const { locationCarBytes: bytes, locationCarMilliseconds: time } = limits;
    const { body } = await open(home, call, { bytes, time });
    const { roots, blocks, leave } = await readCar(body).catch((error) => {
      throw error instanceof MalformedCarError ? notVerifiable(error) : error;
    });
    const [only, ...others] = roots;
    if (only !== undefined && others.length === 0 && only.toV1().equals(home.root)) return blocks;
    await leave();
    throw new OurSpaceError("Its CAR is not that of the content.");
  }

  async function fetchFromCar(cid: CID, home: Home, call: RoadCall): Promise<Fetched | null> {
    const bytes = await harvests.of(home).take(cid, call);
    return bytes === null ? null : { bytes, mediaType: "" };
  }

  return {
    roadsTo(cid, pointer) {
      const root = CID.parse(pointer.cid);
      return pointer.locations.map((location) => {
        const home = { root, location, identity: pointer.identity };
        return root.code === RAW
          ? roadOf(home, limits.feedBytes, (call) => fetchRaw(cid, home, call))
          : roadOf(home, limits.blockBytes, (call) => fetchFromCar(cid, home, call));
      });
    },
    knownRoadsTo(cid) {
      const home = homes.get(cid.toV1());
      if (home === undefined) return [];
      return [roadOf(home, limits.blockBytes, (call) => fetchFromCar(cid, home, call))];
    },
    close: () => harvests.close(),
  };
}

function roadOf(
  { location: name, identity }: Home,
  maxBytes: number,
  fetch: Road["fetch"],
): Road {
  return { name, knownAs: `${identityKey(identity)} ${name}`, local: false, maxBytes, fetch };
}

function notVerifiable(cause: MalformedCarError): OurSpaceError {
  return new OurSpaceError("Content of many blocks is not verifiable by this road: it is no CAR.", {
    cause,
  });
}

/**
 * BitTorrent is none: its libraries connect to whatever a magnet link names before anybody could vet
 * it, and most links name trackers over UDP alone.
 */
function noRoad(location: string): NoRoadError {
  return new NoRoadError(
    location.startsWith("magnet:")
      ? "This gateway does not use BitTorrent."
      : "This gateway has no road of this kind.",
  );
}
