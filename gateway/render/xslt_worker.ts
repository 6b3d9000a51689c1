/**
 * The inside of the worker that holds the XSLT engine (libxslt as WebAssembly). It runs without any
 * permission: whatever a stylesheet or a document asks for, nothing can be read, fetched or written.
 * xslt_instance.ts starts it from this file's text, so nothing is imported from beside it, not even a type.
 */
import fs from "node:fs";

/** What the two sides say to each other: one reply to each request, in order. */
export type XsltRequest =
  | { readonly kind: "load"; readonly wasm: Uint8Array; readonly stylesheet: string }
  | { readonly kind: "transform"; readonly xml: Uint8Array; readonly maxOutputBytes: number };

/** `fault`: the engine refused what it was given, or broke. */
export type XsltReply =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly output: Uint8Array<ArrayBuffer> }
  | { readonly kind: "fault"; readonly reason: string };

/** The worker's own; the types at hand are those of the main thread. */
declare function postMessage(reply: XsltReply, options: { transfer: Transferable[] }): void;

type Apply = (xml: Uint8Array, maxOutputBytes: number) => Promise<Uint8Array<ArrayBuffer>>;

/** libxslt tells its complaints to file descriptor 2 only. They are kept for the error's message. */
const complaints: string[] = [];
const COMPLAINTS_LIMIT = 20;

/** The engine's loader reads its WebAssembly, and writes its complaints, through node:fs. */
function standInForFiles(wasm: Uint8Array): void {
  Object.assign(fs, {
    readFileSync: () => wasm,
    writeSync: (_descriptor: number, text: string) => {
      if (complaints.length < COMPLAINTS_LIMIT) complaints.push(text.trim());
      return text.length;
    },
  });
}

async function load(wasm: Uint8Array, stylesheetText: string): Promise<Apply> {
  standInForFiles(wasm);
  const { XmlDocument, XsltStylesheet } = await import("libxslt-wasm");
  const stylesheet = await XsltStylesheet.fromString(stylesheetText);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const encoder = new TextEncoder();
  return async (xml, maxOutputBytes) => {
    // As text: the package's byte input uses a view that is too short once the memory has grown.
    using source = await XmlDocument.fromString(decoder.decode(xml), { options: { noNet: true } });
    using result = await stylesheet.apply(source);
    using buffer = stylesheet.applyToOutputBuffer(result);
    if (buffer.size > maxOutputBytes) {
      throw new Error(`the result has ${buffer.size} bytes, more than ${maxOutputBytes}`);
    }
    return encoder.encode(buffer.toString());
  };
}

let apply: Apply = () => Promise.reject(new Error("no stylesheet is loaded"));

async function answer(request: XsltRequest): Promise<XsltReply> {
  complaints.length = 0;
  try {
    if (request.kind === "transform") {
      return { kind: "done", output: await apply(request.xml, request.maxOutputBytes) };
    }
    apply = await load(request.wasm, request.stylesheet);
    return { kind: "ready" };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "fault", reason: [reason, ...complaints].filter(Boolean).join("; ") };
  }
}

globalThis.addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const reply = await answer(event.data);
  postMessage(reply, { transfer: reply.kind === "done" ? [reply.output.buffer] : [] });
});
