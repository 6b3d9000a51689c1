import type { DagBlock } from "../../../../resolver/content/dag_builder.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import { NoRoomError } from "../../../../resolver/errors.ts";
import { giveBackRoom } from "../../../../resolver/node/give_back_room.ts";
import type { Node } from "../../../../resolver/node/node.ts";
import { putBlocks } from "../../../../resolver/node/put_blocks.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import type { Identity } from "../../../../schemas/identity.ts";
import { reachNode } from "../../running_node.ts";
import { type Announcer, runningAnnouncer, visitingAnnouncer } from "../announcer.ts";
import type { Tools } from "../tools.ts";
import { httpPlace } from "./http_place.ts";
import { type ContentTarget, greaterHeld, type Place, refusedHere } from "./place.ts";
import { runningNodeRefuses, runningNodeTarget } from "./running_node.ts";

const NAME = "your node";
/** Blocks that are written at once: a synced write waits for the disk, not for the processor. */
const WRITES_AT_ONCE = 8;

/** The node of this machine, whether it runs or not. */
export interface OwnNode extends AsyncDisposable {
  readonly place: Place;
  readonly target: ContentTarget;
  readonly announcer: Announcer;
  /** Whether its rules refuse an account: then it takes neither the pointer nor, for it, the content. */
  refuses(identity: Identity, call: Call): Promise<boolean>;
}

/**
 * Reaches the node that lives in the data folder: through the process that holds it, or by holding it
 * for as long as the command runs. Throws OurSpaceError when another command holds it.
 */
export async function openOwnNode(tools: Tools): Promise<OwnNode> {
  const { dataDir, settings, outbound, terminal } = tools;
  const report = (problem: string) => terminal.note(`Warning: ${problem}`);
  const node = await reachNode(dataDir, settings, report);
  if ("held" in node) {
    return {
      place: storedPlace(node.held),
      target: storedTarget(node.held),
      announcer: visitingAnnouncer(node.held, tools),
      refuses: (identity) => Promise.resolve(node.rules.refusesIdentity(identity)),
      [Symbol.asyncDispose]: () => node.held.close(),
    };
  }
  const { url, token } = node.running;
  return {
    place: httpPlace({ name: NAME, url, own: true, token }, outbound),
    target: runningNodeTarget(NAME, node.running, outbound),
    announcer: runningAnnouncer(node.running, outbound),
    refuses: (identity, call) => runningNodeRefuses(node.running, identity, outbound, call),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function storedPlace({ pointers, blocks }: Node): Place {
  return {
    name: NAME,
    own: true,
    url: null,
    ask: (identity) => Promise.resolve({ pointer: pointers.get(identity), time: null }),
    offer(pointer) {
      const outcome = pointers.put(pointer, { kind: "operator" });
      if (outcome.kind === "greater-held") return Promise.reject(greaterHeld());
      if (outcome.kind === "refused") return Promise.reject(refusedHere(pointer.identity));
      return outcome.kind === "full" ? Promise.reject(full()) : Promise.resolve();
    },
    load: () => Promise.resolve(),
    holds: async (cid) => await blocks.get(cid) !== null,
    // What will run here is not known yet; `deno task start` shows it.
    shows: () => Promise.resolve(true),
  };
}

function full(): OurSpaceError {
  return new OurSpaceError("The node's store is full of pointers published here.", {
    remedy: "Raise MAX_POINTERS or MAX_POINTER_BYTES.",
  });
}

function storedTarget(node: Node): ContentTarget {
  return {
    name: NAME,
    async store(dag, call, onStored) {
      let batch: DagBlock[] = [];
      const write = async () => {
        await putBlocks(batch, node.blocks, dag.root).catch(async (error) => {
          if (error instanceof NoRoomError) await giveBackRoom(node, dag.root);
          throw error;
        });
        onStored(batch.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
        batch = [];
      };
      for await (const block of dag.blocks(call)) {
        batch.push(block);
        if (batch.length === WRITES_AT_ONCE) await write();
      }
      await write();
    },
  };
}
