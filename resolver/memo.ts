/** Gives the value of a key: the remembered one, or what `compute` gives. */
export type Memo<T> = (key: string, compute: () => Promise<T>) => Promise<T>;

/**
 * Remembers the values of the `size` keys that were used last. Concurrent calls for one key share one
 * computation; a computation that throws is forgotten. By hand, so that verifying loads no library for it.
 */
export function createMemo<T>(size: number): Memo<T> {
  const values = new Map<string, Promise<T>>();

  return (key, compute) => {
    const value = values.get(key) ?? compute();
    // A Map keeps the order of insertion: setting anew makes the key the youngest.
    values.delete(key);
    values.set(key, value);
    const [oldest] = values.keys();
    if (values.size > size && oldest !== undefined) values.delete(oldest);
    value.catch(() => {
      if (values.get(key) === value) values.delete(key);
    });
    return value;
  };
}
