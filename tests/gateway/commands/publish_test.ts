import assert from "node:assert/strict";
import { CarReader } from "@ipld/car";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { publish } from "../../../gateway/commands/publish.ts";
import { parsePublishArguments } from "../../../gateway/commands/publish/arguments.ts";
import type { Tools } from "../../../gateway/commands/publish/tools.ts";
import { readConfig } from "../../../gateway/config/config.ts";
import { openNode } from "../../../resolver/node/open_node.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { checksumAddress, type Identity } from "../../../schemas/identity.ts";
import { isWithdrawn, parsePointer, type Pointer } from "../../../schemas/pointer.ts";
import { appOutbound, type Handler } from "../../support/app_outbound.ts";
import { CALL } from "../../support/content.ts";
import { fakeDns } from "../../support/fake_dns.ts";
import { makeSigner, signPointer } from "../../support/pointers.ts";
import { rssFeed } from "../../support/publish.ts";
import { listFile } from "../../support/rule_lists.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { type TestTerminal, testTerminal } from "../../support/terminal.ts";
import { openTestGateway, type TestGateway } from "../../support/test_gateway.ts";
import { SENDER } from "../../support/nodes.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const PEER = "https://peer.example";

/** A person with a key, a folder and a node that does not run; the world is what a test says it is. */
async function makePublisher(options: {
  hosts?: Record<string, Handler>;
  environment?: Record<string, string>;
  clock?: () => number;
  terminal?: TestTerminal;
} = {}) {
  const home = await temporaryFolder();
  const folder = `${home.path}/feed`;
  const dataDir = `${home.path}/data`;
  const key = generatePrivateKey();
  const address = checksumAddress(privateKeyToAccount(key).address);
  const identity: Identity = { kind: "wallet", address };
  const clock = options.clock ?? (() => NOW);
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/feed.xml`, rssFeed(["One"]));

  return {
    folder,
    dataDir,
    address,
    identity,
    key,
    /** Returns what was printed, and whether it was published. */
    async publish(args: readonly string[], terminal = options.terminal ?? testTerminal()) {
      const parsed = parsePublishArguments(args);
      assert.ok(parsed !== null);
      const environment = { OURSPACE_PRIVATE_KEY: key, ...options.environment };
      const tools: Tools = {
        environment,
        settings: readConfig({ TRUSTLESS_GATEWAYS: "", DNS: "127.0.0.1:9", ...environment }),
        dataDir,
        dns: fakeDns({}),
        outbound: appOutbound(options.hosts ?? {}),
        tor: null,
        verifier: createVerifier({ clock }),
        clock,
        terminal,
      };
      const published = await publish(parsed, tools, CALL);
      return { published, terminal, text: terminal.results.join("\n") };
    },
    async held(): Promise<Pointer | null> {
      const node = await openNode({ dataDir, report: assert.fail });
      const bytes = node.pointers.get(identity);
      await node.close();
      return bytes === null ? null : parsePointer(bytes);
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

/** A peer is the whole gateway, with a node of its own. */
function answering({ gateway }: TestGateway): Handler {
  return (request) => gateway.fetch(request, { remoteAddress: "192.0.2.1" });
}

async function remedyOf(outcome: Promise<unknown>): Promise<string> {
  const error: unknown = await outcome.then(() => null, (reason) => reason);
  assert.ok(error instanceof Error && "remedy" in error, "It did not fail");
  return `${error.message} ${error.remedy}`;
}

Deno.test("the first publication explains what the key means, and asks", async () => {
  await using publisher = await makePublisher();
  const terminal = testTerminal({ confirm: true });
  const { published, text } = await publisher.publish([publisher.folder], terminal);
  assert.ok(published);
  assert.match(terminal.notes.join("\n"), /nobody can replace a lost key/);
  assert.equal(terminal.questions.length, 1);
  assert.match(text, /^Published “Alice”: 1 post, 1 file, /);
  assert.match(text, new RegExp(`Page: +http://127.0.0.1:8000/${publisher.address}`));
  assert.match(text, /Your node is not running/);
  assert.equal((await publisher.held())?.timestamp, "2026-11-20T12:00:00.000Z");
});

Deno.test("where nobody can be asked nothing is published without --yes", async () => {
  await using publisher = await makePublisher();
  const told = await remedyOf(publisher.publish([publisher.folder]));
  assert.match(told, /Nothing was published.*--yes/);
  assert.equal(await publisher.held(), null);
  const refused = await remedyOf(
    publisher.publish([publisher.folder], testTerminal({ confirm: false })),
  );
  assert.match(refused, /Nothing was published/);
  assert.equal(await publisher.held(), null);
});

Deno.test("publishing again asks nothing, and signs only what has changed", async () => {
  await using publisher = await makePublisher();
  await publisher.publish([publisher.folder, "--yes"]);
  const first = await publisher.held();
  const again = await publisher.publish([publisher.folder]);
  assert.ok(again.published);
  assert.match(again.text, /^Nothing has changed/);
  assert.deepEqual(await publisher.held(), first);

  await Deno.writeTextFile(`${publisher.folder}/feed.xml`, rssFeed(["Two", "One"]));
  const changed = await publisher.publish([publisher.folder]);
  assert.match(changed.text, /^Published “Alice”: 2 posts/);
  assert.deepEqual(changed.terminal.questions, []);
  assert.equal((await publisher.held())?.timestamp, "2026-11-20T12:00:00.001Z");
});

Deno.test("peers get the pointer, fetch the content, and are named with what is in the way", async () => {
  await using peer = await openTestGateway({ clock: () => NOW, publicOrigin: PEER });
  await using publisher = await makePublisher({
    environment: { PEERS: `${PEER},https://down.example,https://late.example` },
    hosts: {
      [PEER]: answering(peer),
      "https://late.example": ({ method }) =>
        method === "PUT"
          ? Response.json({ detail: "It has not come." }, { status: 403 })
          : new Response(null, { status: 404 }),
    },
  });
  // The peer can have the content without asking the publisher's node, which does not run.
  await peer.add({ "feed.xml": rssFeed(["One"]), "a.txt": "a" });
  await Deno.writeTextFile(`${publisher.folder}/a.txt`, "a");
  const { published, text, terminal } = await publisher.publish([publisher.folder, "--yes"]);
  assert.ok(published);
  assert.match(terminal.notes.join("\n"), /nothing was learnt from https:\/\/down\.example/);
  assert.match(text, /Pointer: +held by 2 of 4 places/);
  assert.match(text, /Content: +held by 2 of 4 places/);
  assert.match(text, /https:\/\/peer\.example: holds both; files beside the feed come when/);
  assert.match(text, /down\.example: does not hold the pointer\. It cannot be reached\./);
  assert.match(text, /late\.example: does not hold the pointer\. .*403\. It has not come\./);
  assert.match(text, new RegExp(`\\n +${PEER}/${publisher.address}`));
});

Deno.test("a peer that cannot get the content is told apart from one that holds it", async () => {
  await using peer = await openTestGateway({ clock: () => NOW });
  await using publisher = await makePublisher({
    environment: { PEERS: PEER },
    hosts: { [PEER]: answering(peer) },
  });
  const { text } = await publisher.publish([publisher.folder, "--yes"]);
  assert.match(text, /Pointer: +held by 2 of 2 places/);
  assert.match(text, /Content: +held by 1 of 2 places/);
  assert.match(text, /peer\.example: holds the pointer, not the content yet\. \S/);
});

Deno.test("no page is promised at a node alone, which shows no feeds", async () => {
  await using peer = await openTestGateway({ clock: () => NOW, publicOrigin: PEER });
  const gateway = answering(peer);
  await using publisher = await makePublisher({
    environment: { PEERS: PEER },
    hosts: {
      [PEER]: (request) =>
        new URL(request.url).pathname.startsWith("/0x")
          ? new Response(null, { status: 404 })
          : gateway(request),
    },
  });
  await peer.add({ "feed.xml": rssFeed(["One"]), "a.txt": "a" });
  await Deno.writeTextFile(`${publisher.folder}/a.txt`, "a");
  const { text } = await publisher.publish([publisher.folder, "--yes"]);
  assert.match(text, /https:\/\/peer\.example: holds both/);
  assert.doesNotMatch(text, new RegExp(`${PEER}/${publisher.address}`));
});

Deno.test("a newer pointer at a peer, signed on another machine, is followed", async () => {
  await using peer = await openTestGateway({ clock: () => NOW });
  await using publisher = await makePublisher({
    environment: { PEERS: PEER },
    hosts: { [PEER]: answering(peer) },
  });
  const verifier = createVerifier({ clock: () => NOW });
  const timestamp = "2026-11-20T12:00:30.000Z";
  const bytes = await signPointer(makeSigner(publisher.key), { timestamp });
  peer.node.pointers.put(await verifier.verify(bytes), SENDER);
  const { published, terminal } = await publisher.publish([publisher.folder]);
  assert.ok(published);
  assert.match(terminal.notes.join(), /30 s ahead of this machine's clock/);
  assert.equal((await publisher.held())?.timestamp, "2026-11-20T12:00:30.001Z");
});

Deno.test("a dry run prints the text alone; its signature from elsewhere is taken afterwards", async () => {
  let now = NOW;
  await using publisher = await makePublisher({ clock: () => now });
  const { folder, address, key } = publisher;
  const dry = await publisher.publish([folder, "--dry-run", "--account", address]);
  assert.equal(await publisher.held(), null);
  assert.deepEqual(dry.terminal.results, []);
  const [text = ""] = dry.terminal.exacts;
  assert.match(text, /^OurSpace pointer v1\n/);
  const command = dry.terminal.notes.join("\n");
  assert.match(command, /--account 0x\w+ --timestamp 2026-11-20T12:00:00\.000Z --signature 0x…/);

  now += 60_000;
  const signature = await makeSigner(key).sign(text);
  const args = [folder, "--account", address, "--timestamp", "2026-11-20T12:00:00.000Z"];
  const { published } = await publisher.publish([...args, "--signature", signature]);
  assert.ok(published);
  assert.equal((await publisher.held())?.signature, signature);

  await Deno.writeTextFile(`${folder}/feed.xml`, rssFeed(["Two"]));
  assert.match(
    await remedyOf(publisher.publish([...args, "--signature", signature])),
    /not 0x.*Either another account signed, or another text/,
  );
  args[4] = "2026-11-20T11:00:00.000Z";
  assert.match(
    await remedyOf(publisher.publish([...args, "--signature", signature])),
    /another pointer was published, dated 2026-11-20T12:00:00\.000Z/,
  );
});

Deno.test("a feed is withdrawn after a question, and published again later", async () => {
  await using publisher = await makePublisher();
  assert.match(await remedyOf(publisher.publish(["--withdraw"])), /no feed of this account/);
  await publisher.publish([publisher.folder, "--yes"]);
  assert.match(await remedyOf(publisher.publish(["--withdraw"])), /--yes/);

  const { published, text } = await publisher.publish(
    ["--withdraw"],
    testTerminal({ confirm: true }),
  );
  assert.ok(published);
  assert.match(text, /^The feed is withdrawn\./);
  const held = await publisher.held();
  assert.ok(held !== null && isWithdrawn(held));
  assert.match((await publisher.publish(["--withdraw"])).text, /withdrawn already/);

  assert.match((await publisher.publish([publisher.folder])).text, /^Published/);
  assert.equal((await publisher.held())?.timestamp, "2026-11-20T12:00:00.002Z");
});

Deno.test("what is no feed is refused before anything is stored or signed", async () => {
  await using publisher = await makePublisher();
  const { folder } = publisher;
  await Deno.writeTextFile(`${folder}/feed.xml`, "<!doctype html><title>Hello</title>");
  await assert.rejects(publisher.publish([folder, "--yes"]), {
    name: "ContentWrongError",
    message: "The content is an HTML page, not a feed.",
    remedy: /mend the feed, or name an RSS, Atom or JSON Feed document/,
  });
  await Deno.remove(`${folder}/feed.xml`);
  assert.match(await remedyOf(publisher.publish([folder, "--yes"])), /no feed in .*feed\.xml/);
  assert.match(
    await remedyOf(publisher.publish([`${folder}/nothing`, "--yes"])),
    /does not exist/,
  );
  await Deno.writeTextFile(`${folder}/wallet`, publisher.key);
  assert.match(await remedyOf(publisher.publish([`${folder}/wallet`])), /private key/);
  const huge = await Deno.open(`${folder}/feed.xml`, { create: true, write: true });
  await huge.truncate(30_000_000);
  huge.close();
  assert.match(await remedyOf(publisher.publish([folder, "--yes"])), /larger than 12 MiB/);
  assert.equal(await publisher.held(), null);
});

Deno.test("secrets stay out, and links that lead nowhere are told about", async () => {
  await using publisher = await makePublisher();
  const { folder } = publisher;
  const feed = rssFeed(["One"]).replace("About One.", "&lt;img src='pictures/a.png'&gt;");
  await Deno.writeTextFile(`${folder}/feed.xml`, feed);
  await Deno.writeTextFile(`${folder}/ourspace.key`, publisher.key);
  const { terminal, text } = await publisher.publish([folder, "--yes"]);
  assert.match(text, /1 post, 1 file,/);
  const notes = terminal.notes.join("\n");
  assert.match(notes, /Left out:\n {2}ourspace\.key \(its name is that of a key file\)/);
  assert.match(notes, /not in the folder:\n {2}pictures\/a\.png/);
  assert.ok(!notes.includes(publisher.key.slice(2)));
});

Deno.test("a location that serves something else is told about, and signed all the same", async () => {
  const feed = rssFeed(["One"]);
  await using publisher = await makePublisher({
    hosts: {
      "https://alice.example": () => new Response(feed),
      "https://other.example": () => new Response(`${feed} `),
      "https://gone.example": () => new Response(null, { status: 404 }),
    },
  });
  const locations = ["alice", "other", "gone", "down"].map((name) => `https://${name}.example/f`);
  const { terminal } = await publisher.publish([
    `${publisher.folder}/feed.xml`,
    "--yes",
    ...locations.flatMap((location) => ["--location", location]),
  ]);
  const notes = terminal.notes.join("\n");
  assert.doesNotMatch(notes, /alice\.example/);
  assert.match(notes, /other\.example\/f: It serves something else/);
  assert.match(notes, /gone\.example\/f: It answers with status 404/);
  assert.match(notes, /down\.example\/f: It cannot be reached/);
  assert.deepEqual((await publisher.held())?.locations, locations);
});

Deno.test("a folder is written as a CAR file for a location, which is told from another CAR", async () => {
  let serve = () => Promise.resolve(new Response(null, { status: 404 }));
  await using publisher = await makePublisher({
    hosts: { "https://alice.example": () => serve() },
  });
  const { folder } = publisher;
  const car = `${folder}/feed.car`;
  const publish = (text: string) => {
    const location = ["--location", "https://alice.example/feed.car"];
    return Deno.writeTextFile(`${folder}/feed.xml`, rssFeed([text])).then(() =>
      publisher.publish([folder, "--yes", "--car", car, ...location])
    );
  };
  const notes = async (text: string) => (await publish(text)).terminal.notes.join("\n");
  assert.match(await notes("One"), /feed\.car: It answers with status 404/);
  const old = await Deno.readFile(car);
  serve = async () => new Response(await Deno.readFile(car));
  assert.doesNotMatch(await notes("Two"), /alice\.example|Left out: feed\.car/);
  assert.equal(((await Deno.stat(car)).mode ?? 0) & 0o777, 0o644);
  serve = () => Promise.resolve(new Response(old));
  assert.match(await notes("Three"), /feed\.car: It serves something else/);
  serve = () => Promise.resolve(new Response(rssFeed(["Three"])));
  assert.match(await notes("Three"), /feed\.car: The stream is no CAR/);

  const tree = await CarReader.fromBytes(await Deno.readFile(car));
  assert.equal(String((await tree.getRoots())[0]), (await publisher.held())?.cid);
  const missing = publisher.publish([folder, "--yes", "--car", `${folder}/no/feed.car`]);
  assert.match(await remedyOf(missing), /could not be written.*folder that exists/);
});

Deno.test("a trustless gateway that the user named and that has the content is counted", async () => {
  await using holder = await openTestGateway({ clock: () => NOW });
  await holder.add({ "feed.xml": rssFeed(["One"]), "a.txt": "a" });
  await using publisher = await makePublisher({
    environment: { TRUSTLESS_GATEWAYS: "https://gateway.example,https://down.example" },
    hosts: { "https://gateway.example": answering(holder) },
  });
  await Deno.writeTextFile(`${publisher.folder}/a.txt`, "a");
  const { text } = await publisher.publish([publisher.folder, "--yes"]);
  assert.match(text, /Content: +held by 1 of 1 places, the gateway gateway\.example\n/);
});

Deno.test("a data folder that another command holds is told apart from a node that runs", async () => {
  await using publisher = await makePublisher();
  const holder = await openNode({ dataDir: publisher.dataDir, report: assert.fail });
  assert.match(
    await remedyOf(publisher.publish([publisher.folder, "--yes"])),
    /in use by a process that does not answer.*try again/,
  );
  await holder.close();
});

Deno.test("without a node the pointer goes to the peers, and somebody has to hold the content", async () => {
  await using peer = await openTestGateway({ clock: () => NOW });
  await using publisher = await makePublisher({
    environment: { NODE: "off", PEERS: PEER },
    hosts: { [PEER]: answering(peer) },
  });
  const { published, text } = await publisher.publish([publisher.folder, "--yes"]);
  assert.equal(published, false);
  assert.match(text, /Pointer: +held by 1 of 1 places/);
  assert.match(text, /Content: +held by 0 of 1 places/);

  await using alone = await makePublisher({ environment: { NODE: "off" } });
  assert.match(await remedyOf(alone.publish([alone.folder, "--yes"])), /no node and no peers/);
});

Deno.test("a wallet that the own node's rules refuse is told so before anything is read, stored or sent", async () => {
  await using list = await listFile("# Nobody yet");
  const asked: string[] = [];
  const peer: Handler = ({ url }) => {
    asked.push(url);
    return new Response(null, { status: 404 });
  };
  const environment = { DENYLIST: list.path, PEERS: PEER };
  await using publisher = await makePublisher({ hosts: { [PEER]: peer }, environment });
  await list.write(`/ourspace/${publisher.address}`);
  for (const words of [["/nowhere", "--yes"], [publisher.folder, "--dry-run"], ["--withdraw"]]) {
    await assert.rejects(publisher.publish(words), (error) => {
      assert.ok(error instanceof OurSpaceError);
      assert.match(error.message, /Your node refuses 0x[0-9a-fA-F]{40} by DENYLIST or ALLOWLIST/);
      assert.match(error.remedy, /NODE=off/);
      return true;
    });
  }
  assert.deepEqual(asked, []);
  assert.equal(await publisher.held(), null);
  await list.write("# Nobody any more");
  await publisher.publish([publisher.folder, "--yes"]);
  assert.notEqual(await publisher.held(), null);
});
