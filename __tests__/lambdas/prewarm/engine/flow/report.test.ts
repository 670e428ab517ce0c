import { planRequest } from '../../../../../lambdas/prewarm/engine/flow/plan';
import { writeReport } from '../../../../../lambdas/prewarm/engine/flow/report';
import { sizeRequest } from '../../../../../lambdas/prewarm/engine/flow/size';
import { UNBOUNDED } from '../../../../../lambdas/prewarm/engine/flow/step';
import { stopRequest } from '../../../../../lambdas/prewarm/engine/flow/stop';
import { workOn } from '../../../../../lambdas/prewarm/engine/flow/work';
import type { RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { collect } from '../ports/samples';
import { fickleWarm, World } from './world';

const never = new AbortController().signal;

describe('the report of a stopped request', () => {
  it('lists as many failures as it sums up, though some results are not counted yet and others still come', async () => {
    let seed = 1;
    const world = new World(() => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    });
    const process = { ...(await world.process(0)), warm: fickleWarm(world.random) };
    const id = await world.accept(
      Array.from({ length: 40 }, (_, index) => `https://d111111abcdef8.cloudfront.net/object/${index}`),
    );
    await sizeRequest(process, id, UNBOUNDED);
    await planRequest(process, id, UNBOUNDED);
    const received = await process.queue.receive(10, 0);
    const late = received.slice(6);
    for (const one of received.slice(0, 6)) await workOn(process, one, never);
    const running = late.map((one) => ({ one, record: process.requests.get(id) }));

    await stopRequest(process.requests, id, 'asked');
    const record = (await process.requests.get(id)) as RequestRecord;
    expect(record.progress.fetches).toBe(0);
    const ledger = {
      results: async function* () {
        yield* process.ledger.results(id);
        // Recorded by workers that had not heard of the stop, between two readings of the results.
        for (const { one, record: before } of running.splice(0)) {
          const requests = { get: () => before };
          await workOn({ ...process, requests }, one, never);
        }
      },
    };
    await writeReport({ ...process, ledger, directory: createPopDirectory() }, record);

    const blob = Buffer.concat(await collect(process.blobs.read(`${id}/report.json`))).toString();
    const report = JSON.parse(blob);
    expect(report.failures.length).toBeGreaterThan(0);
    expect(report.failures).toHaveLength(report.failed);
    for (const { code, failed } of report.pops)
      expect(report.failures.filter((failure: { pop: string }) => failure.pop === code)).toHaveLength(failed);
    const csv = Buffer.concat(await collect(process.blobs.read(`${id}/failed_pop_urls.csv`))).toString();
    expect(csv.trimEnd().split('\n')).toHaveLength(report.failed + 1);
  });
});
