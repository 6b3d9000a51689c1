import { Parser } from "htmlparser2";

/** Elements that run, load or send something, whatever their attributes are. */
const ACTING = new Set("script iframe object embed form math base style template".split(" "));
const HARMLESS_URL = /^(?:https?:|ethereum:|mailto:|\/|#)/;
/** Elements of a feed's items whose text is HTML. */
const HTML_TEXT = new Set(["description", "content:encoded", "content", "summary"]);

/** What in a page, or in a feed in XML, could act in a browser: a word for each. Text never can. */
export function dangersIn(markup: string, kind: "html" | "xml"): string[] {
  const dangers: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  const parser = new Parser({
    onopentag(name, attributes) {
      if (ACTING.has(name)) dangers.push(name);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^on|^style$|^srcdoc$/i.test(attribute)) dangers.push(`${name} ${attribute}`);
        const leads = /^(?:href|src|url|poster|action)$/.test(attribute);
        if (leads && !HARMLESS_URL.test(value)) dangers.push(`${name} ${attribute}=${value}`);
      }
      texts.push("");
      open.push(name);
    },
    ontext(text) {
      texts.push((texts.pop() ?? "") + text);
    },
    onclosetag(name) {
      const text = texts.pop() ?? "";
      open.pop();
      const inItem = ["item", "entry"].includes(open.at(-1) ?? "");
      if (kind === "xml" && inItem && HTML_TEXT.has(name)) dangers.push(...dangersIn(text, "html"));
      if (kind === "xml" && name === "link" && !HARMLESS_URL.test(text || "/")) dangers.push(text);
    },
  }, { xmlMode: kind === "xml" });
  parser.end(markup);
  return dangers;
}
