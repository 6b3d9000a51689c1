import type { Alarm } from "../deadline.ts";

/** Waits for the work, or for so long. */
export async function firstOf(
  work: Promise<unknown>,
  milliseconds: number,
  alarm: Alarm,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = alarm(milliseconds, resolve);
  await Promise.race([work, promise]);
  cancel();
}
