import { temporaryFolder } from "../support/temporary.ts";
import { findTool } from "../support/tools.ts";
import { median, time } from "./measure.ts";

const ROUNDS = 5;
/** So many documents in one run, to tell the work from the program's start. */
const REPEATED = 20;

/**
 * Milliseconds that xsltproc takes to parse a document, apply the stylesheet and write the result; its
 * start is not counted. Null: it is not installed.
 */
export async function xsltprocTime(stylesheet: string, xml: Uint8Array): Promise<number | null> {
  const program = await findTool("xsltproc");
  if (program === null) return null;
  await using folder = await temporaryFolder();
  const [stylesheetFile, document] = [`${folder.path}/feed.xsl`, `${folder.path}/feed.xml`];
  await Deno.writeTextFile(stylesheetFile, stylesheet);
  await Deno.writeFile(document, xml);
  const run = (documents: number) =>
    time(async () => {
      const args = [stylesheetFile, ...Array<string>(documents).fill(document)];
      const xsltproc = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
      const { success } = await xsltproc.output();
      if (!success) throw new Error("xsltproc failed");
    });
  const once: number[] = [];
  const repeated: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    once.push(await run(1));
    repeated.push(await run(REPEATED));
  }
  return (median(repeated) - median(once)) / (REPEATED - 1);
}
