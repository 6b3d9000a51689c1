import { OurSpaceError } from "../../schemas/errors.ts";
import { parseOnOff } from "../../schemas/on_off.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";

export const hostSetting: Setting<string> = {
  name: "HOST",
  fallback: "127.0.0.1",
  parse: (text) => text === "" ? "127.0.0.1" : text,
  meaning: "The address that `start` and `node` listen on.",
  danger: "`0.0.0.0` or `::` lets everybody who can reach this machine use the gateway.",
  secret: false,
};

export const portSetting: Setting<number> = {
  name: "PORT",
  fallback: "8000",
  parse: parsePort,
  meaning: "The port that `start` and `node` listen on; 0 takes a free one.",
  danger: "",
  secret: false,
};

export const publicUrlSetting: Setting<string | null> = {
  name: "PUBLIC_URL",
  fallback: "",
  parse: parsePublicUrl,
  meaning: "The gateway's own address, for links; other Host headers are custom domains.",
  fallbackMeaning: "the listening address",
  danger: "A wrong one makes every link and every subscription lead elsewhere.",
  secret: false,
};

export const dataFolderSetting: Setting<string | null> = {
  name: "DATA_DIR",
  fallback: "",
  parse: (text) => text === "" ? null : text,
  meaning: "Where the node keeps pointers, blocks and its admin token.",
  fallbackMeaning: "the platform's data folder",
  danger: "Whoever reads the folder can use the admin API on this machine.",
  secret: false,
};

export const nodeSetting: Setting<"embedded" | "off"> = {
  name: "NODE",
  fallback: "embedded",
  parse: (text) => {
    if (text === "embedded") return "embedded";
    if (text === "off" || text === "") return "off";
    throw new OurSpaceError(`${quote(text)} is neither "embedded" nor "off".`, {
      remedy: "Write one of them.",
    });
  },
  meaning: "Whether `start` keeps a node of its own: `embedded` or `off`. `edge` never does.",
  danger: "With `npx` only `.env` can set it: npm gives every program a `NODE` of its own.",
  secret: false,
};

export const ipfsOpenSetting: Setting<boolean> = {
  name: "IPFS_OPEN",
  fallback: "off",
  parse: parseOnOff,
  meaning:
    "Whether `/ipfs` fetches all content for everybody, or only what a feed refers to: `on` or `off`.",
  danger: "With `on` strangers choose what this machine fetches from the IPFS network and keeps.",
  secret: false,
};

function parsePort(text: string): number {
  const port = text === "" ? 8000 : Number(text);
  if (/^\d*$/.test(text) && port <= 65_535) return port;
  throw new OurSpaceError(`${quote(text)} is no port.`, {
    remedy: "Write a number from 0 to 65535.",
  });
}

function parsePublicUrl(text: string): string | null {
  if (text === "") return null;
  const url = URL.parse(text);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.username === "" &&
    url.password === "" && url.pathname === "/" && url.search === "" && url.hash === "";
  if (isOrigin) return url.origin;
  throw new OurSpaceError(`${quote(text)} is no address of a gateway.`, {
    remedy: "Write http:// or https://, a host and optionally a port, and nothing more.",
  });
}
