import { abortable } from "../../resolver/deadline.ts";
import type { XsltReply, XsltRequest } from "./xslt_worker.ts";
import workerSource from "./xslt_worker.ts" with { type: "text" };

/** One running engine with its stylesheet compiled: one document at a time, and none after a fault. */
export interface XsltInstance {
  /** Throws EngineFault, or the signal's reason; after either the instance is of no more use. */
  transform(
    xml: Uint8Array,
    maxOutputBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Ends the worker; what it was asked fails with EngineFault. One that is busy runs on, on its own thread,
   * until its document is done (Deno 2.9.6 ends none sooner): the stylesheet has to end by itself.
   */
  close(): void;
}

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
  const link = openLink();
  try {
    await link.ask({ kind: "load", wasm, stylesheet }, signal);
  } catch (error) {
    link.close();
    throw error;
  }
  return {
    async transform(xml, maxOutputBytes, signal) {
      const reply = await link.ask({ kind: "transform", xml, maxOutputBytes }, signal);
      if (reply.kind !== "done") throw new EngineFault(`unexpected answer: ${reply.kind}`);
      return reply.output;
    },
    close: link.close,
  };
}

/** A new worker and the one question that it is asked at a time. */
function openLink(): {
  ask(request: XsltRequest, signal: AbortSignal): Promise<XsltReply>;
  close(): void;
} {
  const worker = new Worker(WORKER_URL, { type: "module", deno: { permissions: "none" } });
  let question = Promise.withResolvers<XsltReply>();
  const fail = (reason: string) => question.reject(new EngineFault(reason));
  worker.onmessage = ({ data }: MessageEvent<XsltReply>) => {
    if (data.kind === "fault") fail(data.reason);
    else question.resolve(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message);
  };
  return {
    ask(request, signal) {
      question = Promise.withResolvers();
      worker.postMessage(request);
      return abortable(question.promise, signal);
    },
    close() {
      worker.terminate();
      fail("the engine was closed");
    },
  };
}
