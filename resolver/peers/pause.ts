import type { Call } from "../contracts.ts";
import { abortable, type Alarm } from "../deadline.ts";

/** Waits so many milliseconds. Throws the signal's reason as soon as it aborts. */
export async function pause(
  milliseconds: number,
  { alarm, signal }: Call & { alarm: Alarm },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = alarm(milliseconds, resolve);
  try {
    await abortable(promise, signal);
  } finally {
    cancel();
  }
}
