import assert from "node:assert/strict";
import { kuboBlocks } from "../../../resolver/blocks/kubo.ts";
import { blockSources } from "../../../resolver/blocks/mod.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { BlockSource } from "../../../resolver/contracts.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import { fakeSource, holding, rawTree } from "../../support/blocks.ts";
import { blocksOver, CALL, outcomes, rejection } from "../../support/content.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { partContext } from "../../support/parts.ts";
import { kuboService } from "../../support/services.ts";
import { type RawConnection, startRawServer } from "../../support/raw_server.ts";

const HELLO = await rawTree(new TextEncoder().encode("hello"));

/**
 * A source of each kind that reaches others over HTTP, all of them at this port; but for Kubo, which
 * is the operator's own and is spoken to by its own client.
 */
async function sourcesAt(port: number): Promise<BlockSource[]> {
  const url = `http://127.0.0.1:${port}`;
  const context = partContext({ PEERS: url, TRUSTLESS_GATEWAYS: url });
  const sources = (await Promise.all(blockSources.map((part) => part.create(context)))).flat();
  assert.equal(sources.length, 2);
  return sources;
}

/** Runs against a source of each kind whose service follows the script. */
async function eachKind(
  script: (connection: RawConnection) => Promise<unknown>,
  check: (source: BlockSource) => Promise<void>,
): Promise<void> {
  const server = startRawServer(script);
  try {
    for (const source of await sourcesAt(server.port)) await check(source);
  } finally {
    await server.stop();
  }
}

const OK = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.ipld.raw\r\n";
const limits = { ...contentLimits, hedgeMilliseconds: 20, blockMilliseconds: 300 };
const healthy = fakeSource("healthy", holding(HELLO.blocks));

Deno.test("a flipped byte from any kind of source is caught", async () => {
  await eachKind(
    ({ send }) => send(`${OK}Content-Length: 5\r\n\r\nhellp`),
    async (source) => {
      const { roads } = await blocksOver([source, healthy]).get(HELLO.root, CALL);
      assert.deepEqual(outcomes(roads), [`${source.id} forged`, "healthy delivered"]);
      await rejection(blocksOver([source]).get(HELLO.root, CALL), ContentWrongError);
    },
  );
});

Deno.test("a flipped byte on the own disk is caught, and others are asked", async () => {
  await using temporary = await temporaryNode();
  const { node, dataDir } = temporary;
  await node.blocks.put(HELLO.root, new TextEncoder().encode("hello"));
  const name = HELLO.root.toString();
  const path = `${dataDir}/blocks/${name.slice(-2)}/${name}`;
  await Deno.writeTextFile(path, "hellp");
  const unreported = { ...node, blocks: { ...node.blocks, get: () => Deno.readFile(path) } };
  const context = partContext({}, { node: unreported });
  const [local] = (await Promise.all(blockSources.map((part) => part.create(context)))).flat();
  assert.ok(local);
  const { roads } = await blocksOver([local, healthy]).get(HELLO.root, CALL);
  assert.deepEqual(outcomes(roads), ["local forged", "healthy delivered"]);
});

Deno.test("an endless body ends at 2 MiB", async () => {
  const piece = new Uint8Array(64 * 1024);
  await eachKind(
    async ({ send }) => {
      await send(`${OK}Connection: close\r\n\r\n`);
      while (await send(piece));
    },
    async (source) => {
      const error = await rejection(
        blocksOver([source]).get(HELLO.root, CALL),
        ContentWrongError,
      );
      assert.match(error.roads[0]?.reason ?? "", /larger than 2097152/);
    },
  );
});

Deno.test("an announced size over 2 MiB is refused at once", async () => {
  await eachKind(
    async ({ send }) => {
      await send(`${OK}Content-Length: 30000000\r\n\r\n`);
      await new Promise(() => {});
    },
    async (source) => {
      await rejection(blocksOver([source]).get(HELLO.root, CALL), ContentWrongError);
    },
  );
});

Deno.test("a body that is shorter than announced is a failure, not a block", async () => {
  await eachKind(
    ({ send }) => send(`${OK}Content-Length: 10\r\n\r\nhello`),
    async (source) => {
      const error = await rejection(
        blocksOver([source]).get(HELLO.root, CALL),
        ContentUnreachableError,
      );
      assert.deepEqual(outcomes(error.roads), [`${source.id} failed`]);
    },
  );
});

Deno.test("a service that drips or never answers costs others a hedge delay", async () => {
  const drip = async ({ send }: RawConnection) => {
    await send(`${OK}Content-Length: 5\r\n\r\nh`);
    await new Promise(() => {});
  };
  const mute = () => new Promise(() => {});
  for (const script of [drip, mute]) {
    await eachKind(script, async (source) => {
      const { road } = await blocksOver([source, healthy], { limits }).get(HELLO.root, CALL);
      assert.equal(road, "healthy");
      const alone = blocksOver([source], { limits }).get(HELLO.root, CALL);
      await rejection(alone, ContentUnreachableError);
    });
  }
});

Deno.test("what is no HTTP, or another page, is no block", async () => {
  await eachKind(
    ({ send }) => send("SSH-2.0-OpenSSH_9.2\r\n"),
    async (source) => {
      await rejection(blocksOver([source]).get(HELLO.root, CALL), ContentUnreachableError);
    },
  );
  await eachKind(
    ({ send }) => send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    async (source) => {
      const error = await rejection(
        blocksOver([source]).get(HELLO.root, CALL),
        ContentUnreachableError,
      );
      assert.deepEqual(outcomes(error.roads), [`${source.id} none`]);
    },
  );
});

Deno.test("a Kubo daemon's block is hashed too, its size is asked for first, and silence is bounded", async () => {
  const cid = HELLO.root.toString();
  const large = new Uint8Array(contentLimits.blockBytes + 1);
  for (const wrong of [new TextEncoder().encode("hellp"), large]) {
    await using daemon = kuboService({ blocks: new Map([[cid, wrong]]) });
    const [kubo] = await kuboBlocks.create(partContext({ KUBO_RPC_URL: daemon.url }));
    assert.ok(kubo);
    await rejection(blocksOver([kubo]).get(HELLO.root, CALL), ContentWrongError);
    assert.equal(daemon.asked.some((path) => path.includes("/block/get")), wrong !== large);
  }
  const mute = startRawServer(() => new Promise(() => {}));
  const url = `http://127.0.0.1:${mute.port}`;
  const [kubo] = await kuboBlocks.create(partContext({ KUBO_RPC_URL: url }));
  assert.ok(kubo);
  const { road } = await blocksOver([kubo, healthy], { limits }).get(HELLO.root, CALL);
  assert.equal(road, "healthy");
  await mute.stop();
});
