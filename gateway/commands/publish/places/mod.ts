import { kuboSetting } from "../../../../resolver/kubo_setting.ts";
import { peersSetting } from "../../../../resolver/peers/setting.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import type { Identity } from "../../../../schemas/identity.ts";
import { nodeSetting } from "../../../config/settings.ts";
import { nodeUrl } from "../../node_url.ts";
import type { Announcer } from "../announcer.ts";
import type { Tools } from "../tools.ts";
import { httpPlace } from "./http_place.ts";
import { kuboTarget } from "./kubo.ts";
import { openOwnNode } from "./own_node.ts";
import { type ContentTarget, type Place, refusedHere } from "./place.ts";

/** Where the content is put. */
export interface Targets {
  /** Null: without a node. */
  readonly own: ContentTarget | null;
  readonly others: readonly ContentTarget[];
}

/** Everybody the publisher deals with, by the settings. */
export interface Places extends AsyncDisposable {
  /** The own node first, then the peers. */
  readonly all: readonly Place[];
  readonly targets: Targets;
  /** Where the own node's pages are, or will be when it runs; null without an own node. */
  readonly ownUrl: string | null;
  /** Null without an own node: the peers pass it on. */
  readonly announcer: Announcer | null;
  /** Throws OurSpaceError when the own node's rules refuse the account. */
  checkRules(identity: Identity, call: Call): Promise<void>;
}

/** Reaches the own node, and names the peers. Throws OurSpaceError when there is neither. */
export async function openPlaces(tools: Tools): Promise<Places> {
  const { settings, outbound } = tools;
  const node = settings.get(nodeSetting) === "off" ? null : await openOwnNode(tools);
  const peers = settings.get(peersSetting).map((url) =>
    httpPlace({ name: url, url, own: false }, outbound)
  );
  const all = node === null ? peers : [node.place, ...peers];
  if (all.length === 0) {
    throw new OurSpaceError("There is nobody to give the pointer to: no node and no peers.", {
      remedy: "Set NODE to embedded, or PEERS to other nodes' addresses.",
    });
  }
  const kubo = settings.get(kuboSetting);
  return {
    all,
    targets: {
      own: node?.target ?? null,
      others: kubo === null ? [] : [kuboTarget(kubo, outbound)],
    },
    ownUrl: node === null ? null : nodeUrl(settings, node.place.url),
    announcer: node?.announcer ?? null,
    async checkRules(identity, call) {
      if (await node?.refuses(identity, call)) throw refusedHere(identity);
    },
    [Symbol.asyncDispose]: async () => await node?.[Symbol.asyncDispose](),
  };
}
