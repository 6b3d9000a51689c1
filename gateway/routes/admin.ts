import { Hono } from "hono";
import type { CID } from "multiformats/cid";
import { parseCid } from "../../resolver/content/cid.ts";
import { deadline } from "../../resolver/deadline.ts";
import { ContentWrongError, NoRoomError, NotFoundError } from "../../resolver/errors.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { CAR_TYPE, MalformedCarError } from "../../resolver/content/car_reader.ts";
import { giveBackRoom } from "../../resolver/node/give_back_room.ts";
import { importCar } from "../../resolver/node/import_car.ts";
import type { Node } from "../../resolver/node/node.ts";
import { identityText, parseIdentity } from "../../schemas/identity.ts";
import { parseName } from "../../schemas/name.ts";
import { BadRequestError } from "../http/bad_request.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { operatorOnly } from "../http/operator.ts";
import { problem } from "../http/problem.ts";
import { readPieces } from "../http/request_body.ts";
import { type LookUpParts, lookUpReport } from "../look_up_report.ts";
import type { Status } from "../status/status.ts";

/** `publish` sends CARs of about 8 MiB, however large its content is. */
const CAR_LIMITS = {
  maxBytes: 64 * 1024 * 1024,
  idleMilliseconds: 30_000,
  timeoutMilliseconds: 120_000,
};

/** Names, all sources and whoever may hold the content to their own deadlines: 5 s, 8 s and 6 s. */
const RESOLVE_MILLISECONDS = 20_000;
const ANNOUNCE_MILLISECONDS = 15_000;

/** What the admin API works with. */
export interface AdminRoutesOptions {
  readonly node: Node;
  readonly network: PointerNetwork | null;
  readonly lookUps: LookUpParts;
  readonly status: () => Status;
}

/** `/v1/admin`: what the commands on this machine use while the node runs. */
export function adminRoutes(options: AdminRoutesOptions): Hono<ServiceEnv> {
  const { node, network, lookUps, status } = options;
  const routes = new Hono<ServiceEnv>();
  routes.use("/v1/admin/*", operatorOnly(node.adminToken), async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });

  routes.get("/v1/admin/status", (context) => {
    const { network, followed, ...rest } = status();
    const figures = network === null ? null : {
      ...network.figures,
      refused: Object.fromEntries(network.figures.refused),
      received: Object.fromEntries(network.figures.received),
    };
    return context.json({
      pid: Deno.pid,
      ...rest,
      followed: Object.fromEntries(followed),
      network: network === null ? null : { ...network, figures },
    });
  });

  routes.get("/v1/admin/resolve", async (context) => {
    const name = parseName(context.req.query("name") ?? "");
    using limit = deadline(RESOLVE_MILLISECONDS, { parent: context.req.raw.signal });
    return context.json(await lookUpReport(name, lookUps, limit));
  });

  routes.get("/v1/admin/holders", async (context) => {
    const cid = parseCid(context.req.query("cid") ?? "");
    if (cid === null) throw new BadRequestError("The parameter `cid` holds no CID.");
    using limit = deadline(RESOLVE_MILLISECONDS, { parent: context.req.raw.signal });
    return context.json({ holders: await lookUps.holders(cid, limit) });
  });

  routes.post("/v1/admin/announce/:identity", async (context) => {
    const identity = parseIdentity(context.req.param("identity"));
    const held = node.pointers.get(identity);
    if (held === null) {
      throw new NotFoundError(`This node holds no pointer of ${identityText(identity)}.`, {
        incomplete: false,
        remedy: "Publish one first.",
      });
    }
    if (network === null) {
      return problem(503, "no-network", "No network", "This node takes no part in the network.");
    }
    using limit = deadline(ANNOUNCE_MILLISECONDS, { parent: context.req.raw.signal });
    const pointer = await lookUps.verifier.verify(held, identity);
    return context.json(await network.put(pointer, limit));
  });

  routes.post("/v1/admin/dag", async (context) => {
    if (context.req.header("Content-Type") !== CAR_TYPE) {
      return problem(415, "no-car", "No CAR", `The body must be ${CAR_TYPE}.`);
    }
    const root = rootOf(context.req.query("root"));
    try {
      const pieces = readPieces(context.req.raw, CAR_LIMITS);
      return context.json(await importCar(pieces, node.blocks, root));
    } catch (error) {
      if (error instanceof NoRoomError && root !== undefined) await giveBackRoom(node, root);
      return refusedCar(error);
    }
  });

  return routes;
}

/** The content that the blocks are a part of, which is pinned while it comes. */
function rootOf(text: string | undefined): CID | undefined {
  if (text === undefined) return undefined;
  const root = parseCid(text);
  if (root !== null) return root;
  throw new BadRequestError("The root is no CID.", { remedy: "Leave it out, or name one." });
}

function refusedCar(error: unknown): Response {
  if (error instanceof MalformedCarError) {
    return problem(400, "malformed-car", "This is no CAR", error.message);
  }
  if (error instanceof ContentWrongError) {
    return problem(400, "wrong-block", "A wrong block", error.message);
  }
  throw error;
}
