import type { Setting } from "../../schemas/setting.ts";
import { type AddressRanges, parseAddressRanges } from "./address_ranges.ts";

/** `ALLOW_PRIVATE`: for tests, and for networks that are private on purpose. */
export const allowPrivateSetting: Setting<AddressRanges> = {
  name: "ALLOW_PRIVATE",
  fallback: "",
  fallbackMeaning: "none",
  parse: parseAddressRanges,
  meaning:
    "Private address ranges, as in `10.0.0.0/8,fd00::/8`, that hosts named by strangers may have.",
  danger: "Whoever writes a pointer, feed or DNS record can make this machine send requests to " +
    "every service in these ranges.",
  secret: false,
};
