import type { SeenUrls } from '../ports/seen-urls';

const BATCH = 1_000;

/**
 * Yields the first URLs of a stream, all where there is no limit. The rest of a list is read all the same, so that what is wrong
 * with it is known; a source whose rest nobody wants is left.
 */
export async function* firstUrls(
  urls: AsyncIterable<string>,
  limit: number | undefined,
  rest: 'read' | 'left',
): AsyncGenerator<string> {
  let count = 0;
  for await (const url of urls) {
    if (limit === undefined || count < limit) yield url;
    count += 1;
    if (count === limit && rest === 'left') return;
  }
}

/** Passes on the URLs that were not seen before, in their order; `seen` is closed at the end. */
export async function* dedupe(urls: AsyncIterable<string>, seen: SeenUrls): AsyncGenerator<string> {
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
      if (batch.length === BATCH) yield* await fresh();
    }
    if (batch.length > 0) yield* await fresh();
  } finally {
    seen.close();
  }
}
