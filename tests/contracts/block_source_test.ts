import assert from "node:assert/strict";
import { blockSources } from "../../resolver/blocks/mod.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import type { BlockSource } from "../../resolver/contracts.ts";
import { OutboundError } from "../../resolver/errors.ts";
import { type Blocks, fileTree, rawTree } from "../support/blocks.ts";
import { CALL } from "../support/content.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../support/network.ts";
import { temporaryNode } from "../support/nodes.ts";
import { partContext } from "../support/parts.ts";
import { kuboService, type Service, trustlessService } from "../support/services.ts";
import { patterned } from "../support/source_files.ts";

const HELLO = await rawTree(new TextEncoder().encode("hello"));
const LARGE = await rawTree(patterned(contentLimits.blockBytes));
const TOO_LARGE = await rawTree(patterned(contentLimits.blockBytes + 1));
const FILE = await fileTree(patterned(10_000));
const MISSING = await rawTree(new Uint8Array([1]));

/** How a part is given something to ask, by the part's id: a new part needs a line here. */
const SERVICES: Readonly<
  Record<
    string,
    { setting: string; start: (holdings: { blocks: Blocks; status?: number }) => Service }
  >
> = {
  kubo: { setting: "KUBO_RPC_URL", start: kuboService },
  peers: { setting: "PEERS", start: trustlessService },
  "trustless-gateways": { setting: "TRUSTLESS_GATEWAYS", start: trustlessService },
};

for (const part of blockSources) {
  Deno.test(`${part.id}: nothing configured is nothing created`, async () => {
    assert.deepEqual(await part.create(partContext()), []);
  });

  // The node's own parts are no HTTP services: the node's blocks and its network have tests below.
  if (part.id === "local" || part.id === "bitswap") continue;
  const service = SERVICES[part.id];
  assert.ok(service, `The contract test does not know how to serve the part ${part.id}`);
  const { setting, start } = service;
  const connect = async ({ url }: { url: string }): Promise<BlockSource> => {
    const [source, ...others] = await part.create(partContext({ [setting]: url }));
    assert.ok(source !== undefined && others.length === 0);
    return source;
  };

  Deno.test(`${part.id}: gives a block that is held, up to 2 MiB`, async () => {
    await using held = start({ blocks: new Map([...HELLO.blocks, ...LARGE.blocks]) });
    const source = await connect(held);
    const hello = await source.get(HELLO.root, CALL);
    assert.equal(new TextDecoder().decode(hello ?? undefined), "hello");
    assert.equal((await source.get(LARGE.root, CALL))?.length, contentLimits.blockBytes);
  });

  Deno.test(`${part.id}: a block that is not held is null, and no failure`, async () => {
    await using empty = start({ blocks: new Map() });
    const source = await connect(empty);
    assert.equal(await source.get(MISSING.root, CALL), null);
  });

  Deno.test(`${part.id}: a service that is broken, or not there, is a failure and not null`, async () => {
    await using broken = start({ blocks: HELLO.blocks, status: 503 });
    await assert.rejects((await connect(broken)).get(HELLO.root, CALL), /503/);
    const gone = start({ blocks: HELLO.blocks });
    await gone[Symbol.asyncDispose]();
    await assert.rejects((await connect(gone)).get(HELLO.root, CALL), OutboundError);
  });

  Deno.test(`${part.id}: more than 2 MiB are refused`, async () => {
    await using held = start({ blocks: TOO_LARGE.blocks });
    const source = await connect(held);
    await assert.rejects(source.get(TOO_LARGE.root, CALL), { reason: "too-large" });
  });

  Deno.test(`${part.id}: gives a whole DAG in one trip, and none of what is not held`, async () => {
    await using held = start({ blocks: FILE.blocks });
    const { dag } = await connect(held);
    assert.ok(dag);
    const blocks = await dag({ root: FILE.root, scope: "all" }, CALL);
    assert.ok(blocks !== null);
    const given = await Array.fromAsync(blocks);
    assert.deepEqual(given.map(({ cid }) => cid.toString()), [...FILE.blocks.keys()]);
    assert.deepEqual(given.map(({ bytes }) => bytes), [...FILE.blocks.values()]);
    assert.equal(held.asked.length, 1);
    assert.equal(await dag({ root: MISSING.root, scope: "all" }, CALL), null);
  });

  Deno.test(`${part.id}: a trip that is ended ends at once`, async () => {
    await using held = start({ blocks: FILE.blocks });
    const { dag } = await connect(held);
    const leaver = new AbortController();
    const asking = dag?.({ root: FILE.root, scope: "all" }, leaver);
    leaver.abort();
    await assert.rejects(asking ?? Promise.resolve(), { name: "AbortError" });
  });

  Deno.test(`${part.id}: a call that is ended ends at once`, async () => {
    await using held = start({ blocks: HELLO.blocks });
    const source = await connect(held);
    const leaver = new AbortController();
    const asking = source.get(HELLO.root, leaver);
    leaver.abort();
    await assert.rejects(asking, { name: "AbortError" });
  });

  Deno.test(`${part.id}: a source's name is for people, and one source differs from another`, async () => {
    const context = partContext({ [setting]: "https://one.example" });
    const [one] = await part.create(context);
    assert.match(one?.id ?? "", /one\.example|Kubo/);
    assert.ok(one?.local !== true);
  });
}

Deno.test("the node's own blocks come first in the list, and cost nobody else a question", async () => {
  await using temporary = await temporaryNode();
  await temporary.node.blocks.put(HELLO.root, new TextEncoder().encode("hello"));
  const [part] = blockSources;
  const [source] = await part?.create(partContext({}, { node: temporary.node })) ?? [];
  assert.equal(source?.local, true);
  assert.equal((await source?.get(HELLO.root, CALL))?.length, 5);
  assert.equal(await source?.get(MISSING.root, CALL), null);
});

Deno.test(
  "bitswap: a held block, a missing one, a large one and a call that ends, over two nodes",
  LIBP2P_TEST,
  async () => {
    await using holder = await startNetworkNode();
    const [address = ""] = holder.network.addresses();
    await using asker = await startNetworkNode({ environment: { BOOTSTRAP: address } });
    await until("they know each other", () => asker.network.status().routingTable === 1);
    for (const { root, blocks } of [HELLO, LARGE]) {
      for (const block of blocks.values()) await holder.node.blocks.put(root, block);
    }
    const part = blockSources.find(({ id }) => id === "bitswap");
    const [source, ...others] = await part?.create(partContext({}, asker)) ?? [];
    assert.ok(source !== undefined && others.length === 0 && source.local !== true);
    const hello = await source.get(HELLO.root, CALL);
    assert.equal(new TextDecoder().decode(hello ?? undefined), "hello");
    assert.equal((await source.get(LARGE.root, CALL))?.length, contentLimits.blockBytes);
    assert.equal(await source.get(MISSING.root, CALL), null);
    const leaver = new AbortController();
    const asking = source.get(HELLO.root, leaver);
    leaver.abort();
    await assert.rejects(asking, { name: "AbortError" });
  },
);

Deno.test("part ids and settings are told apart", () => {
  const ids = blockSources.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});
