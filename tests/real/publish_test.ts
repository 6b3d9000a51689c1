import assert from "node:assert/strict";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { CID } from "multiformats/cid";
import { sourceFile } from "../../gateway/commands/publish/files.ts";
import { buildFileDag } from "../../resolver/content/dag_builder.ts";
import { openNode } from "../../resolver/node/open_node.ts";
import { startAnvil } from "../support/anvil.ts";
import { CALL } from "../support/content.ts";
import { eventually } from "../support/eventually.ts";
import { startGateway } from "../support/gateway_process.ts";
import { startKubo } from "../support/kubo.ts";
import { rssFeed } from "../support/publish.ts";
import { ROOT, taskCommand } from "../support/task_process.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

/** Processes and their sockets outlive the last await by a tick. */
const PROCESSES = { sanitizeOps: false, sanitizeResources: false };

/** A folder with a feed, a key, and the command as a person types it. */
async function makePublisher() {
  const home = await temporaryFolder();
  const key = generatePrivateKey();
  const folder = `${home.path}/feed`;
  const dataDir = `${home.path}/data`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/feed.xml`, rssFeed(["One"]));

  function start(args: readonly string[], environment: Record<string, string>): Deno.ChildProcess {
    const task = taskCommand("publish", args);
    return new Deno.Command(task.command, {
      args: task.args,
      cwd: ROOT,
      env: {
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
        DATA_DIR: dataDir,
        TRUSTLESS_GATEWAYS: "",
        OURSPACE_PRIVATE_KEY: key,
        ...environment,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }
  return {
    folder,
    dataDir,
    address: privateKeyToAccount(key).address,
    start,
    async run(args: readonly string[], environment: Record<string, string> = {}) {
      const { code, stdout, stderr } = await start(args, environment).output();
      const result = new TextDecoder().decode(stdout);
      return { code, result, all: result + new TextDecoder().decode(stderr) };
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  assert.equal(response.status, 200, body);
  return body;
}

Deno.test({
  name: "a running node shows what was published, and what was published anew",
  ...PROCESSES,
  async fn() {
    await using gateway = await startGateway();
    await using publisher = await makePublisher();
    const environment = { DATA_DIR: gateway.dataFolder };
    const first = await publisher.run([publisher.folder, "--yes"], environment);
    assert.equal(first.code, 0, first.all);
    assert.match(first.result, /your node: holds both/);
    const page = /^Page: +(\S+)$/m.exec(first.result)?.[1] ?? "";
    assert.equal(page, `${gateway.url}/${publisher.address}`);
    assert.match(await text(`${page}/feed.xml`), /<title>One<\/title>/);

    await Deno.writeTextFile(`${publisher.folder}/feed.xml`, rssFeed(["Two", "One"]));
    await Deno.writeFile(`${publisher.folder}/video.mp4`, new Uint8Array(20_000_000).fill(7));
    const second = await publisher.run([publisher.folder], environment);
    assert.equal(second.code, 0, second.all);
    assert.match(await text(`${page}/feed.xml`), /<title>Two<\/title>/);
    const cid = /^CID: +(\S+)$/m.exec(second.result)?.[1] ?? "";
    const video = await fetch(`${gateway.url}/ipfs/${cid}/video.mp4`);
    assert.equal((await video.bytes()).byteLength, 20_000_000);

    const withdrawal = await publisher.run(["--withdraw", "--yes"], environment);
    assert.equal(withdrawal.code, 0, withdrawal.all);
    const gone = await fetch(`${page}/feed.xml`);
    await gone.body?.cancel();
    assert.equal(gone.status, 410);
  },
});

Deno.test({
  name: "a second node that has the first as its peer gets the pointer, and fetches the content",
  ...PROCESSES,
  async fn() {
    await using first = await startGateway();
    await using second = await startGateway({ PEERS: first.url });
    await using publisher = await makePublisher();
    const { code, result, all } = await publisher.run([publisher.folder, "--yes"], {
      DATA_DIR: first.dataFolder,
      PEERS: second.url,
    });
    assert.equal(code, 0, all);
    assert.match(result, /Pointer: +held by 2 of 2 places\nContent: +held by 2 of 2 places/);
  },
});

Deno.test({
  name: "kill -9 in the middle leaves a store in which the next try completes",
  ...PROCESSES,
  async fn() {
    await using publisher = await makePublisher();
    const { folder, dataDir } = publisher;
    const media = new Uint8Array(150 * 1_048_576);
    for (let block = 0; block < 150; block++) media[block * 1_048_576] = block;
    await Deno.writeFile(`${folder}/video.mp4`, media);

    // Nobody takes the pointer: however late this test looks, the command has not ended.
    await using silence = silentServer("PUT");
    const killed = publisher.start([folder, "--yes"], { PEERS: silence.url });
    const outcome = killed.output();
    await eventually("a block is stored", () => hasBlock(`${dataDir}/blocks`), { pause: 1 });
    killed.kill("SIGKILL");
    const { signal, stderr } = await outcome;
    assert.equal(signal, "SIGKILL", new TextDecoder().decode(stderr));

    const again = await publisher.run([folder, "--yes"]);
    assert.equal(again.code, 0, again.all);
    assert.match(again.result, /^Published “Alice”/);
    const node = await openNode({ dataDir, report: assert.fail });
    const dag = await buildFileDag(await sourceFile(`${folder}/video.mp4`, "video.mp4"), CALL);
    for await (const { cid } of dag.blocks(CALL)) assert.ok(await node.blocks.has(cid), `${cid}`);
    const root = CID.parse(/^CID: +(\S+)$/m.exec(again.result)?.[1] ?? "");
    assert.ok(await node.blocks.has(root));
    await node.close();
  },
});

/** True as soon as one block has got its name. */
async function hasBlock(folder: string): Promise<boolean> {
  try {
    for await (const entry of Deno.readDir(folder)) if (entry.name.length === 2) return true;
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: "Ctrl-C stops it with the shell's code",
  ...PROCESSES,
  async fn() {
    await using publisher = await makePublisher();
    await using silence = silentServer("GET");
    const running = publisher.start([publisher.folder, "--yes"], { PEERS: silence.url });
    await silence.asked;
    running.kill("SIGINT");
    const { code, stderr } = await running.output();
    assert.equal(code, 130);
    assert.match(new TextDecoder().decode(stderr), /Stopped\./);
  },
});

/** A peer that never answers requests with this method, and knows nothing. */
function silentServer(method: "GET" | "PUT") {
  const asked = Promise.withResolvers<void>();
  const listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.method !== method) return new Response(null, { status: 404 });
    asked.resolve();
    return new Promise<Response>(() => {});
  });
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    asked: asked.promise,
    [Symbol.asyncDispose]: () => {
      // Its requests never end by themselves.
      listener.unref();
      return Promise.resolve();
    },
  };
}

Deno.test({
  name: "mistakes end with their code and a way out, without a stack trace",
  ...PROCESSES,
  async fn() {
    await using publisher = await makePublisher();
    const { folder } = publisher;
    const cases: readonly [readonly string[], Record<string, string>, number, RegExp][] = [
      [["--help"], {}, 0, /deno task publish <feed file or folder>/],
      [[], {}, 2, /No feed file or folder/],
      [[folder], {}, 1, /nobody can replace a lost key[^]*Nobody is there to be asked/],
      [[folder], { OURSPACE_PRIVATE_KEY: "" }, 1, /no key to sign with/],
      [[folder], { PEERS: "nonsense" }, 1, /PEERS/],
      [[folder, "--rpc", "http://127.0.0.1:9"], {}, 1, /--rpc cannot be reached/],
      [[`${folder}/nothing`, "--yes"], {}, 1, /does not exist/],
    ];
    for (const [args, environment, expected, words] of cases) {
      const { code, all } = await publisher.run(args, environment);
      assert.equal(code, expected, all);
      assert.match(all, words);
      assert.doesNotMatch(all, /\.ts:\d+/);
    }
  },
});

realTest("anvil", "an account that a JSON-RPC endpoint holds publishes", async (_, program) => {
  await using anvil = await startAnvil(program, ["--accounts", "1"]);
  await using publisher = await makePublisher();
  const { code, result, all } = await publisher.run(
    [publisher.folder, "--rpc", anvil.rpcUrl, "--yes"],
  );
  assert.equal(code, 0, all);
  assert.match(all, /confirm it in your wallet/);
  assert.doesNotMatch(result, new RegExp(publisher.address));
});

realTest("ipfs", "the content is in Kubo too, where the settings name one", async () => {
  const kubo = await startKubo({ profile: "unixfs-v1-2025" });
  try {
    await using publisher = await makePublisher();
    await Deno.writeFile(`${publisher.folder}/song.mp3`, new Uint8Array(3_000_000).fill(3));
    const { code, result, all } = await publisher.run(
      [publisher.folder, "--yes"],
      { KUBO_RPC_URL: kubo.rpcUrl },
    );
    assert.equal(code, 0, all);
    assert.match(result, /Content: +held by 1 of 1 places, the Kubo daemon/);
    const cid = /^CID: +(\S+)$/m.exec(result)?.[1] ?? "";
    const added = ["add", "--recursive", "--only-hash", "--quieter", publisher.folder];
    assert.equal(await kubo.run(added), cid);
    assert.match(await kubo.run(["pin", "ls", "--type=recursive"]), new RegExp(cid));
  } finally {
    await kubo.stop();
  }
  await using publisher = await makePublisher();
  const down = await publisher.run(
    [publisher.folder, "--yes"],
    { KUBO_RPC_URL: "http://127.0.0.1:9" },
  );
  assert.equal(down.code, 0, down.all);
  assert.match(down.all, /the Kubo daemon does not hold the content\. It cannot be reached/);
});
