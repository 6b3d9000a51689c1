/**
 * Loads items in order, up to `ahead` of them before they are asked for, so that a slow reader holds a
 * bounded number in memory. The caller stops what is still loading when it leaves early.
 */
export async function* inAdvance<Item, Loaded>(
  items: readonly Item[],
  ahead: number,
  load: (item: Item) => Promise<Loaded>,
): AsyncGenerator<[Item, Loaded]> {
  const waiting = items.values();
  /** Only what has not been handed over: a file of any size passes through here. */
  const loading: [Item, Promise<Loaded>][] = [];

  function startNext(): void {
    const { value: item, done } = waiting.next();
    if (done) return;
    const loaded = load(item);
    // Its turn may never come: then nobody else would see that it failed.
    loaded.catch(() => {});
    loading.push([item, loaded]);
  }

  for (let started = 0; started < ahead; started++) startNext();
  for (;;) {
    startNext();
    const first = loading.shift();
    if (first === undefined) return;
    const [item, loaded] = first;
    yield [item, await loaded];
  }
}
