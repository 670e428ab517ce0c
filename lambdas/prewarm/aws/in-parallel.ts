/** Runs over all items with so many in flight; rejects with the first rejection, once what is in flight has ended. */
export async function inParallel<T>(
  items: Iterable<T>,
  inFlight: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  async function lane(): Promise<void> {
    for (;;) {
      const next = iterator.next();
      if (next.done || failure) return;
      try {
        await run(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane));
  if (failure) throw failure.error;
}
