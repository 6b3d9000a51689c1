import { identityText } from "../../schemas/identity.ts";
import type { Part, PointerSource } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import type { PointerStore } from "../node/node.ts";
import { refusedFeed } from "../rules/refusals.ts";

/** The embedded node's own store. Absent in a gateway without a node. */
export const storeSource: Part<PointerSource> = {
  id: "store",
  settings: [],
  create: ({ node }) => Promise.resolve(node === null ? [] : [sourceOver(node.pointers)]),
};

function sourceOver(pointers: PointerStore): PointerSource {
  return {
    id: "store",
    async *find(identity) {
      // Before it is known whether it is held: what the other sources find is offered here a moment later.
      pointers.asked(identity, "here");
      const held = pointers.get(identity);
      if (held !== null) yield held;
    },
    offer: (pointer) =>
      Promise.try(() => {
        const outcome = pointers.put(pointer, { kind: "stranger", key: "look-up" });
        if (outcome.kind === "full") throw new UnavailableError("The node's store is full.");
        if (outcome.kind === "refused") throw refusedFeed(identityText(pointer.identity));
        return outcome.kind === "greater-held" ? outcome.bytes : undefined;
      }),
  };
}
