/** Plans one request on the AWS adapters, from its sized list to its last slice queued; started by `flow-round.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardedResolver } from '../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { originalUrlsKey } from '../../lambdas/prewarm/engine/flow/blob-names';
import { type PlanDeps, planRequest } from '../../lambdas/prewarm/engine/flow/plan';
import { resolvePops } from '../../lambdas/prewarm/engine/flow/resolve-pops';
import { type SizeDeps, sizeRequest } from '../../lambdas/prewarm/engine/flow/size';
import { UNBOUNDED } from '../../lambdas/prewarm/engine/flow/step';
import { joinLines } from '../../lambdas/prewarm/engine/text/lines';
import { SEGMENT_BOUNDS, workersFor } from '../../lambdas/prewarm/functions/step-bounds';
import { FileBlobStore } from '../../lambdas/prewarm/one-machine/adapters/blob-store';
import { systemClock as clock } from '../../lambdas/prewarm/runtime/clock';
import { DOMAIN } from './edges';
import { takeCounts } from './fake-aws';
import { type FlowJob, newRequest, openAdapters, runProcess, silent, timed } from './flow-adapters';

const DNS_MS = 10;

const resolver = guardedResolver(
  {
    resolve: async (name) => {
      await clock.sleep(DNS_MS);
      return { kind: 'addresses', addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.3'], canonicalName: name };
    },
  },
  'any',
);

function* urlsOf(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) yield `https://${DOMAIN}/assets/images/object-${index}.jpg`;
}

function unused(): never {
  throw new Error('bench: this is not part of the fan-out');
}

runProcess(async (job: FlowJob) => {
  const folder = await mkdtemp(join(tmpdir(), 'warmpath-bench-'));
  try {
    const { requests, pops, queue } = openAdapters(job.endpoint);
    const blobs = new FileBlobStore({ blobsDir: join(folder, 'blobs'), tmpDir: folder });
    const record = newRequest(job);
    const { id } = record;
    await blobs.put(originalUrlsKey(id), joinLines(urlsOf(job.urls)));
    await requests.create(record);
    const sizing: SizeDeps = {
      requests,
      blobs,
      clock,
      resolver,
      log: silent,
      transport: { fetch: unused, close: async () => {} },
      openSeenUrls: unused,
      expandSource: unused,
      concurrency: 1,
      bounds: SEGMENT_BOUNDS,
      workersFor,
      sizing: 'none',
    };
    await sizeRequest(sizing, id, UNBOUNDED);
    const planning: PlanDeps = {
      requests,
      pops,
      blobs,
      queue,
      clock,
      log: silent,
      invalidator: { invalidate: unused },
      resolvePops: (domain, codes) => resolvePops(domain, codes, { resolver }),
    };
    await takeCounts(job.endpoint);
    const times = await timed(async () => {
      await planRequest(planning, id, UNBOUNDED);
    });
    const { messages, ...counts } = await takeCounts(job.endpoint);
    const planned = await requests.get(id);
    if (planned?.status !== 'IN-PROGRESS' || planned.totals?.sliceCount !== messages)
      throw new Error(
        `bench: ${messages} of ${planned?.totals?.sliceCount} slices queued, ${planned?.status}`,
      );
    return { ...times, ...counts, slices: messages };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
