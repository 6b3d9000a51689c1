/** What may be loaded before it is asked for, by all levels of a file together. Bytes. */
export interface Advance {
  /** False: there is no room for so much more. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/**
 * `bytes` in all, and no more than `items` at a time, however small they say they are. `isUseless` says
 * that loading ahead would gain nothing now.
 */
export function createAdvance(
  bytes: number,
  items: number,
  isUseless: () => boolean = () => false,
): Advance {
  const least = bytes / items;
  const weight = (size: number) => Math.min(Math.max(size, least), bytes);
  let free = bytes;
  return {
    take(size) {
      if (weight(size) > free || isUseless()) return false;
      free -= weight(size);
      return true;
    },
    give: (size) => void (free += weight(size)),
  };
}

interface Loading<Item, Loaded> {
  readonly item: Item;
  readonly loaded: Promise<Loaded>;
  /** Whether it was begun before it was asked for. */
  readonly ahead: boolean;
}

/**
 * Loads items in order, some of them before they are asked for, so that a slow reader holds a bounded
 * number of bytes in memory. The caller stops what is still loading when it leaves early.
 */
export async function* inAdvance<Item extends { readonly size: number }, Loaded>(
  items: readonly Item[],
  advance: Advance,
  load: (item: Item) => Promise<Loaded>,
): AsyncGenerator<[Item, Loaded]> {
  /** Only what has not been handed over: a file of any size passes through here. */
  const loading: Loading<Item, Loaded>[] = [];
  let started = 0;

  function start(ahead: boolean): boolean {
    const item = items[started];
    if (item === undefined || (ahead && !advance.take(item.size))) return false;
    started += 1;
    const loaded = load(item);
    // Its turn may never come: then nobody else would see that it failed.
    loaded.catch(() => {});
    loading.push({ item, loaded, ahead });
    return true;
  }

  function startAhead(): void {
    while (start(true));
  }

  try {
    for (;;) {
      if (loading.length === 0 && !start(false)) return;
      startAhead();
      const [first] = loading;
      if (first === undefined) return;
      const loaded = await first.loaded;
      loading.shift();
      if (first.ahead) advance.give(first.item.size);
      startAhead();
      yield [first.item, loaded];
    }
  } finally {
    for (const { item, ahead } of loading) if (ahead) advance.give(item.size);
  }
}
