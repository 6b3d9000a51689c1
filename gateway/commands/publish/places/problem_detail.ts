import { plainWords } from "../../../../resolver/plain_words.ts";
import { parseJson } from "../parse_json.ts";

/** What another node says about a refusal: the detail of its RFC 9457 problem; empty when it says none. */
export function problemDetail(body: string): string {
  const problem = parseJson(body);
  if (typeof problem !== "object" || problem === null || !("detail" in problem)) return "";
  return plainWords(String(problem.detail));
}
