import { plainWords } from "../../resolver/plain_words.ts";
import { problemType } from "../http/problem.ts";
import { parseJson } from "./parse_json.ts";

/** What another node says about a refusal: the detail of its RFC 9457 problem; empty when it says none. */
export function problemDetail(body: string): string {
  return plainWords(member(body, "detail"));
}

/** What it says that can be done; empty when it says nothing. */
export function problemRemedy(body: string): string {
  return plainWords(member(body, "remedy"));
}

/** Whether an answer is a problem of this type, e.g. `no-network`. */
export function isProblem(body: string, type: string): boolean {
  return member(body, "type") === problemType(type);
}

function member(body: string, name: "detail" | "remedy" | "type"): string {
  const problem = parseJson(body);
  if (typeof problem !== "object" || problem === null) return "";
  return String(Reflect.get(problem, name) ?? "");
}
