import apg from "apg-js";

/** RFC 5234, appendix B.1: the core rules that pointer.md uses. */
const CORE = ["ALPHA = %x41-5A / %x61-7A", "DIGIT = %x30-39", "DQUOTE = %x22", "LF = %x0A"];

/** True when the whole text is of the rule. */
export type Grammar = (rule: string, text: string) => boolean;

/** The grammar of all `abnf` blocks in a Markdown file, by a generator that is not ours. */
export async function readGrammar(file: URL): Promise<Grammar> {
  const markdown = await Deno.readTextFile(file);
  const blocks = [...markdown.matchAll(/^```abnf\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  const lines = [...blocks.join("\n").split("\n"), ...CORE, ""];
  const generator = new apg.apgApi(lines.join("\r\n"));
  generator.generate();
  if (generator.errors.length > 0) throw new Error(generator.errorsToAscii());
  const grammar = generator.toObject();
  const parser = new apg.apgLib.parser();
  return (rule, text) => parser.parse(grammar, rule, apg.apgLib.utils.stringToChars(text)).success;
}
