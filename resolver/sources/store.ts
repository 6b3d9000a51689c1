import type { Part, PointerSource } from "../contracts.ts";
import type { PointerStore } from "../node/node.ts";

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
      const held = pointers.get(identity);
      if (held !== null) yield held;
    },
    offer: (pointer) =>
      Promise.try(() => {
        const outcome = pointers.put(pointer, { kind: "stranger", key: "look-up" });
        return outcome.kind === "greater-held" ? outcome.bytes : undefined;
      }),
  };
}
