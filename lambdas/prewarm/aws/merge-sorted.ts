/** Merges iterables, each in ascending order, into one in ascending order; holds one item of each. */
export async function* mergeSorted<T>(
  sources: readonly AsyncGenerator<T>[],
  keyOf: (item: T) => string,
): AsyncGenerator<T> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, result: await source.next() })));
  for (;;) {
    let least: { key: string; head: (typeof heads)[number]; item: T } | undefined;
    for (const head of heads) {
      if (head.result.done) continue;
      const key = keyOf(head.result.value);
      if (least === undefined || key < least.key) least = { key, head, item: head.result.value };
    }
    if (least === undefined) return;
    yield least.item;
    least.head.result = await least.head.source.next();
  }
}
