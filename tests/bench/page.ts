import { createHtmlRenderer } from "../../gateway/render/html.ts";
import { feedStylesheet } from "../../gateway/render/page_assets.ts";
import { rss } from "../../gateway/render/rss.ts";
import { createXsltEngine } from "../../gateway/render/xslt.ts";
import { pageContext } from "../support/page_contexts.ts";
import { feedOf } from "../support/sample_feeds.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool } from "../support/tools.ts";

const ROUNDS = 30;
/** So many documents in one run of xsltproc, to tell its work from its start. */
const REPEATED = 20;

/** What a page costs by stage, by xsltproc's time for making it of the whole RSS. */
export async function benchPage(): Promise<string[]> {
  const lines: string[] = [];
  for (const posts of [50, 1_000]) lines.push(...await benchPosts(posts));
  return lines;
}

async function benchPosts(posts: number): Promise<string[]> {
  const feed = feedOf(posts);
  const page = await pageContext();
  const xml = await rss.render(feed, page);
  const xslt = createXsltEngine({ stylesheet: feedStylesheet });
  const html = createHtmlRenderer({ rss, xslt });
  const call = { signal: new AbortController().signal };
  const rssTimes: number[] = [];
  const stylesheetTimes: number[] = [];
  const pageTimes: number[] = [];
  try {
    await xslt.transform(xml, call);
    for (let round = 0; round < ROUNDS; round++) {
      rssTimes.push(await time(() => rss.render(feed, page)));
      stylesheetTimes.push(await time(() => xslt.transform(xml, call)));
      pageTimes.push(await time(() => html.render(feed, page)));
    }
  } finally {
    xslt.close();
  }
  const theirs = await xsltprocTime(xml);
  const line = (stage: string, times: readonly number[]) => {
    const compared = theirs === null
      ? "xsltproc is not installed"
      : `${(median(times) / theirs).toFixed(2)} × of xsltproc's ${theirs.toFixed(2)} ms`;
    return `${posts} posts, ${stage}: ${median(times).toFixed(2)} ms, ${compared}`;
  };
  return [
    line("RSS", rssTimes),
    line("stylesheet on all of the RSS", stylesheetTimes),
    line("page", pageTimes),
  ];
}

/** Milliseconds for parsing, transforming and writing once; the program's start is not counted. */
async function xsltprocTime(xml: Uint8Array): Promise<number | null> {
  const program = await findTool("xsltproc");
  if (program === null) return null;
  await using folder = await temporaryFolder();
  const [stylesheet, document] = [`${folder.path}/feed.xsl`, `${folder.path}/feed.xml`];
  await Deno.writeTextFile(stylesheet, feedStylesheet);
  await Deno.writeFile(document, xml);
  const run = (documents: number) =>
    time(async () => {
      const args = [stylesheet, ...Array<string>(documents).fill(document)];
      const xsltproc = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
      const { success } = await xsltproc.output();
      if (!success) throw new Error("xsltproc failed");
    });
  const once: number[] = [];
  const repeated: number[] = [];
  for (let round = 0; round < 5; round++) {
    once.push(await run(1));
    repeated.push(await run(REPEATED));
  }
  return (median(repeated) - median(once)) / (REPEATED - 1);
}

async function time(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

if (import.meta.main) {
  const lines = await benchPage();
  await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
