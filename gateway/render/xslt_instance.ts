import workerSource from "./xslt_worker.ts" with { type: "text" };
import type { XsltReply, XsltRequest } from "./xslt_messages.ts";

/** One running engine with its stylesheet compiled: one transform at a time, and none after a fault. */
export interface XsltInstance {
  /** Throws EngineFault, or the signal's reason; after either the instance is of no more use. */
  transform(xml: Uint8Array, maxOutputBytes: number, signal: AbortSignal): Promise<Output>;
  /** Ends the worker at once, whatever it is doing. */
  close(): void;
}

type Output = Uint8Array<ArrayBuffer>;

/** The engine refused a document or the stylesheet, or broke. The message is the engine's own. */
export class EngineFault extends Error {
  override name = "EngineFault";
}

/** A `data:` URL, because a worker from a file would need the permission to read that file. */
const WORKER_URL = `data:application/typescript,${encodeURIComponent(workerSource)}`;

/** Loads the engine: about 50 ms. Throws EngineFault when the stylesheet is wrong. */
export async function startXsltInstance(
  stylesheet: string,
  signal: AbortSignal,
): Promise<XsltInstance> {
  const { default: wasm } = await import("libxslt-wasm/output/libxslt.wasm", {
    with: { type: "bytes" },
  });
  signal.throwIfAborted();
  const worker = new Worker(WORKER_URL, { type: "module", deno: { permissions: "none" } });
  try {
    await ask(worker, { kind: "load", wasm, stylesheet }, signal);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return {
    async transform(xml, maxOutputBytes, signal) {
      const reply = await ask(worker, { kind: "transform", xml, maxOutputBytes }, signal);
      if (reply.kind !== "done") throw new EngineFault(`unexpected answer: ${reply.kind}`);
      return reply.output;
    },
    close: () => worker.terminate(),
  };
}

function ask(worker: Worker, request: XsltRequest, signal: AbortSignal): Promise<XsltReply> {
  const { promise, resolve, reject } = Promise.withResolvers<XsltReply>();
  const onAbort = () => reject(signal.reason);
  worker.onmessage = ({ data }: MessageEvent<XsltReply>) => {
    if (data.kind === "fault") reject(new EngineFault(data.reason));
    else resolve(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new EngineFault(event.message));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  else worker.postMessage(request);
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
