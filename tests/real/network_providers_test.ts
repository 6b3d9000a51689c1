import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { peerIdFromString } from "@libp2p/peer-id";
import { contentKey, contentName } from "../../resolver/network/content_key.ts";
import { rawTree } from "../support/blocks.ts";
import { eventually } from "../support/eventually.ts";
import {
  ADD_PROVIDER,
  encodeMessage,
  framed,
  GET_PROVIDERS,
  kadPeerInfo,
} from "../support/kad_messages.ts";
import { type KadPeer, startKadPeer } from "../support/kad_peer.ts";
import { LIBP2P_TEST } from "../support/network.ts";
import { type NodeProcess, startNodeProcess } from "../support/network_processes.ts";

const { root } = await rawTree(new TextEncoder().encode("hello"));
const KEY = contentKey(root);
const ADDRESS = "/ip4/8.8.8.8/tcp/4001";

/** The providers that a node tells, with their addresses. */
async function toldBy(node: NodeProcess, asker: KadPeer): Promise<string[]> {
  const [address = ""] = node.addresses;
  const answer = await asker.ask(address, { type: GET_PROVIDERS, key: KEY });
  return (answer?.providers ?? []).filter(({ addresses }) => addresses.length > 0)
    .map(({ id }) => id.toString());
}

/** What is committed, with where the provider is. */
function isWritten({ dataFolder }: NodeProcess): boolean {
  using database = new DatabaseSync(`${dataFolder}/providers.sqlite`, { readOnly: true });
  const row = database.prepare(
    `SELECT count(*) AS count FROM records JOIN providers USING (provider)
     WHERE content = ? AND length(addresses) > 0`,
  ).get(contentName(root));
  return row?.["count"] === 1;
}

Deno.test(
  "a node that is killed, or stopped, tells after its next start who provided what, and where they are",
  LIBP2P_TEST,
  async () => {
    await using node = await startNodeProcess();
    await using asker = await startKadPeer();
    let id: Uint8Array;
    {
      await using provider = await startKadPeer();
      id = peerIdFromString(provider.peerId).toMultihash().bytes;
      const own = kadPeerInfo(id, [ADDRESS]);
      const stream = await provider.open(node.addresses[0] ?? "");
      stream.send(framed(encodeMessage({ type: ADD_PROVIDER, key: KEY, providers: [own] })));
      await eventually("it is written", () => isWritten(node));
    }
    await node.kill();
    const killed = await node.restart();
    assert.deepEqual(await toldBy(killed, asker), [id.toString()]);
    assert.equal(await killed.interrupt(), 0);
    await using stopped = await killed.restart();
    assert.deepEqual(await toldBy(stopped, asker), [id.toString()]);
    assert.doesNotMatch(stopped.output(), /learnt anew|cannot be remembered/);
    await stopped.kill();

    await Deno.writeFile(`${stopped.dataFolder}/providers.sqlite`, new Uint8Array(9_000).fill(7));
    await using mended = await stopped.restart();
    assert.match(mended.output(), /What other nodes provide is learnt anew/);
    assert.deepEqual(await toldBy(mended, asker), []);
  },
);
