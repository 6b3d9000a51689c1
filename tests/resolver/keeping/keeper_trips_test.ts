import assert from "node:assert/strict";
import type { CID } from "multiformats/cid";
import { peerBlocks } from "../../../resolver/blocks/peers.ts";
import { startKeeping } from "../../../resolver/keeping/keeper.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { identityText } from "../../../schemas/identity.ts";
import { parseName } from "../../../schemas/name.ts";
import { readerOver } from "../../support/content.ts";
import { eventually } from "../../support/eventually.ts";
import { listen } from "../../support/feed_offers.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { partContext } from "../../support/parts.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { patterned } from "../../support/source_files.ts";
import { openTestGateway } from "../../support/test_gateway.ts";

const FEED = "<rss/>";

/** 40 pictures; those of the second version differ in one. */
function folder(changed: number): Record<string, string | Uint8Array<ArrayBuffer>> {
  const pictures = Array.from(
    { length: 40 },
    (_, number) => [`${number}.jpg`, patterned(2_000, number === 7 ? changed : number)] as const,
  );
  return { "feed.xml": FEED, ...Object.fromEntries(pictures) };
}

Deno.test("a folder of which nothing is here comes in one trip; of its next version only what has changed", async () => {
  await using publisher = await openTestGateway();
  await using peer = listen(publisher);
  await using follower = await temporaryNode();
  const { node } = follower;
  const stopping = new AbortController();
  const local = { id: "local", local: true, get: (cid: CID) => node.blocks.get(cid) };
  const peers = await peerBlocks.create(partContext({ PEERS: peer.url }));
  const signer = makeSigner();
  const first = await verifiedPointer(signer, { cid: await publisher.add(folder(101)) });
  const keeper = startKeeping({
    node,
    verifier: createVerifier({ clock: Date.now }),
    content: readerOver([local, ...peers], { store: node.blocks }),
    lookUp: () => Promise.resolve(first),
    identify: () => assert.fail("Nobody has a domain"),
    describe: () => Promise.resolve({ title: "", media: [] }),
    others: [],
    maxFollowedBytes: 10_000_000,
    clock: Date.now,
    alarm: () => () => {},
    random: () => 0.5,
    report: assert.fail,
    signal: stopping.signal,
  });
  const isHeld = (cid: string) => () => {
    const [one] = keeper.followed();
    return one?.state === "held" && one.cid === cid;
  };
  try {
    node.follows.add(parseName(identityText(signer.identity)), signer.identity);
    await eventually("the first is held", isHeld(first.cid));
    assert.equal(keeper.followed()[0]?.blocks, 42);
    assert.deepEqual(peer.asked, [
      `/ipfs/${first.cid}/feed.xml?format=car&dag-scope=entity`,
      `/ipfs/${first.cid}?format=car&dag-scope=all`,
    ]);

    peer.asked.length = 0;
    const cid = await publisher.add(folder(102));
    const second = await verifiedPointer(signer, { cid, timestamp: "2026-02-01T00:00:00.000Z" });
    node.pointers.put(second, SENDER);
    await eventually("the second is held", isHeld(cid));
    assert.deepEqual(peer.asked.map((url) => /format=(\w+)/.exec(url)?.[1]), ["car", "raw"]);
    assert.equal(peer.asked[0], `/ipfs/${cid}/feed.xml?format=car&dag-scope=entity`);
  } finally {
    stopping.abort();
    await keeper.ended;
  }
});
