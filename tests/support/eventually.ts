/** Between two looks, so that looking takes no processor time from what is looked at. */
const PAUSE_MILLISECONDS = 100;
/**
 * Ends what hangs. On a busy machine a node misses answers now and then, and it tries most things again
 * after a minute: two such pauses fit in.
 */
const PATIENCE_MILLISECONDS = 150_000;

/**
 * Waits until a condition is true that nobody tells of, as outside this process. Throws when patience
 * is at its end: with what the condition said last, when it threw. Milliseconds.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { pause = PAUSE_MILLISECONDS, patience = PATIENCE_MILLISECONDS }: {
    pause?: number;
    patience?: number | undefined;
  } = {},
): Promise<void> {
  const end = performance.now() + patience;
  let cause: unknown;
  for (;;) {
    try {
      if (await condition()) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`It did not come true: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
