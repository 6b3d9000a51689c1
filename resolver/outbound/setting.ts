import type { Setting } from "../../schemas/setting.ts";
import { type AddressRanges, parseAddressRanges } from "./address_ranges.ts";

/** `ALLOW_PRIVATE`: for tests, and for networks that are private on purpose. */
export const allowPrivateSetting: Setting<AddressRanges> = {
  name: "ALLOW_PRIVATE",
  fallback: "",
  fallbackMeaning: "none",
  parse: parseAddressRanges,
  meaning: "Address ranges, as in `10.0.0.0/8,fd00::/8`, that hosts named by strangers may have, " +
    "and that DHT peers may announce.",
  danger: "Whoever writes a pointer, feed or DNS record can make this machine send requests to " +
    "every service in these ranges.",
  secret: false,
};
