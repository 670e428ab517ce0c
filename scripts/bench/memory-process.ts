/** Warms so many URLs with the embedded engine and prints its peak memory; started by `memory.ts`, once per list. */
import { isMainThread } from 'node:worker_threads';
import * as z from 'zod';
import { keepHeapSmall } from '../../lambdas/prewarm/worker/small-heap';
import { freshUrls, runEngine } from './engine-round';

const job = z.object({
  urls: z.number(),
  edges: z.object({
    pops: z.array(z.object({ code: z.string(), address: z.string() })),
    port: z.number(),
    caPem: z.string(),
  }),
});

async function main(): Promise<void> {
  const { urls, edges } = job.parse(JSON.parse(process.argv[2] ?? ''));
  const { seconds, fetches } = await runEngine({
    edges,
    urls: freshUrls('memory', urls),
    verify: 'none',
    // A connection costs memory too; with the search let loose, its number would be what is measured.
    maxFetchesInFlight: 64,
    // So does a thread, and a short list starts none.
    threads: 1,
  });
  const peakMib = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ peakMib, fetches, seconds }));
}

// The threads that warm start from this same file.
if (isMainThread) {
  keepHeapSmall();
  main().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
}
