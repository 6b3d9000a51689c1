import type { FeedDocument } from "../../resolver/content/content.ts";
import { fakeSource, fileTree, folderTree, holding, rawTree, type Tree } from "./blocks.ts";
import { CALL, readerOver } from "./content.ts";
import { makeSigner, verifiedPointer } from "./pointers.ts";

type Content = string | Uint8Array;

const SIGNER = makeSigner();

const MEBIBYTE = 2 ** 20;

/** A document as the content layer hands it over: verified, without a folder. */
export async function feedDocument(content: Content, mediaType = ""): Promise<FeedDocument> {
  const bytes = bytesOf(content);
  const tree = bytes.length > MEBIBYTE
    ? await fileTree(bytes, { chunkBytes: MEBIBYTE })
    : await rawTree(bytes);
  return { ...await read(tree), mediaType };
}

/** The `feed.xml` of a folder with these files. */
export async function folderDocument(
  files: Readonly<Record<string, Content>>,
): Promise<FeedDocument> {
  return await read(await folderTree(files));
}

async function read({ root, blocks }: Tree): Promise<FeedDocument> {
  const pointer = await verifiedPointer(SIGNER, { cid: root.toString() });
  return await readerOver([fakeSource("blocks", holding(blocks))]).feedDocument(pointer, CALL);
}

function bytesOf(content: Content): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(typeof content === "string" ? new TextEncoder().encode(content) : content);
}
