import * as fc from 'fast-check';
import { countSlices, recoverCounts } from '../../../../../lambdas/prewarm/engine/flow/aggregate';
import { planRequest } from '../../../../../lambdas/prewarm/engine/flow/plan';
import { failuresOf } from '../../../../../lambdas/prewarm/engine/flow/report';
import { settleRequest } from '../../../../../lambdas/prewarm/engine/flow/settle';
import { sizeRequest } from '../../../../../lambdas/prewarm/engine/flow/size';
import { UNBOUNDED } from '../../../../../lambdas/prewarm/engine/flow/step';
import { stopRequest } from '../../../../../lambdas/prewarm/engine/flow/stop';
import { type WarmSlice, workOn } from '../../../../../lambdas/prewarm/engine/flow/work';
import type { RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import { isFinal, REQUEST_STATUSES } from '../../../../../lambdas/prewarm/engine/model/request-status';
import { emptyTally, mergeTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { Received } from '../../../../../lambdas/prewarm/engine/ports/task-queue';
import { fickleWarm, isCrash, type Process, pretendedWarm, randomFrom, usablePops, World } from './world';

/** Each costs 20 ms. CI runs the file on two versions of Node and for coverage, and thousands of them every night. */
const SCHEDULES = Number(process.env['WARMPATH_SCHEDULES'] ?? 120);
const never = new AbortController().signal;

function urlsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `https://d111111abcdef8.cloudfront.net/object/${index}`);
}

type Action = (process: Process, id: RequestId, random: () => number) => Promise<void>;

const step: Action = async (process, id, random) => {
  const budget = { shouldContinue: () => random() < 0.5 };
  await sizeRequest(process, id, budget);
  await planRequest(process, id, budget);
};

/** A worker that is now and then too slow, delivered to twice, or gone before it removes its message. */
const work: Action = async (process, id, random) => {
  const received = await process.queue.receive(4, 0);
  const deliveries = received.flatMap((one): Received[] => (random() < 0.2 ? [one, one] : [one]));
  if (random() < 0.2) process.clock.advance(100_000);
  await Promise.all(
    deliveries
      .sort(() => random() - 0.5)
      .map(async (one) => {
        const outcome = await workOn(process, one, never);
        if (outcome !== 'dropped' && random() < 0.7)
          await countSlices(process, one.slice.requestId, [one.slice.id, one.slice.id]);
        if (random() < 0.7) await process.queue.remove([one.receipt]);
      }),
  );
  void id;
};

/** A stream that delivers what was recorded in any order, twice, and in part. */
const count: Action = async (process, id, random) => {
  const slices = [];
  for await (const { sliceId } of process.ledger.results(id)) slices.push(sliceId);
  slices.sort(() => random() - 0.5);
  await countSlices(process, id, slices.slice(0, Math.ceil(slices.length * random())));
};

const resend: Action = async (process, id) => {
  const record = await process.requests.get(id);
  if (record?.status === 'INSERT_TASK') await planRequest(process, id, UNBOUNDED);
};

const settle: Action = (process, id) => settleRequest(process, id);

const ACTIONS: readonly Action[] = [step, step, work, work, work, count, resend, settle];

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Runs actions side by side until the process dies, or has done enough. */
async function live(process: Process, ids: readonly RequestId[], random: () => number): Promise<void> {
  for (let round = 0; round < 8 && !process.isDead(); round += 1) {
    const actions = Array.from({ length: 1 + Math.floor(random() * 3) }, () =>
      pick(ACTIONS, random)(process, pick(ids, random), random),
    );
    for (const result of await Promise.allSettled(actions))
      if (result.status === 'rejected' && !isCrash(result.reason)) throw result.reason;
  }
}

/** A process that nothing happens to, with the recovery that every restart begins with. */
async function finish(
  world: World,
  ids: readonly RequestId[],
  warm: WarmSlice = pretendedWarm,
): Promise<Process> {
  const process = { ...(await world.process(0)), warm };
  for (const id of ids) {
    await recoverCounts(process, id);
    while ((await sizeRequest(process, id, UNBOUNDED)) === 'more');
    while ((await planRequest(process, id, UNBOUNDED)) === 'more');
  }
  for (;;) {
    const received = await process.queue.receive(10, 0);
    if (received.length === 0) break;
    for (const one of received) {
      const outcome = await workOn(process, one, never);
      if (outcome !== 'dropped') await countSlices(process, one.slice.requestId, [one.slice.id]);
      await process.queue.remove([one.receipt]);
    }
  }
  for (const id of ids) await settleRequest(process, id);
  return process;
}

function rank({ status }: RequestRecord): number {
  return REQUEST_STATUSES.indexOf(status);
}

async function expectExact(process: Process, id: RequestId, urls: number, encodings: number) {
  const record = await process.requests.get(id);
  const failing = urlsOf(urls).filter((url) => url.endsWith('7')).length;
  const pops = usablePops.length;
  const fetches = urls * encodings;
  expect(record).toMatchObject({ status: 'FINISHED', reported: true, failedUrlCount: 0 });
  expect(record?.countedSlices).toBe(record?.totals?.sliceCount);
  expect(record?.progress).toMatchObject({
    fetches: fetches * pops,
    bytes: fetches * pops * 10,
    outcomes: {
      ...emptyTally().outcomes,
      warmed: (urls - failing) * encodings * pops,
      'http-error': failing * encodings * pops,
    },
  });
  const perPop = (await process.pops.all(id)).filter(({ status }) => status === 'SUCCESS');
  for (const { progress } of perPop) expect(progress.fetches).toBe(fetches);
  const failures: string[] = [];
  for await (const { pop, url, encoding } of failuresOf(process, id))
    failures.push(`${pop} ${url} ${encoding}`);
  expect(new Set(failures).size).toBe(failing * encodings * pops);
  expect(failures.length).toBe(failing * encodings * pops);
}

describe('counting exactly once', () => {
  it(`ends ${SCHEDULES} random schedules of crashes, repeats and reorderings in the counters of a clean run`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 16 }),
        fc.boolean(),
        async (seed, first, second, twoEncodings) => {
          const random = randomFrom(seed);
          const world = new World(random);
          const fields = twoEncodings ? { encodings: ['identity', 'br'] as const } : {};
          const ids = [await world.accept(urlsOf(first), fields), await world.accept(urlsOf(second))];
          const before = new Map<RequestId, RequestRecord>();
          for (let life = 0; life < 3; life += 1) {
            const process = await world.process(0.03);
            await live(process, ids, random);
            const observer = await world.process(0);
            for (const id of ids) {
              const now = (await observer.requests.get(id)) as RequestRecord;
              const then = before.get(id) ?? now;
              expect(rank(now)).toBeGreaterThanOrEqual(rank(then));
              expect(now.progress.fetches).toBeGreaterThanOrEqual(then.progress.fetches);
              expect(now.countedSlices).toBeGreaterThanOrEqual(then.countedSlices);
              before.set(id, now);
            }
          }
          const process = await finish(world, ids);
          await expectExact(process, ids[0] as RequestId, first, twoEncodings ? 2 : 1);
          await expectExact(process, ids[1] as RequestId, second, 1);
        },
      ),
      { numRuns: SCHEDULES },
    );
  });

  it('lists exactly the failures that are counted, whichever delivery of a slice was recorded', async () => {
    let unlisted = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 16 }), async (seed, urls) => {
        const random = randomFrom(seed);
        const world = new World(random);
        const warm = fickleWarm(random);
        const ids = [await world.accept(urlsOf(urls))];
        const [id] = ids as [RequestId];
        for (let life = 0; life < 3; life += 1)
          await live({ ...(await world.process(0.01)), warm }, ids, random);
        const process = await finish(world, ids, warm);

        const listed: string[] = [];
        const perPop = new Map<string, number>();
        for await (const { pop, url } of failuresOf(process, id)) {
          listed.push(`${pop} ${url}`);
          perPop.set(pop, (perPop.get(pop) ?? 0) + 1);
        }
        expect(new Set(listed).size).toBe(listed.length);
        const record = await process.requests.get(id);
        expect(record?.progress.outcomes['http-error']).toBe(listed.length);
        for (const { pop, progress } of await process.pops.all(id))
          expect(progress.outcomes['http-error']).toBe(perPop.get(pop) ?? 0);

        const named = new Set<string | undefined>();
        for await (const { failuresKey } of process.ledger.results(id)) named.add(failuresKey);
        for await (const key of process.blobs.list(`${id}/failures/`)) if (!named.has(key)) unlisted += 1;
      }),
      { numRuns: SCHEDULES * 0.3 },
    );
    // Else no schedule had what this is about.
    expect(unlisted).toBeGreaterThan(0);
  });

  it('stops one of two requests at any moment, and the other ends exactly', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 3 }), async (seed, stopAfter) => {
        const random = randomFrom(seed);
        const world = new World(random);
        const stopped = await world.accept(urlsOf(15));
        const other = await world.accept(urlsOf(15));
        for (let life = 0; life < 3; life += 1) {
          if (life === stopAfter) await stopRequest((await world.process(0)).requests, stopped, 'asked');
          await live(await world.process(0.03), [stopped, other], random);
        }
        const process = await finish(world, [stopped, other]);
        await expectExact(process, other, 15, 1);

        const record = (await process.requests.get(stopped)) as RequestRecord;
        expect(isFinal(record.status)).toBe(true);
        const recorded = emptyTally();
        for await (const { tally } of process.ledger.results(stopped)) mergeTally(recorded, tally);
        expect(record.progress).toEqual(recorded);
        expect(await process.queue.depth()).toEqual({ available: 0, inFlight: 0, dead: 0 });
      }),
      { numRuns: Math.ceil(SCHEDULES * 0.15) },
    );
  });
});
