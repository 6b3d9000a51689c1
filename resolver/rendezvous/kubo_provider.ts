import { httpOrigin } from "../../schemas/http_multiaddr.ts";
import type { Identity } from "../../schemas/identity.ts";
import { rendezvousBlock, rendezvousCid } from "../../schemas/rendezvous.ts";
import type { Call } from "../contracts.ts";
import { fieldsOf } from "./directory.ts";
import type { KuboRpc } from "./kubo_rpc.ts";

/** Providing on behalf of this node, through a Kubo daemon. Every method throws as the RPC does. */
export interface KuboProvider {
  /** The daemon's peer id, and the web origins that it announces as its own. */
  announced(call: Call): Promise<{ readonly peer: string; readonly origins: readonly string[] }>;
  /** The addresses that its operator added to what it announces (`Addresses.AppendAnnounce`). */
  addedAddresses(call: Call): Promise<readonly string[]>;
  /** Stores the identity's rendezvous block and tells the IPFS network who has it. */
  provide(identity: Identity, call: Call): Promise<void>;
  /** Takes the block away; the network forgets the provider by itself, within two days. */
  withdraw(identity: Identity, call: Call): Promise<void>;
}

const MAX_BYTES = 64 * 1024;
/** For what the daemon answers by itself. */
const QUICK_MILLISECONDS = 10_000;
/** In the public network a record goes to 20 peers that are found first: typically 10 to 60 s. */
const PROVIDE_MILLISECONDS = 180_000;

export function kuboProvider(rpc: KuboRpc): KuboProvider {
  const quick = { maxBytes: MAX_BYTES, timeoutMilliseconds: QUICK_MILLISECONDS };

  return {
    async announced(call) {
      const { body } = await rpc({ command: "id", ...quick }, call);
      const { ID: peer, Addresses: addresses } = fieldsOf(await new Response(body).json());
      const origins = textsOf(addresses).flatMap((address) => httpOrigin(address) ?? []);
      return { peer: String(peer), origins };
    },

    async addedAddresses(call) {
      const parameters = { arg: "Addresses.AppendAnnounce" };
      const { body } = await rpc({ command: "config", parameters, ...quick }, call);
      return textsOf(fieldsOf(await new Response(body).json())["Value"]);
    },

    async provide(identity, call) {
      const form = new FormData();
      form.set("file", new Blob([rendezvousBlock(identity)]), "rendezvous");
      const parameters = { "cid-codec": "raw" };
      const stored = await rpc({ command: "block/put", parameters, body: form, ...quick }, call);
      await stored.body.cancel();
      const { body } = await rpc({
        command: "routing/provide",
        parameters: { arg: rendezvousCid(identity) },
        // It tells of every peer on the way.
        maxBytes: 8 * 1024 * 1024,
        timeoutMilliseconds: PROVIDE_MILLISECONDS,
      }, call);
      // The daemon ends its work when nobody reads.
      await body.pipeTo(new WritableStream());
    },

    async withdraw(identity, call) {
      const parameters = { arg: rendezvousCid(identity), force: "true" };
      const { body } = await rpc({ command: "block/rm", parameters, ...quick }, call);
      await body.cancel();
    },
  };
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
}
