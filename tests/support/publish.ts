import assert from "node:assert/strict";
import { generatePrivateKey } from "viem/accounts";
import { makeSigner } from "./pointers.ts";
import { runTask } from "./task_process.ts";

/** A person with a wallet and a folder that holds their feed. */
export interface Publisher extends AsyncDisposable {
  readonly address: string;
  /** Where their feed's files are. */
  readonly folder: string;
  /** Writes a file of the feed. */
  write(name: string, content: string | Uint8Array): Promise<void>;
  /**
   * `deno task publish` on the data folder of a node, by default of the whole folder; fails the test when
   * that fails.
   */
  publish(
    dataFolder: string,
    environment?: Record<string, string>,
    args?: readonly string[],
  ): Promise<string>;
}

export async function makePublisher(): Promise<Publisher> {
  const home = await Deno.makeTempDir({ prefix: "ourspace-publisher-" });
  const folder = `${home}/feed`;
  const keyFile = `${home}/key`;
  const key = generatePrivateKey();
  await Deno.mkdir(folder);
  await Deno.writeTextFile(keyFile, key, { mode: 0o600 });
  return {
    address: makeSigner(key).identity.address,
    folder,
    write: (name, content) =>
      typeof content === "string"
        ? Deno.writeTextFile(`${folder}/${name}`, content)
        : Deno.writeFile(`${folder}/${name}`, content),
    async publish(dataFolder, environment = {}, args = [folder]) {
      const words = [...args, "--key-file", keyFile, "--yes"];
      const { code, result, notes } = await runTask("publish", words, dataFolder, environment);
      assert.equal(code, 0, result + notes);
      return result + notes;
    },
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

/** An RSS feed with one item for each title, the newest first. */
export function rssFeed(titles: readonly string[], link = "https://alice.example/"): string {
  const items = titles.map((title, index) => {
    const date = new Date(Date.UTC(2026, 0, titles.length - index)).toUTCString();
    return `<item><title>${title}</title><guid isPermaLink="false">${title}</guid>` +
      `<pubDate>${date}</pubDate><description>About ${title}.</description></item>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>` +
    `<title>Alice</title><link>${link}</link><description>What Alice sees</description>` +
    `${items.join("")}</channel></rss>\n`;
}
