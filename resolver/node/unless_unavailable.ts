import { UnavailableError } from "../errors.ts";

/** What the work gives; undefined when the disk fails. For what is remembered in memory too, or a hint. */
export function unlessUnavailable<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}
