import { OurSpaceError } from "../../schemas/errors.ts";
import { isOnionAddress } from "../../schemas/onion_address.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";

/** `ONION_URL`: the origin under which Tor's daemon forwards to this gateway. */
export const onionUrlSetting: Setting<string | null> = {
  name: "ONION_URL",
  fallback: "",
  parse: (text) => text === "" ? null : parseOnionUrl(text),
  meaning:
    "The onion service that leads here, e.g. `http://<56 characters>.onion`: links of pages " +
    "that are read there stay there, and other pages of the gateway's own name it (`Onion-Location`).",
  danger: "It is told to everybody: name none that should stay apart from this gateway's other " +
    "addresses. Visitors who come through Tor are counted as one client of this machine.",
  secret: false,
};

/** Reads an onion service's origin. Throws OurSpaceError, also for an address that is mistyped. */
export function parseOnionUrl(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "" && url.pathname === "/" && url.search === "" && url.hash === "";
  if (isOrigin && isOnionAddress(url.hostname)) return url.origin;
  throw new OurSpaceError(`${quote(text)} is no address of an onion service.`, {
    remedy: "Write http:// and what the file hostname in Tor's HiddenServiceDir says, 56 " +
      "characters and .onion, and nothing more.",
  });
}
