import { OurSpaceError } from "./errors.ts";
import { quote } from "./quote.ts";

/** Reads a setting that is `on` or `off`; empty is off. */
export function parseOnOff(text: string): boolean {
  if (text === "on") return true;
  if (text === "off" || text === "") return false;
  throw new OurSpaceError(`${quote(text)} is neither "on" nor "off".`, {
    remedy: "Write one of them.",
  });
}
