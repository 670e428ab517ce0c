import fc from 'fast-check';
import { urlsKey } from '../../../../../lambdas/prewarm/engine/flow/blob-names';
import { type WorkDeps, workOn } from '../../../../../lambdas/prewarm/engine/flow/work';
import { popCode, requestId, sliceId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import { emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { Transport } from '../../../../../lambdas/prewarm/engine/ports/transport';
import { Governor } from '../../../../../lambdas/prewarm/engine/warming/governor';
import {
  DEFAULT_WARM_LIMITS,
  withConcurrency,
} from '../../../../../lambdas/prewarm/engine/warming/warm-limits';
import { warmSlice } from '../../../../../lambdas/prewarm/engine/warming/warm-slice';
import { plainSpec } from '../../support/request-spec';
import { MemoryBlobStore } from './memory-blob-store';
import { HandClock } from './world';

const POP = popCode('FRA56-P4');
const ID = requestId('5f0c3b3e-0000-4000-8000-000000000000');
/** As the code under test has it. */
const STORED_WITHIN_MS = 50;

interface Disk {
  /** Returns how long the write takes that begins at this moment. */
  readonly writeMs: (nowMs: number) => number;
}

interface Run {
  readonly fetches: number;
  readonly latencyMs: number;
  readonly mostInFlight: number;
  /** @default - until all is done */
  readonly untilMs?: number;
}

/** Warms one slice on a clock of its own; returns what a kill would have cost at the worst moment. */
async function play({ fetches, latencyMs, mostInFlight, untilMs }: Run, { writeMs }: Disk) {
  const clock = new HandClock(() => 0.5);
  const began = clock.now();
  let begun = 0;
  let stored = 0;
  let worst = 0;
  async function write(after: number): Promise<void> {
    await clock.sleep(writeMs(clock.now() - began));
    stored = Math.max(stored, after);
  }
  const transport: Transport = {
    fetch: async () => {
      begun += 1;
      worst = Math.max(worst, begun - stored);
      await clock.sleep(latencyMs);
      const headers = { 'x-cache': 'Miss from cloudfront', 'x-amz-cf-pop': POP, 'content-length': '1' };
      return { kind: 'answer', status: 200, headers, bytes: 1, firstByteMs: 1, durationMs: 1 };
    },
    close: async () => {},
  };
  const urls = Array.from({ length: fetches }, (_, n) => `https://d111111abcdef8.cloudfront.net/${n}`);
  const blobs = new MemoryBlobStore();
  await blobs.put(urlsKey(ID), [urls.join('\n')]);
  const spec = plainSpec({ pops: [POP], encodings: ['identity'], verify: 'none' });
  const limits = withConcurrency(DEFAULT_WARM_LIMITS, mostInFlight);
  const governor = new Governor({ limits, clock });
  const record: Partial<RequestRecord> = { id: ID, spec, status: 'IN-PROGRESS', progress: emptyTally() };
  let appended = 0;
  const deps: WorkDeps = {
    requests: { get: async () => record as RequestRecord },
    blobs,
    ledger: {
      record: async ({ tally }) => {
        await write(tally.fetches);
        return 'recorded';
      },
      isRecorded: async () => false,
    },
    queue: { extend: async () => {} },
    journal: {
      load: async () => undefined,
      append: async (_, { done }) => {
        appended += done.length;
        await write(appended);
      },
      unrecorded: async function* () {},
    },
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    warm: (job, sinks) => warmSlice({ ...job, transport, clock, governor }, sinks),
    visibilitySeconds: 60,
  };
  const segment = {
    index: 0,
    urlCount: fetches,
    startByte: 0,
    endByte: Number.MAX_SAFE_INTEGER,
    expectedBytes: 0,
  };
  const slice = { requestId: ID, id: sliceId(POP, 0), pop: POP, addresses: ['192.0.2.1'], segment };
  const stop = new AbortController();
  let isOver = false;
  const work = workOn(deps, { slice, receipt: '1', deliveries: 1 }, stop.signal).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    if (clock.now() - began >= (untilMs ?? Number.POSITIVE_INFINITY)) stop.abort(new Error('enough'));
    await new Promise(setImmediate);
    clock.advance(5);
  }
  return { outcome: await work, begun, worst, elapsedMs: clock.now() - began };
}

describe('fetches that are done and not stored', () => {
  it('are never more than those in flight and what was done in fifty milliseconds, however slow the disk is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          latencyMs: fc.integer({ min: 5, max: 500 }),
          mostInFlight: fc.integer({ min: 5, max: 60 }),
        }),
        fc.array(fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 100, max: 1_000 })), {
          minLength: 1,
        }),
        async ({ latencyMs, mostInFlight }, writes) => {
          let write = 0;
          const disk = { writeMs: () => writes[write++ % writes.length]! };
          const { worst, begun, outcome } = await play({ fetches: 300, latencyMs, mostInFlight }, disk);
          const roundsUnseen = 1 + Math.ceil(STORED_WITHIN_MS / latencyMs);
          expect(worst).toBeLessThanOrEqual(16 + mostInFlight * (1.25 + roundsUnseen));
          expect({ begun, outcome }).toEqual({ begun: 300, outcome: 'recorded' });
        },
      ),
    );
  });

  it('begin no more fetches while the disk stands still', async () => {
    const run: Run = { fetches: 20_000, latencyMs: 100, mostInFlight: 100, untilMs: 60_000 };
    const { begun } = await play(run, { writeMs: () => 61_000 });
    expect(begun).toBeLessThanOrEqual(2 * 100 + 25);
  });

  it('hold up nothing where a write takes some milliseconds', async () => {
    const { elapsedMs, worst } = await play(
      { fetches: 5_000, latencyMs: 100, mostInFlight: 100 },
      { writeMs: () => 5 },
    );
    expect(elapsedMs).toBeLessThanOrEqual(1.2 * 5_000);
    expect(worst).toBeLessThanOrEqual(2 * 100);
  });
});
