/** An object in which what is absent may be given as undefined. */
type WithAbsent<T> = { [K in keyof T]: T[K] | undefined };

/** The object without its absent properties. */
export function present<T extends object>(properties: WithAbsent<T>): T {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
