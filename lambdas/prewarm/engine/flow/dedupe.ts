import type { SeenUrls } from '../ports/seen-urls';

const BATCH = 1_000;

/**
 * Yields the first URLs of a stream of batches, all where there is no limit. The rest is read all the same, so that what is wrong
 * with it is known.
 */
export async function* firstUrls(
  batches: AsyncIterable<readonly string[]>,
  limit: number | undefined,
): AsyncGenerator<readonly string[]> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const urls of batches) {
    if (left > 0) yield urls.length <= left ? urls : urls.slice(0, left);
    left -= urls.length;
  }
}

/**
 * Passes on the URLs that were not seen before, in their order, a batch at a time: to wait for each would cost more than the
 * look. `seen` is closed at the end.
 */
export async function* dedupe(
  urls: AsyncIterable<string>,
  seen: SeenUrls,
): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  async function fresh(): Promise<string[]> {
    const isNew = await seen.addAll(batch);
    const kept = batch.filter((_, index) => isNew[index]);
    batch = [];
    return kept;
  }
  try {
    for await (const url of urls) {
      batch.push(url);
      if (batch.length === BATCH) yield await fresh();
    }
    if (batch.length > 0) yield await fresh();
  } finally {
    seen.close();
  }
}
