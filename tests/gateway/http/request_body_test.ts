import assert from "node:assert/strict";
import {
  BodyTimeoutError,
  BodyTooLargeError,
  readBody,
} from "../../../gateway/http/request_body.ts";

const limits = { maxBytes: 10, idleMilliseconds: 10_000, timeoutMilliseconds: 10_000 };

function request(body: BodyInit | null, headers: HeadersInit = {}): Request {
  return new Request("http://gateway.example/", { method: "PUT", body, headers });
}

/** A body that gives its pieces and then nothing more, and tells when it was cancelled. */
function hanging(...pieces: Uint8Array[]) {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces.shift();
      if (piece === undefined) return new Promise(() => {});
      controller.enqueue(piece);
      return undefined;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return { stream, cancelled: () => cancelled };
}

Deno.test("a body of the largest size is read, a request without one is empty", async () => {
  assert.equal((await readBody(request(new Uint8Array(10)), limits)).length, 10);
  assert.equal((await readBody(request(null), limits)).length, 0);
});

Deno.test("a declared length over the limit is refused before anything is read", async () => {
  const body = hanging();
  const declared = request(body.stream, { "Content-Length": "11" });
  await assert.rejects(readBody(declared, limits), BodyTooLargeError);
});

Deno.test("a body that is longer than declared, or undeclared, is refused when it passes the limit", async () => {
  const body = hanging(new Uint8Array(6), new Uint8Array(6));
  const lying = request(body.stream, { "Content-Length": "5" });
  await assert.rejects(readBody(lying, limits), BodyTooLargeError);
  assert.ok(body.cancelled());
});

Deno.test("a body that stops coming is given up", async () => {
  const body = hanging(new Uint8Array(1));
  const slow = request(body.stream);
  await assert.rejects(readBody(slow, { ...limits, idleMilliseconds: 1 }), BodyTimeoutError);
  assert.ok(body.cancelled());
});

Deno.test("a body that drips is given up when its whole time is over", async () => {
  const drips = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(0)),
  });
  const slow = request(drips);
  await assert.rejects(readBody(slow, { ...limits, timeoutMilliseconds: 5 }), BodyTimeoutError);
});
