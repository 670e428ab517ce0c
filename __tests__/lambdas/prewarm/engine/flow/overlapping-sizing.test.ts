import * as fc from 'fast-check';
import { planRequest } from '../../../../../lambdas/prewarm/engine/flow/plan';
import { sizeRequest } from '../../../../../lambdas/prewarm/engine/flow/size';
import { UNBOUNDED } from '../../../../../lambdas/prewarm/engine/flow/step';
import { type WarmSlice, workOn } from '../../../../../lambdas/prewarm/engine/flow/work';
import type { RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { ExpandedUrls } from '../../../../../lambdas/prewarm/engine/ports/expand-source';
import { collect } from '../ports/samples';
import { isCrash, type Process, pretendedWarm, randomFrom, usablePops, World } from './world';

const never = new AbortController().signal;

/** A sitemap that is another one, of another length, each time it is read. */
function changingSource(random: () => number) {
  return async function* (): AsyncGenerator<ExpandedUrls> {
    const reading = Math.floor(random() * 1e9).toString(36);
    const count = 1 + Math.floor(random() * 12);
    for (let index = 0; index < count; index += 1)
      yield {
        urls: [
          `https://d111111abcdef8.cloudfront.net/${'x'.repeat(Math.floor(random() * 9))}/${reading}/${index}`,
        ],
      };
  };
}

async function listOf(process: Process, id: RequestId): Promise<string> {
  return Buffer.concat(await collect(process.blobs.read(`${id}/success_urls.txt`))).toString();
}

describe('runs of sizing that overlap', () => {
  it('leave one list, which every slice is cut from, though each run read other sources', async () => {
    let lists = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = randomFrom(seed);
        const world = new World(random);
        const id = await world.accept(['https://d111111abcdef8.cloudfront.net/first'], {
          sources: [{ kind: 'sitemap', url: 'https://d111111abcdef8.cloudfront.net/sitemap.xml' }],
        });
        async function alive(crashShare: number): Promise<Process> {
          return {
            ...(await world.process(crashShare)),
            expandSource: changingSource(random),
          };
        }
        async function run(process: Process): Promise<void> {
          const budget = { shouldContinue: () => random() < 0.5 };
          await sizeRequest(process, id, budget);
          await planRequest(process, id, budget);
        }
        for (let life = 0; life < 3; life += 1) {
          const process = await alive(0.02);
          for (const result of await Promise.allSettled([1, 2, 3].map(() => run(process))))
            if (result.status === 'rejected' && !isCrash(result.reason)) throw result.reason;
        }
        const process = await alive(0);
        while ((await sizeRequest(process, id, UNBOUNDED)) === 'more');
        while ((await planRequest(process, id, UNBOUNDED)) === 'more');

        const list = await listOf(process, id);
        const warmed = new Map<string, Set<string>>(usablePops.map((pop) => [pop, new Set()]));
        const warm: WarmSlice = async (job, sinks) => {
          const lines = (await collect(job.lines)).flat();
          expect(lines).toHaveLength(job.slice.segment.urlCount);
          for (const line of lines) warmed.get(job.slice.pop)?.add(line);
          return pretendedWarm(
            {
              ...job,
              lines: (async function* () {
                yield lines;
              })(),
            },
            sinks,
          );
        };
        const late = run(process);
        for (;;) {
          const received = await process.queue.receive(10, 0);
          if (received.length === 0) break;
          for (const one of received) {
            await workOn({ ...process, warm }, one, never);
            await process.queue.remove([one.receipt]);
          }
        }
        await late;
        for (const seen of warmed.values()) expect([...seen].sort()).toEqual(list.split('\n').sort());
        expect(await listOf(process, id)).toBe(list);
        expect((await process.requests.get(id))?.totals?.urlCount).toBe(list.split('\n').length);
        const written = await collect(process.blobs.list(`${id}/sizing/`));
        lists += written.filter((key) => key.endsWith('/urls.txt')).length - 1;
      }),
      { numRuns: 60 },
    );
    // Else no schedule had two runs that read the source.
    expect(lists).toBeGreaterThan(0);
  });
});
