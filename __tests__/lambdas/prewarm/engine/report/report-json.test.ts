import type { FetchFailure } from '../../../../../lambdas/prewarm/engine/model/slice';
import { groupFailures } from '../../../../../lambdas/prewarm/engine/report/failure-groups';
import { failuresCsv } from '../../../../../lambdas/prewarm/engine/report/failures-csv';
import { reportJson } from '../../../../../lambdas/prewarm/engine/report/report-json';
import { type RequestReport, reportOf } from '../../../../../lambdas/prewarm/engine/report/request-report';
import { failure, finished, hit, notFound, popRecord, record, text, warmed } from './report-fixture';

async function* jsonOf(report: RequestReport, failures: readonly FetchFailure[]) {
  yield* reportJson(report, await groupFailures(failures), failures);
}

function nowhere() {
  return undefined;
}

describe('report as JSON', () => {
  it('adds up counts, bytes, ratios and percentiles per PoP and in all', async () => {
    const { record: request, pops } = finished({
      'FRA56-P4': [warmed(100), hit(10), hit(10), notFound],
      'NRT57-P3': [warmed(100), warmed(100), warmed(100), warmed(100)],
    });
    const report = JSON.parse(
      await text(jsonOf(reportOf(request, pops, nowhere), [failure('https://a.example/')])),
    );

    expect(report).toMatchObject({
      status: 'FINISHED',
      fetches: 8,
      warm: 7,
      failed: 1,
      bytes: 7010,
      hit_ratio: 0.25,
      warm_ratio: 0.875,
      outcomes: { warmed: 5, 'already-warm': 2, 'http-error': 1, refused: 0 },
      failures: [{ url: 'https://a.example/', outcome: 'http-error', http_status: 404, message: 'HTTP 404' }],
    });
    expect(report.pops[0]).toMatchObject({ code: 'FRA56-P4', fetches: 4, warm: 3, hit_ratio: 0.5 });
    expect(report.latency_ms.p50).toBeGreaterThanOrEqual(100);
    expect(report.latency_ms.p50).toBeLessThan(105);
    expect(report.pops[0].latency_ms.p50).toBeLessThan(11);
  });

  it('has null and an empty list where nothing ran', async () => {
    const report = JSON.parse(
      await text(
        jsonOf(
          reportOf(record(), [popRecord('XXX1-C1', { status: 'FAILED', message: 'unknown name' })], nowhere),
          [],
        ),
      ),
    );
    expect(report).toMatchObject({
      hit_ratio: null,
      latency_ms: { p50: null, p95: null, p99: null },
      failures: [],
    });
    expect(report.pops).toMatchObject([{ code: 'XXX1-C1', status: 'FAILED', message: 'unknown name' }]);
  });

  it('groups failures by cause and URL, with what to do', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [notFound, notFound], 'NRT57-P3': [notFound] });
    const failures = ['FRA56-P4', 'FRA56-P4', 'NRT57-P3'].map((pop) =>
      failure('https://a.example/x', notFound, pop),
    );
    const report = JSON.parse(await text(jsonOf(reportOf(request, pops, nowhere), failures)));
    expect(report.failures).toHaveLength(3);
    expect(report.failure_groups).toEqual([
      {
        outcome: 'http-error',
        cause: 'HTTP 404',
        http_status: 404,
        fetches: 3,
        advice: expect.stringContaining('check the path'),
        urls: [{ url: 'https://a.example/x', fetches: 3, pops: ['FRA56-P4', 'NRT57-P3'], pop_count: 2 }],
        fetches_of_other_urls: 0,
      },
    ]);
  });

  it('asks nothing of PoPs of a place that have no address, and names those that were named', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [warmed(), warmed()], 'XXX1-C1': [] });
    const gone = pops.map((pop) =>
      pop.pop === 'XXX1-C1' ? { ...pop, status: 'FAILED' as const, hasNoAddress: true as const } : pop,
    );
    async function askedOf(popsFrom: 'codes' | 'place', changed = gone) {
      const asked = { ...request, spec: { ...request.spec, popsFrom } };
      return JSON.parse(await text(jsonOf(reportOf(asked, changed, nowhere), [])));
    }
    expect(await askedOf('place')).toMatchObject({
      asked: { requested: 2, warm: 2, failed: 0, not_done: 0 },
      failed_pops: [],
      left_out_pops: ['XXX1-C1'],
    });
    expect(await askedOf('codes')).toMatchObject({
      asked: { requested: 4, warm: 2, failed: 2, not_done: 0 },
      failed_pops: ['XXX1-C1'],
      left_out_pops: [],
    });
    const unanswered = gone.map(({ hasNoAddress: _, ...pop }) => pop);
    expect(await askedOf('place', unanswered)).toMatchObject({ failed_pops: ['XXX1-C1'], left_out_pops: [] });
  });

  it('never shows a header of the request, in no format', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [notFound] });
    const json = await text(jsonOf(reportOf(request, pops, nowhere), [failure('https://a.example/')]));
    const csv = await text(failuresCsv([failure('https://a.example/')], request.spec.distributionDomain));
    expect(request.spec.headers[0]?.value).toContain('secret');
    expect(json + csv).not.toMatch(/secret|authorization/);
  });
});
