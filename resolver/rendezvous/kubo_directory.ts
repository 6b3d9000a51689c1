import { OurSpaceError } from "../../schemas/errors.ts";
import { plainWords } from "../plain_words.ts";
import { type Directory, fieldsOf, readProvider } from "./directory.ts";
import { jsonLines } from "./json_lines.ts";
import type { KuboRpc } from "./kubo_rpc.ts";

/** What Kubo calls its events (go-libp2p's QueryEventType). */
const QUERY_ERROR = 3;
const PROVIDER = 4;

/**
 * Kubo also tells of every peer that it asks, with 20 others and their addresses each: some 12 KB, for
 * some 100 peers in a large network.
 */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 256 * 1024;

/** Asks the network that a Kubo daemon is a member of (`routing/findprovs`). */
export function kuboDirectory(
  rpc: KuboRpc,
  limits: { providers: number; milliseconds: number },
): Directory {
  return {
    id: "Kubo daemon",
    async *providers(cid, call) {
      const { body } = await rpc({
        command: "routing/findprovs",
        parameters: { arg: cid, "num-providers": String(limits.providers) },
        maxBytes: MAX_BYTES,
        timeoutMilliseconds: limits.milliseconds,
      }, call);
      for await (const event of jsonLines(body, MAX_LINE_CHARACTERS)) {
        const { Type: type, Responses: responses, Extra: words, ID: peer } = fieldsOf(event);
        // With a peer it is one of many that did not answer; without, it is the whole query.
        if (type === QUERY_ERROR && peer === "") throw failed(words);
        if (type !== PROVIDER || !Array.isArray(responses)) continue;
        for (const response of responses) {
          const provider = readProvider(response);
          if (provider !== null) yield provider;
        }
      }
    },
  };
}

function failed(words: unknown): OurSpaceError {
  return new OurSpaceError(`Kubo could not look for providers: ${plainWords(String(words))}`, {
    remedy: "See whether the daemon is online and has peers: ipfs swarm peers",
  });
}
