/** Counts the results of one request on the AWS adapters, from its first to FINISHED; started by `flow-round.ts`. */
import { resultItem } from '../../lambdas/prewarm/aws/slice-ledger';
import { countSlices } from '../../lambdas/prewarm/engine/flow/aggregate';
import { urlsPerSegment } from '../../lambdas/prewarm/engine/flow/segments';
import { type SliceId, sliceId } from '../../lambdas/prewarm/engine/model/ids';
import { addOutcome, emptyTally, mergeTally, type Tally } from '../../lambdas/prewarm/engine/model/tally';
import { SEGMENT_BOUNDS, workersFor } from '../../lambdas/prewarm/functions/step-bounds';
import { preload, TABLES, takeCounts } from './fake-aws';
import {
  type FlowJob,
  newRequest,
  openAdapters,
  popCodes,
  RETENTION_DAYS,
  runProcess,
  timed,
} from './flow-adapters';

/** Records that the stream hands to one call of the Aggregation function. */
const STREAM_BATCH = 500;
/** One in so many batches is delivered a second time. */
const REPEATED_EACH = 10;

function tallyOf(fetches: number): Tally {
  const tally = emptyTally();
  for (let index = 0; index < fetches; index += 1)
    addOutcome(
      tally,
      index % 50 === 49
        ? { kind: 'http-error', status: 404, bytes: 10, durationMs: 5 }
        : { kind: 'warmed', status: 200, bytes: 1_000, durationMs: 1 + (index % 100) },
    );
  return tally;
}

runProcess(async (job: FlowJob) => {
  const { requests, pops, ledger } = openAdapters(job.endpoint);
  const record = newRequest(job);
  const { id, spec } = record;
  const perSegment = urlsPerSegment(job.urls, job.pops, workersFor(spec), SEGMENT_BOUNDS.maxUrls);
  const segments = Math.ceil(job.urls / perSegment);
  const slices = segments * job.pops;
  function fetchesOf(segment: number): number {
    return Math.min(perSegment, job.urls - segment * perSegment);
  }

  await requests.create(record);
  await pops.putAll(
    popCodes(job.pops).map((pop) => ({
      requestId: id,
      pop,
      status: 'SUCCESS',
      addresses: ['192.0.2.1'],
      createdAt: record.createdAt,
      progress: emptyTally(),
    })),
  );
  await requests.advance(id, 'CHECK_POP');
  await requests.advance(id, 'INSERT_TASK', {
    totals: { urlCount: job.urls, popCount: job.pops, sliceCount: slices, fetchCount: job.urls * job.pops },
  });
  await requests.advance(id, 'IN-PROGRESS');

  const full = tallyOf(perSegment);
  const last = tallyOf(fetchesOf(segments - 1));
  for (let segment = 0; segment < segments; segment += 1) {
    const results = spec.pops.map((pop) => ({
      requestId: id,
      sliceId: sliceId(pop, segment),
      pop,
      tally: segment === segments - 1 ? last : full,
      finishedAt: record.createdAt,
    }));
    await preload(
      job.endpoint,
      results.map((result) => ({
        TableName: TABLES.taskTable,
        Item: resultItem(result, RETENTION_DAYS),
      })),
    );
  }

  function* batches(): Generator<SliceId[]> {
    let batch: SliceId[] = [];
    for (let segment = 0; segment < segments; segment += 1)
      for (const pop of spec.pops) {
        batch.push(sliceId(pop, segment));
        if (batch.length < STREAM_BATCH) continue;
        yield batch;
        batch = [];
      }
    if (batch.length > 0) yield batch;
  }
  await takeCounts(job.endpoint);
  const times = await timed(async () => {
    let number = 0;
    for (const batch of batches()) {
      number += 1;
      await countSlices({ requests, ledger }, id, batch);
      if (number % REPEATED_EACH === 0) await countSlices({ requests, ledger }, id, batch);
    }
  });
  const { messages: _, ...counts } = await takeCounts(job.endpoint);

  const perPop = emptyTally();
  for (let segment = 0; segment < segments; segment += 1)
    mergeTally(perPop, segment === segments - 1 ? last : full);
  const all = emptyTally();
  for (const _pop of spec.pops) mergeTally(all, perPop);
  const counted = await requests.get(id);
  function exact(tally: Tally | undefined, expected: Tally): boolean {
    return (
      tally?.fetches === expected.fetches &&
      tally.bytes === expected.bytes &&
      tally.outcomes.warmed === expected.outcomes.warmed &&
      tally.outcomes['http-error'] === expected.outcomes['http-error'] &&
      JSON.stringify(Object.entries(tally.latency).sort()) ===
        JSON.stringify(Object.entries(expected.latency).sort())
    );
  }
  const popsExact = (await pops.all(id)).every(({ progress }) => exact(progress, perPop));
  if (
    counted?.status !== 'FINISHED' ||
    counted.countedSlices !== slices ||
    !exact(counted.progress, all) ||
    !popsExact
  )
    throw new Error(
      `bench: the counters are not exact: ${counted?.countedSlices} of ${slices}, ${counted?.status}`,
    );
  return { ...times, ...counts, slices };
});
