import { basename } from "node:path";
import { buildFileDag, buildFolderDag, type Dag } from "../../../resolver/content/dag_builder.ts";
import { FEED_NAMES } from "../../../resolver/content/feed_document.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import type { Call, Clock } from "../../../resolver/contracts.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { Feed } from "../../../schemas/feed.ts";
import type { KeyChoice, PublishArguments } from "./arguments.ts";
import { unfinishedPath } from "./car_file.ts";
import { checkFeed } from "./feed_check.ts";
import { type FolderFiles, listFolder, secretIn, sourceFile } from "./files.ts";
import { byteProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** Lines of warnings of one kind that are shown; the rest is counted. */
const SHOWN_WARNINGS = 10;

/** Content that is ready to be stored, and known to be a feed. */
export interface PreparedContent {
  readonly dag: Dag;
  /** The feed's file: `<CID>`, or `<CID>/<name>` in a folder. */
  readonly feedPath: string;
  readonly feed: Feed;
  readonly fileCount: number;
}

interface FeedFiles extends FolderFiles {
  /** The feed's file in the folder; empty when the content is one file. */
  readonly feedName: string;
}

/**
 * Turns a feed file, or a folder with a feed in it, into a DAG, and warns of what stays out and of
 * links that lead nowhere. Throws OurSpaceError, ContentWrongError: this cannot be published.
 */
export async function prepareContent(
  path: string,
  { key, carFile }: Pick<PublishArguments, "key" | "carFile">,
  { terminal, clock, dataDir }: { terminal: Terminal; clock: Clock; dataDir: string },
  call: Call,
): Promise<PreparedContent> {
  const carFiles = carFile === null ? [] : [carFile, unfinishedPath(carFile)];
  const excluded = await Promise.all([dataDir, ...secretFiles(key), ...carFiles].map(realPath));
  const { files, leftOut, feedName } = await findFiles(path, excluded, call);
  warn(terminal, "Left out", leftOut.map(({ path, reason }) => `${path} (${reason})`));

  const total = files.reduce((sum, { size }) => sum + size, 0);
  const onRead = byteProgress(terminal, "Reading", total);
  const build = feedName === "" ? buildOnlyFile : buildFolderDag;
  const dag = await build(files, call, onRead);
  const { feed, missing } = await checkFeed(dag, feedName, clock, call).catch(forPublisher);
  warn(terminal, "The feed links to files that are not in the folder", missing);
  const feedPath = feedName === "" ? `${dag.root}` : `${dag.root}/${feedName}`;
  return { dag, feed, feedPath, fileCount: files.length };
}

/** What readers are told to leave to the publisher is the publisher's to do. */
function forPublisher(error: unknown): never {
  if (!(error instanceof ContentWrongError)) throw error;
  throw new ContentWrongError(error.message, {
    remedy: "Nobody could read it: mend the feed, or name an RSS, Atom or JSON Feed document.",
    cause: error,
  });
}

async function findFiles(
  path: string,
  excluded: readonly string[],
  call: Call,
): Promise<FeedFiles> {
  const location = await realPath(path);
  const info = await Deno.stat(location).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new OurSpaceError(`${path} does not exist.`, { remedy: "Check the path.", cause });
  });
  if (info.isFile) return await onlyFile(location);
  const found = await listFolder(location, excluded, call);
  const feedName = FEED_NAMES.find((name) => found.files.some((file) => file.path === name));
  if (feedName === undefined) {
    throw new OurSpaceError(`There is no feed in ${path}.`, {
      remedy: `The folder needs a file named ${FEED_NAMES.join(", ")}; the first of them counts.`,
    });
  }
  for (const { path, size } of found.files) checkSize(path, size, path === feedName);
  return { ...found, feedName };
}

async function onlyFile(location: string): Promise<FeedFiles> {
  const name = basename(location);
  const secret = await secretIn(location, name);
  if (secret !== null) {
    throw new OurSpaceError(`${name} is not published: ${secret}.`, {
      remedy: "Name the feed's file, or the folder that it lies in.",
    });
  }
  const file = await sourceFile(location, name);
  checkSize(name, file.size, true);
  return { files: [file], leftOut: [], feedName: "" };
}

function checkSize(path: string, size: number, isFeed: boolean): void {
  const limit = isFeed ? contentLimits.feedBytes : contentLimits.fileBytes;
  if (size <= limit) return;
  throw new OurSpaceError(
    `${path} is larger than ${limit / 1_048_576} MiB, which nobody would read.`,
    {
      remedy: isFeed
        ? "Name a feed, not its pictures or recordings, and keep fewer posts in it."
        : "Split the file, or make it smaller.",
    },
  );
}

function buildOnlyFile(
  files: FolderFiles["files"],
  call: Call,
  onRead: (bytes: number) => void,
): Promise<Dag> {
  const [file] = files;
  if (file === undefined) throw new Error("A single file was listed as none");
  return buildFileDag(file, call, onRead);
}

function secretFiles(key: KeyChoice): string[] {
  if (key.kind === "key-file") return [key.path];
  if (key.kind !== "keystore") return [];
  return key.passwordFile === null ? [key.path] : [key.path, key.passwordFile];
}

/** Without links; a path that leads nowhere stays as it is. */
function realPath(path: string): Promise<string> {
  return Deno.realPath(path).catch(() => path);
}

function warn(terminal: Terminal, what: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  terminal.note(`${what}:`);
  for (const line of lines.slice(0, SHOWN_WARNINGS)) terminal.note(`  ${line}`);
  const more = lines.length - SHOWN_WARNINGS;
  if (more > 0) terminal.note(`  and ${more} more`);
}
