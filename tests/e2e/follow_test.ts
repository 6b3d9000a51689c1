import assert from "node:assert/strict";
import { digest } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { followedBy } from "../support/followed_by.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makePublisher, rssFeed } from "../support/publish.ts";
import { patterned } from "../support/source_files.ts";
import { runTask } from "../support/task_process.ts";
import { temporaryFolder } from "../support/temporary.ts";

const PICTURE = await Deno.readFile(
  new URL("../../gateway/welcome/feed/from-name-to-page.png", import.meta.url),
);

/** Nothing in the feed leads to it. */
const SECOND = PICTURE.with(PICTURE.length - 1, 1);

function feedWithPicture(title: string): string {
  return rssFeed([title])
    .replace(`About ${title}.`, "&lt;img src='picture.png' alt='a picture'&gt;");
}

Deno.test("followers keep a feed alive: what nobody opened is read when its publisher is gone", async () => {
  await using publisher = await makePublisher();
  await using home = await temporaryFolder();
  await using follower = await (async () => {
    await using first = await startGateway({}, home.path);
    await using follower = new AsyncDisposableStack();
    const second = follower.use(await startGateway({ PEERS: first.url }));
    await publisher.write("picture.png", PICTURE);
    await publisher.write("feed.xml", feedWithPicture("One"));
    await publisher.publish(home.path);
    const followed = await runTask("follow", [publisher.address], second.dataFolder);
    assert.equal(followed.code, 0, followed.notes);
    assert.equal(followed.result, `Following ${publisher.address}\n`);
    const held = async () => (await followedBy(second)).state === "held";
    await eventually("the first is held", held);

    const { cid } = await followedBy(second);
    await publisher.write("feed.xml", feedWithPicture("Two"));
    await publisher.write("second.png", SECOND);
    await publisher.publish(home.path);
    await eventually(
      "the second is held, and nobody asked for it",
      async () => (await followedBy(second)).cid !== cid && await held(),
    );

    await first.kill();
    await Deno.remove(home.path, { recursive: true });
    await Deno.mkdir(home.path);
    const kept = follower.move();
    return { ...second, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  })();

  await using reader = await startGateway({ PEERS: follower.url });
  const response = await fetch(`${reader.url}/${publisher.address}/feed.xml`);
  const feed = await response.text();
  assert.equal(response.status, 200, feed);
  assert.match(feed, /<title>Two<\/title>/);
  const picture = /http:\/\/127\.0\.0\.1:\d+\/ipfs\/[a-z2-7]+\/picture\.png/.exec(feed)?.[0];
  assert.ok(picture !== undefined && picture.startsWith(reader.url), feed);
  const { cid } = await followedBy(follower);
  const second = `${reader.url}/ipfs/${cid}/second.png`;
  for (const [url, bytes] of [[picture, PICTURE], [second, SECOND]] as const) {
    assert.equal(await digest(await (await fetch(url)).bytes()), await digest(bytes));
  }

  const { result } = await runTask("following", [], follower.dataFolder);
  assert.match(
    result,
    new RegExp(`^${publisher.address} +held +\\d.* Alice$`, "m"),
  );
  const status = await (await fetch(`${follower.url}/status`)).text();
  assert.match(status, /Feeds followed[^]*Held whole/);
  const metrics = await (await fetch(`${follower.url}/metrics`)).text();
  assert.match(metrics, /^ourspace_followed_feeds\{state="held"\} 1$/m);

  const unfollowed = await runTask(
    "unfollow",
    [publisher.address],
    follower.dataFolder,
  );
  assert.equal(unfollowed.code, 0, unfollowed.notes);
  const none = await runTask("following", ["--json"], follower.dataFolder);
  assert.deepEqual(JSON.parse(none.result), []);
});

Deno.test("a follower that is killed while it fetches a large folder goes on at its next start", async () => {
  await using publisher = await makePublisher();
  await using home = await temporaryFolder();
  await using first = await startGateway();
  await publisher.write("feed.xml", rssFeed(["One"]));
  for (let i = 0; i < 12; i++) await publisher.write(`${i}.jpg`, patterned(4_000_000, i + 1));
  await publisher.publish(first.dataFolder);
  const followed = await runTask("follow", [publisher.address], home.path);
  assert.equal(followed.code, 0, followed.notes);
  assert.match(followed.notes, /next start/);

  const environment = { PEERS: first.url };
  let before = 0;
  let asked = 0;
  for (let round = 1; round <= 2; round++) {
    await using follower = await startGateway(environment, home.path);
    assert.ok((await followedBy(follower)).checkedAt >= asked);
    await eventually("it was asked for", async () => {
      asked = (await followedBy(follower)).checkedAt;
      return asked > 0;
    });
    await eventually("some of it has come", async () => {
      const { state, blocks } = await followedBy(follower);
      return state === "held" || blocks > round * 20;
    }, { pause: 5 });
    before = (await followedBy(follower)).blocks;
    await follower.kill();
  }
  assert.ok(before > 20, `${before}`);
  await using follower = await startGateway(environment, home.path);
  await eventually("it is held", async () => (await followedBy(follower)).state === "held");
  const { bytes, cid } = await followedBy(follower);
  assert.ok(bytes > 48_000_000, `${bytes}`);

  await first.kill();
  for (let i = 0; i < 12; i++) {
    const response = await fetch(`${follower.url}/ipfs/${cid}/${i}.jpg`);
    assert.equal(await digest(await response.bytes()), await digest(patterned(4_000_000, i + 1)));
  }
});
