/**
 * Calls `run` for every item with at most `limit` calls in flight. Starts no more after one rejects, and rejects with that
 * error once those in flight have ended.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  async function lane(): Promise<void> {
    for (;;) {
      const next = failure === undefined ? iterator.next() : { done: true as const };
      if (next.done) return;
      try {
        await run(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, lane));
  if (failure) throw failure.error;
}

/** Maps with at most `limit` calls in flight; results in the order of the items. Rejects as `forEachConcurrently` does. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  await forEachConcurrently(items.entries(), Math.min(limit, items.length), async ([index, item]) => {
    results[index] = await map(item);
  });
  return results;
}
