import { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../contracts.ts";
import { plainWords } from "../plain_words.ts";
import { type Directory, fieldsOf, type Provider, readProvider } from "./directory.ts";
import { jsonLines } from "./json_lines.ts";
import type { KuboRpc } from "./kubo_rpc.ts";

/** What Kubo calls its events (go-libp2p's QueryEventType). */
const PEER_RESPONSE = 1;
const QUERY_ERROR = 3;
const PROVIDER = 4;

/**
 * Kubo also tells of every peer that it asks, with 20 others and their addresses each: some 12 KB, for
 * some 100 peers in a large network.
 */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 256 * 1024;

/**
 * Asks the network that a Kubo daemon is a member of (`routing/findprovs`).
 *
 * Kubo asks two DHTs at once, that of the world and that of the local network, and of two errors it
 * passes on the one that it read last. A daemon that knows peers in one of them alone says "failed to
 * find any peer in table" in some 0.8 % of the searches that find nothing, and in some 0.07 % it has
 * lost the answers as well (measured, Kubo 0.43). So an error counts only when nobody answered, and
 * only the second time: a daemon that has no peers says so within milliseconds.
 */
export function kuboDirectory(
  rpc: KuboRpc,
  limits: { providers: number; milliseconds: number },
): Directory {
  /** Gives why nobody could be asked; undefined when somebody was. */
  async function* search(cid: string, call: Call): AsyncGenerator<Provider, string | undefined> {
    const { body } = await rpc({
      command: "routing/findprovs",
      parameters: { arg: cid, "num-providers": String(limits.providers) },
      maxBytes: MAX_BYTES,
      timeoutMilliseconds: limits.milliseconds,
    }, call);
    let anybodyAnswered = false;
    let failure: string | undefined;
    for await (const event of jsonLines(body, MAX_LINE_CHARACTERS)) {
      const { Type: type, Responses: responses, Extra: words, ID: peer } = fieldsOf(event);
      if (type === PEER_RESPONSE || type === PROVIDER) anybodyAnswered = true;
      // With a peer it is one of many that did not answer; without, it is the whole query.
      if (type === QUERY_ERROR && peer === "") failure = String(words);
      if (type !== PROVIDER || !Array.isArray(responses)) continue;
      for (const response of responses) {
        const provider = readProvider(response);
        if (provider !== null) yield provider;
      }
    }
    return anybodyAnswered ? undefined : failure;
  }

  return {
    id: "Kubo daemon",
    async *providers(cid, call) {
      if ((yield* search(cid, call)) === undefined) return;
      const failure = yield* search(cid, call);
      if (failure !== undefined) throw failed(failure);
    },
  };
}

function failed(words: string): OurSpaceError {
  return new OurSpaceError(`Kubo could not look for providers: ${plainWords(words)}`, {
    remedy: "See whether the daemon is online and has peers: ipfs swarm peers",
  });
}
