import { followList, type FollowListOptions } from "../../resolver/rules/followed_list.ts";
import { readList } from "../../resolver/rules/read_list.ts";
import { createTestClock } from "./clock.ts";
import { eventually } from "./eventually.ts";
import { temporaryFolder } from "./temporary.ts";

/** A list's file in a folder of its own. */
export async function listFile(text: string | Uint8Array) {
  const folder = await temporaryFolder();
  const path = `${folder.path}/list.deny`;
  const write = (content: string | Uint8Array) =>
    typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content);
  await write(text);
  return {
    path,
    write,
    /** As tools do that write carefully. */
    async replace(content: string) {
      await Deno.writeTextFile(`${path}.new`, content);
      await Deno.rename(`${path}.new`, path);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** The rules of a text. */
export async function rulesOf(text: string | Uint8Array) {
  await using file = await listFile(text);
  return await readList(file.path);
}

/** A followed list whose time the test lets pass. */
export async function followed(path: string, options: Partial<FollowListOptions> = {}) {
  const clock = createTestClock();
  const problems: string[] = [];
  let changes = 0;
  const list = await followList({
    what: "DENYLIST",
    path,
    alarm: clock.alarm,
    signal: new AbortController().signal,
    report: (problem) => void problems.push(problem),
    onChange: () => changes += 1,
    ...options,
  });
  /** One look, to its end: then the next alarm is set. */
  const look = async () => {
    await clock.advance(1_000);
    await eventually("the look has ended", () => clock.pending() === 1, { pause: 1 });
  };
  return {
    list,
    problems,
    changes: () => changes,
    /** Two looks: a change is taken up at the second that sees it. */
    async settle() {
      await look();
      await look();
    },
    look,
  };
}
