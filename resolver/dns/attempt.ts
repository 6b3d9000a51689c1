/** Runs some work that ends with its signal: when the parent does, or after so many milliseconds. */
export async function attempt<T>(
  milliseconds: number,
  parent: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abandon = () => controller.abort(parent.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException("It did not answer in time", "TimeoutError")),
    milliseconds,
  );
  parent.addEventListener("abort", abandon);
  if (parent.aborted) abandon();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener("abort", abandon);
  }
}
