import type { Node, Sender } from "../../resolver/node/node.ts";
import { type NodeOptions, openNode } from "../../resolver/node/open_node.ts";
import { temporaryFolder } from "./temporary.ts";

/** Who hands pointers over in tests that do not care. */
export const SENDER: Sender = { kind: "stranger", key: "somebody" };

/** A node in a folder of its own; both are gone when the scope ends. */
export async function temporaryNode(options: Partial<NodeOptions> = {}): Promise<
  { readonly node: Node; readonly dataDir: string } & AsyncDisposable
> {
  const folder = await temporaryFolder();
  const node = await openNode({ dataDir: folder.path, report: unexpected, ...options });
  return {
    node,
    dataDir: folder.path,
    async [Symbol.asyncDispose]() {
      await node.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function unexpected(problem: string): never {
  throw new Error(`The node reported: ${problem}`);
}
