import type { Call } from "../../../resolver/contracts.ts";
import { storedFollows as readFollows } from "../../../resolver/keeping/followed_feed.ts";
import { identifyServed } from "../../../resolver/rules/identify_served.ts";
import { identityText } from "../../../schemas/identity.ts";
import { createParts } from "../../parts.ts";
import type { Tools } from "../publish/tools.ts";
import type { HeldNode } from "../running_node.ts";
import type { Follows } from "./follows.ts";

/** In the data folder of a node that does not run: it begins with what is new at its next start. */
export async function storedFollows(
  { held: node, rules }: HeldNode,
  { settings, verifier, clock, terminal }: Tools,
  { signal }: Call,
): Promise<Follows> {
  const { identifier } = await createParts({
    settings,
    node,
    network: null,
    verifier,
    clock,
    signal,
    report: (problem) => terminal.note(`Warning: ${problem}`),
  });
  return {
    url: null,
    all: () => Promise.resolve(readFollows(node, rules)),
    async add(name, call) {
      const held = node.follows.get(name);
      const follow = held ??
        node.follows.add(name, (await identifyServed(name, { identifier, rules }, call)).identity);
      return { identity: identityText(follow.identity), known: held !== null };
    },
    remove: (name) => Promise.resolve(node.follows.remove(name)),
    [Symbol.asyncDispose]: () => node.close(),
  };
}
