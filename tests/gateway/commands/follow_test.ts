import assert from "node:assert/strict";
import { type Command, exitStatus } from "../../../gateway/commands/follow/run_command.ts";
import { followCommand } from "../../../gateway/commands/follow.ts";
import { followingCommand } from "../../../gateway/commands/following.ts";
import { unfollowCommand } from "../../../gateway/commands/unfollow.ts";
import { CALL } from "../../support/content.ts";
import { listFile } from "../../support/rule_lists.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { testTerminal } from "../../support/terminal.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const BOB = "0x920bE5CDd67Bd86d058029318a43C7401Dd9D684";

/** The commands on one data folder of a node that does not run; nobody answers for domains. */
async function makeMachine(settings: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  const environment = {
    DATA_DIR: `${folder.path}/data`,
    DNS: "127.0.0.1:9",
    INIT_CWD: folder.path,
    TRUSTLESS_GATEWAYS: "",
    ...settings,
  };
  return {
    folder: folder.path,
    async run<T>(command: Command<T>, ...words: string[]) {
      const terminal = testTerminal();
      const context = { environment: () => Promise.resolve(environment), ...CALL };
      const code = await exitStatus(command, words, terminal, context);
      return { code, ...terminal };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("without a running node the data folder is changed, and says who is followed", async () => {
  await using machine = await makeMachine();
  const followed = await machine.run(followCommand, ALICE, BOB, ALICE);
  assert.equal(followed.code, 0, followed.notes.join("\n"));
  assert.deepEqual(followed.results, [
    `Following ${ALICE}`,
    `Following ${BOB}`,
    `Followed already: ${ALICE}`,
  ]);
  assert.match(followed.notes.join(), /next start/);

  const gone = await machine.run(unfollowCommand, BOB, BOB);
  assert.equal(gone.code, 1);
  assert.deepEqual(gone.results, [`Followed no longer: ${BOB}`]);
  assert.deepEqual(gone.notes, [`Not followed: ${BOB}`]);

  const listed = await machine.run(followingCommand, "--json");
  const [only, ...others] = JSON.parse(listed.results.join("\n"));
  assert.equal(only.name, ALICE);
  assert.equal(only.state, "waiting");
  assert.deepEqual(others, []);
  const table = await machine.run(followingCommand);
  assert.match(table.results.join("\n"), new RegExp(`^${ALICE} +waiting`, "m"));
});

Deno.test("a domain that cannot be looked up is not followed; the others are", async () => {
  await using machine = await makeMachine();
  const followed = await machine.run(followCommand, "alice.example", BOB);
  assert.equal(followed.code, 1);
  assert.deepEqual(followed.results, [`Following ${BOB}`]);
  assert.match(
    followed.notes.join("\n"),
    /Not followed: alice\.example\. .*could not be looked up/,
  );
  assert.match(followed.notes.join("\n"), /fetched at its next start/);
  const none = await machine.run(followCommand, "alice.eth");
  assert.equal(none.code, 1);
  assert.doesNotMatch(none.notes.join("\n"), /fetched/);
});

Deno.test("the rules count without a running node, too: nobody is followed whom they refuse", async () => {
  await using list = await listFile(`/ourspace/${ALICE}\n/ipns/alice.example`);
  await using machine = await makeMachine({ DENYLIST: list.path });
  const followed = await machine.run(followCommand, ALICE, BOB, "alice.example");
  assert.equal(followed.code, 1);
  assert.deepEqual(followed.results, [`Following ${BOB}`]);
  for (const name of [ALICE, "alice.example"]) {
    assert.match(
      followed.notes.join("\n"),
      new RegExp(`Not followed: ${name}\\. .*does not serve`),
    );
  }
  await list.write(`/ourspace/${BOB}`);
  const { results } = await machine.run(followingCommand);
  assert.match(results.join("\n"), new RegExp(`^${BOB} +refused[^]*${BOB}: It is refused`, "m"));
  assert.equal((await machine.run(unfollowCommand, BOB)).code, 0);

  await using broken = await makeMachine({ DENYLIST: "/nowhere/list.deny" });
  const refused = await broken.run(followCommand, BOB);
  assert.equal(refused.code, 1);
  assert.match(refused.notes.join("\n"), /DENYLIST: \/nowhere\/list\.deny cannot be used/);
});

Deno.test("an exported list is imported on another machine; what is no wallet's is left out", async () => {
  await using one = await makeMachine();
  await using other = await makeMachine();
  await one.run(followCommand, ALICE, BOB);
  const { exacts } = await one.run(followingCommand, "--opml");
  const list = exacts.join("").replace(
    "</body>",
    '<outline text="A blog" xmlUrl="https://blog.example/feed.xml"/></body>',
  );
  assert.match(list, /xmlUrl="http:\/\/127\.0\.0\.1:8000\/0x/);
  await Deno.writeTextFile(`${other.folder}/list.opml`, list);
  const imported = await other.run(followCommand, "--opml", "list.opml");
  assert.equal(imported.code, 0, imported.notes.join("\n"));
  assert.deepEqual(imported.results, [`Following ${BOB}`, `Following ${ALICE}`]);
  assert.match(imported.notes.join("\n"), /Left out: "A blog"/);
});

Deno.test("a list that is missing, too large or no list is an error that says so", async () => {
  await using machine = await makeMachine();
  await Deno.writeTextFile(`${machine.folder}/large`, "x".repeat(5_000_000));
  await Deno.writeTextFile(`${machine.folder}/text`, "hello");
  await Deno.mkdir(`${machine.folder}/folder`);
  await Deno.writeTextFile(`${machine.folder}/empty`, "<opml><body/></opml>");
  const cases = {
    missing: /does not exist/,
    large: /larger than/,
    folder: /^Error: folder cannot be read\. Check that it is a file/,
    text: /no list of subscriptions/,
    empty: /names no feed/,
  };
  for (const [name, message] of Object.entries(cases)) {
    const { code, notes } = await machine.run(followCommand, "--opml", name);
    assert.equal(code, 1);
    assert.match(notes.join("\n"), message);
  }
});

Deno.test("wrong arguments and --help have their own exit status", async () => {
  await using machine = await makeMachine();
  assert.equal((await machine.run(followCommand)).code, 2);
  assert.equal((await machine.run(unfollowCommand, "localhost")).code, 2);
  for (const command of [followCommand, unfollowCommand, followingCommand] as const) {
    const helped = await machine.run(command as Command<unknown>, "--help");
    assert.equal(helped.code, 0);
    assert.match(helped.results.join("\n"), /deno task [^]*Exit status/);
  }
});
