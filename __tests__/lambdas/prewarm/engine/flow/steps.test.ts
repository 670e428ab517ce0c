import { guardedResolver } from '../../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { fleetSizeFor, resizeFleet } from '../../../../../lambdas/prewarm/engine/flow/fleet-size';
import {
  type PlanDeps,
  planRequest,
  type ResolvedPop,
} from '../../../../../lambdas/prewarm/engine/flow/plan';
import { settleRequest } from '../../../../../lambdas/prewarm/engine/flow/settle';
import { sizeRequest } from '../../../../../lambdas/prewarm/engine/flow/size';
import { UNBOUNDED } from '../../../../../lambdas/prewarm/engine/flow/step';
import { stopRequest } from '../../../../../lambdas/prewarm/engine/flow/stop';
import type { PopCode, RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import { emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { InvalidationOutcome } from '../../../../../lambdas/prewarm/engine/ports/invalidator';
import type { TaskQueue } from '../../../../../lambdas/prewarm/engine/ports/task-queue';
import { collect, sampleRequest } from '../ports/samples';
import { lostPop, type Process, usablePops, World } from './world';

function urlsOf(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `https://d111111abcdef8.cloudfront.net/object/${index}?v=1`,
  );
}

async function textOf(process: Process, key: string): Promise<string> {
  return Buffer.concat(await collect(process.blobs.read(key))).toString();
}

/** A budget that is used up after so many questions. */
function budgetOf(pieces: number) {
  let left = pieces;
  return {
    shouldContinue: () => {
      left -= 1;
      return left > 0;
    },
  };
}

describe('sizing a request', () => {
  let world: World;
  let process: Process;

  beforeEach(async () => {
    world = new World(() => 0.5);
    process = await world.process(0);
  });

  it('keeps the order of the list, adds up the sizes and notes what it could not reach', async () => {
    const id = await world.accept(urlsOf(5));
    const transport = {
      ...process.transport,
      fetch: async (target: Parameters<Process['transport']['fetch']>[0]) =>
        target.path.includes('/3?')
          ? ({ kind: 'answer', status: 404, headers: {}, bytes: 0, firstByteMs: 1, durationMs: 1 } as const)
          : process.transport.fetch(target),
    };
    expect(await sizeRequest({ ...process, transport }, id, UNBOUNDED)).toBe('done');
    expect(await process.requests.get(id)).toMatchObject({
      status: 'CHECK_POP',
      urlBytes: 40,
      failedUrlCount: 1,
    });
    await planRequest(process, id, UNBOUNDED);
    expect(await textOf(process, `${id}/success_urls.txt`)).toBe(urlsOf(5).join('\n'));
    expect(await textOf(process, `${id}/failed_urls.txt`)).toBe(urlsOf(5)[3]);
    const left = await collect(process.blobs.list(`${id}/sizing/`));
    expect(left.filter((key) => key.includes('/sizes/'))).toEqual([]);
  });

  it('asks no address that the policy forbids', async () => {
    const id = await world.accept(urlsOf(3));
    const asked: string[] = [];
    const transport = {
      ...process.transport,
      fetch: async (target: Parameters<Process['transport']['fetch']>[0]) => {
        asked.push(target.address);
        return process.transport.fetch(target);
      },
    };
    const addresses = ['10.0.0.1', '169.254.169.254'];
    const resolver = guardedResolver(
      { resolve: async (name) => ({ kind: 'addresses', addresses, canonicalName: name }) },
      'public',
    );
    const warnings: unknown[] = [];
    const log = {
      ...process.log,
      warn: (event: string, fields?: object) => void warnings.push({ event, ...fields }),
    };
    expect(await sizeRequest({ ...process, transport, resolver, log }, id, UNBOUNDED)).toBe('done');
    expect(asked).toEqual([]);
    expect(warnings).toEqual([{ event: 'sizing-without-address', requestId: id, resolution: 'refused' }]);
    expect(await process.requests.get(id)).toMatchObject({ failedUrlCount: 3 });
  });

  it('goes on from its cursor when its budget ran out, and asks for no size twice', async () => {
    const id = await world.accept(urlsOf(5_000));
    let asked = 0;
    const transport = {
      ...process.transport,
      fetch: async (target: Parameters<Process['transport']['fetch']>[0]) => {
        asked += 1;
        return process.transport.fetch(target);
      },
    };
    let runs = 1;
    while ((await sizeRequest({ ...process, transport, concurrency: 100 }, id, budgetOf(1))) === 'more')
      runs += 1;
    // Three ask for sizes; the last one cuts the list, with all its time.
    expect(runs).toBe(4);
    expect(asked).toBe(5_000);
    expect(await process.requests.get(id)).toMatchObject({ status: 'CHECK_POP', urlBytes: 50_000 });
  });

  it('adds what the sources hold, without repeats, and notes a source that it could not read', async () => {
    const id = await world.accept(urlsOf(3), {
      sources: [
        { kind: 'sitemap', url: 'https://d111111abcdef8.cloudfront.net/sitemap.xml' },
        { kind: 'playlist', url: 'https://d111111abcdef8.cloudfront.net/lost.m3u8' },
      ],
    });
    const expandSource: Process['expandSource'] = ((source: { readonly kind: string }) =>
      (async function* () {
        if (source.kind === 'playlist') throw new Error('answered 404');
        yield { urls: urlsOf(4) };
      })()) as never;
    await sizeRequest({ ...process, expandSource }, id, UNBOUNDED);
    await planRequest(process, id, UNBOUNDED);
    expect(await textOf(process, `${id}/success_urls.txt`)).toBe(urlsOf(4).join('\n'));
    expect((await process.requests.get(id))?.message).toContain('lost.m3u8: answered 404');
  });

  it('asks for nothing when sizes are not wanted', async () => {
    const id = await world.accept(urlsOf(5));
    const transport = { ...process.transport, fetch: () => Promise.reject(new Error('asked')) };
    await sizeRequest({ ...process, transport, sizing: 'none' }, id, UNBOUNDED);
    expect(await process.requests.get(id)).toMatchObject({
      status: 'CHECK_POP',
      urlBytes: 0,
      failedUrlCount: 0,
    });
  });
});

describe('planning a request', () => {
  let world: World;
  let process: Process;
  let id: RequestId;

  async function sized(count: number, fields: Parameters<World['accept']>[1] = {}): Promise<void> {
    world = new World(() => 0.5);
    process = await world.process(0);
    id = await world.accept(urlsOf(count), fields);
    await sizeRequest(process, id, UNBOUNDED);
  }

  it('stores the totals before the first slice is sent', async () => {
    await sized(10, { encodings: ['identity', 'gzip'] });
    const statuses: unknown[] = [];
    const queue: Pick<TaskQueue, 'send'> = {
      send: async (slices) => {
        const record = await process.requests.get(id);
        statuses.push(record?.status, record?.totals?.sliceCount === slices.length);
      },
    };
    await planRequest({ ...process, queue }, id, UNBOUNDED);
    expect(statuses).toEqual(['INSERT_TASK', true]);
    expect(await process.requests.get(id)).toMatchObject({
      status: 'IN-PROGRESS',
      totals: { urlCount: 10, popCount: 3, fetchCount: 60 },
    });
    const failed = (await process.pops.all(id)).filter(({ status }) => status === 'FAILED');
    expect(failed).toMatchObject([{ pop: 'XXX50-P1', message: 'unknown name' }]);
  });

  it('queues from its cursor on when its budget ran out', async () => {
    await sized(5_000);
    const sent: string[] = [];
    const queue: Pick<TaskQueue, 'send'> = {
      send: async (slices) => {
        sent.push(...slices.map((slice) => slice.id));
      },
    };
    let runs = 1;
    while ((await planRequest({ ...process, queue }, id, budgetOf(1))) === 'more') runs += 1;
    const record = await process.requests.get(id);
    expect(runs).toBeGreaterThan(2);
    expect(sent).toHaveLength(record?.totals?.sliceCount ?? 0);
    expect(new Set(sent).size).toBe(sent.length);
  });

  async function invalidated(outcome: InvalidationOutcome) {
    await sized(3, { needInvalidate: true });
    const calls: string[][] = [];
    const invalidator: Process['invalidator'] = {
      invalidate: async (_, __, paths) => {
        calls.push(await collect(paths));
        return outcome;
      },
    };
    await planRequest({ ...process, invalidator }, id, UNBOUNDED);
    await planRequest({ ...process, invalidator }, id, UNBOUNDED);
    return { calls, record: await process.requests.get(id), depth: await process.queue.depth() };
  }

  it('invalidates once for all PoPs, with the query strings, before anything is queued', async () => {
    const { calls, record } = await invalidated({ kind: 'done', paths: 3 });
    expect(calls).toEqual([['/object/0?v=1', '/object/1?v=1', '/object/2?v=1']]);
    expect(record?.status).toBe('IN-PROGRESS');
    expect(record?.message).toBeUndefined();
  });

  it('says so when it did not wait for the invalidation to end', async () => {
    const { record } = await invalidated({ kind: 'pending', paths: 3 });
    expect(record?.message).toContain('still in progress');
  });

  it('warms the others, and says which, when some paths cannot be invalidated', async () => {
    const { record } = await invalidated({ kind: 'pending', paths: 2, warning: 'not invalidated: /a*' });
    expect(record?.status).toBe('IN-PROGRESS');
    expect(record?.message).toMatch(/not invalidated: \/a\*; .*still in progress/);
  });

  it('stops before anything is queued when the invalidation is refused', async () => {
    const { record, depth } = await invalidated({ kind: 'refused', message: 'no such distribution' });
    expect(record).toMatchObject({ status: 'STOPPED', stopReason: 'invalidation-refused' });
    expect(record?.message).toContain('no such distribution');
    expect(depth.available).toBe(0);
  });

  it('queues no more for a request that was stopped meanwhile', async () => {
    await sized(5_000);
    const sent: number[] = [];
    const queue: Pick<TaskQueue, 'send'> = {
      send: async (slices) => {
        sent.push(slices.length);
        await stopRequest(process.requests, id, 'asked');
      },
    };
    await planRequest({ ...process, queue }, id, UNBOUNDED);
    expect(sent).toHaveLength(1);
    expect((await process.requests.get(id))?.status).toBe('STOPPED');
  });

  async function plannedWith(resolved: readonly ResolvedPop[]) {
    await sized(2, { pops: resolved.map(({ pop }) => pop) });
    const deps: PlanDeps = { ...process, resolvePops: async () => resolved };
    await planRequest(deps, id, UNBOUNDED);
    return { record: await process.requests.get(id), pops: await process.pops.all(id) };
  }

  it('ends at once, and says why, where no PoP can be reached', async () => {
    const [first, second, third] = [usablePops[0]!, usablePops[1]!, usablePops[2]!];
    const { record, pops } = await plannedWith([
      { pop: first, kind: 'failed', message: 'unknown name', hasNoAddress: true },
      { pop: second, kind: 'failed', message: 'no answer' },
      { pop: third, kind: 'usable', addresses: [] },
    ]);
    expect(record).toMatchObject({
      status: 'FINISHED',
      stopReason: 'no-usable-pop',
      message: 'no point of presence could be resolved',
      totals: { urlCount: 2, popCount: 0, sliceCount: 0, fetchCount: 0 },
    });
    const stored = new Map(
      pops.map(({ pop, status, addresses, message, hasNoAddress }) => [
        pop,
        { status, addresses, message, hasNoAddress },
      ]),
    );
    const failed = { status: 'FAILED', addresses: [] };
    expect(stored.get(first)).toEqual({ ...failed, message: 'unknown name', hasNoAddress: true });
    expect(stored.get(second)).toEqual({ ...failed, message: 'no answer', hasNoAddress: undefined });
    expect(stored.get(third)).toEqual({ ...failed, message: 'its name has no address', hasNoAddress: true });
  });

  it('ends at once where the sources hold no URL', async () => {
    world = new World(() => 0.5);
    process = await world.process(0);
    id = await world.accept([], { sources: [{ kind: 'sitemap', url: 'https://example.com/sitemap.xml' }] });
    async function* nothing() {}
    await sizeRequest({ ...process, expandSource: () => nothing() }, id, UNBOUNDED);
    await planRequest(process, id, UNBOUNDED);
    expect(await process.requests.get(id)).toMatchObject({
      status: 'FINISHED',
      stopReason: 'no-usable-url',
      message: expect.stringContaining('the list has no URL'),
      totals: { urlCount: 0, popCount: 0, sliceCount: 0, fetchCount: 0 },
    });
    expect(await process.pops.all(id)).toEqual([]);
  });

  it('looks only those PoPs up that no run before it stored, and stores none of a look-up that was cut short', async () => {
    await sized(2);
    const asked: (readonly PopCode[])[] = [];
    const cut = new AbortController();
    const deps: Process = {
      ...process,
      resolvePops: async (_, pops) => {
        asked.push(pops);
        if (asked.length === 1) cut.abort();
        return pops.map((pop) => ({ pop, kind: 'usable', addresses: ['192.0.2.1'] }));
      },
    };
    expect(await planRequest(deps, id, { ...UNBOUNDED, signal: cut.signal })).toBe('more');
    expect(await process.pops.all(id)).toEqual([]);
    await process.pops.putAll([
      {
        requestId: id,
        pop: usablePops[0]!,
        createdAt: 0,
        progress: emptyTally(),
        status: 'SUCCESS',
        addresses: ['192.0.2.9'],
      },
    ]);
    expect(await planRequest(deps, id, budgetOf(1))).toBe('more');
    expect(asked[1]).toEqual([...usablePops.slice(1), lostPop]);
    expect((await process.requests.get(id))?.status).toBe('INSERT_TASK');
    expect(await planRequest(deps, id, UNBOUNDED)).toBe('done');
    expect(asked).toHaveLength(2);
  });

  it('refuses to plan from a cursor that is none of sizing', async () => {
    await sized(2);
    await process.requests.patch(id, 'CHECK_POP', { cursor: '{"next":1}' });
    await expect(planRequest(process, id, UNBOUNDED)).rejects.toThrow('has no segments to plan from');
  });

  it('invalidates the root of a URL without a path', async () => {
    world = new World(() => 0.5);
    process = await world.process(0);
    id = await world.accept(['https://d111111abcdef8.cloudfront.net'], { needInvalidate: true });
    await sizeRequest(process, id, UNBOUNDED);
    const paths: string[] = [];
    const invalidator: Process['invalidator'] = {
      invalidate: async (_, __, given) => {
        paths.push(...(await collect(given)));
        return { kind: 'done', paths: 1 };
      },
    };
    await planRequest({ ...process, invalidator }, id, UNBOUNDED);
    expect(paths).toEqual(['/']);
  });

  it('gives every PoP slices from the start', async () => {
    await sized(100);
    await planRequest(process, id, UNBOUNDED);
    const received = await process.queue.receive(usablePops.length, 0);
    expect(new Set(received.map(({ slice }) => slice.pop)).size).toBe(usablePops.length);
  });
});

describe('the end of a request', () => {
  it('cancels the deadline, writes the report, then notifies, and does so once', async () => {
    const world = new World(() => 0.5);
    const process = await world.process(0);
    const id = await world.accept(urlsOf(3));
    const done: string[] = [];
    const deps = {
      ...process,
      writeReport: async () => {
        done.push('report');
      },
      notifier: {
        ended: async () => {
          done.push('notification');
        },
      },
    };
    await settleRequest(deps, id);
    expect(done).toEqual([]);
    expect(await stopRequest(process.requests, id, 'deadline')).toBe(true);
    await settleRequest(deps, id);
    await settleRequest(deps, id);
    expect(done).toEqual(['report', 'notification']);
    expect(await process.requests.get(id)).toMatchObject({ stopReason: 'deadline', reported: true });
  });

  it('makes the fleet as large as the active requests ask for, up to 300, and empty without them', async () => {
    function asking(instanceCount: number) {
      const record = sampleRequest();
      return { ...record, spec: { ...record.spec, instanceCount } };
    }
    expect(fleetSizeFor([])).toBe(0);
    expect(fleetSizeFor([asking(2), asking(3)])).toBe(5);
    expect(fleetSizeFor([asking(200), asking(200)])).toBe(300);

    const world = new World(() => 0.5);
    const process = await world.process(0);
    const first = await world.accept(urlsOf(3), { instanceCount: 2 });
    await world.accept(urlsOf(3), { instanceCount: 4 });
    expect(await resizeFleet(process)).toBe(6);
    await stopRequest(process.requests, first, 'asked');
    expect(await resizeFleet(process)).toBe(4);
  });
});
