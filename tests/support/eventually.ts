/** Between two looks, so that looking takes no processor time from what is looked at. */
const PAUSE_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Waits until a condition outside this process is true. Throws after 60 s: with what the condition said
 * last, when it threw.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  let cause: unknown;
  for (;;) {
    try {
      if (await condition()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`It did not come true: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
  }
}
