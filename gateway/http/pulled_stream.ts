/**
 * A response's body from pieces that are made when they are asked for. `leave` is called when the
 * client goes away; an error breaks the connection, so that no client takes a part for the whole.
 */
export function pulledStream(
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterator<Uint8Array<ArrayBuffer>>,
  leave: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(first);
    },
    async pull(controller) {
      try {
        const next = await rest.next();
        if (next.done) return controller.close();
        controller.enqueue(next.value);
      } catch (error) {
        controller.error(error);
      }
    },
    cancel: leave,
  }, { highWaterMark: 0 });
}
