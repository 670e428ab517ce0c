import { failuresCsv } from '../../../../../lambdas/prewarm/engine/report/failures-csv';
import { reportJson } from '../../../../../lambdas/prewarm/engine/report/report-json';
import { reportOf } from '../../../../../lambdas/prewarm/engine/report/request-report';
import { failure, finished, hit, notFound, popRecord, record, text, warmed } from './report-fixture';

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
      await text(reportJson(reportOf(request, pops, nowhere), [failure('https://a.example/')])),
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
    expect(report.pops[0]).toMatchObject({ pop: 'FRA56-P4', fetches: 4, warm: 3, hit_ratio: 0.5 });
    expect(report.latency_ms.p50).toBeGreaterThanOrEqual(100);
    expect(report.latency_ms.p50).toBeLessThan(105);
    expect(report.pops[0].latency_ms.p50).toBeLessThan(11);
  });

  it('has null and an empty list where nothing ran', async () => {
    const report = JSON.parse(
      await text(
        reportJson(
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
    expect(report.pops).toMatchObject([{ pop: 'XXX1-C1', status: 'FAILED', message: 'unknown name' }]);
  });

  it('never shows a header of the request, in no format', async () => {
    const { record: request, pops } = finished({ 'FRA56-P4': [notFound] });
    const json = await text(reportJson(reportOf(request, pops, nowhere), [failure('https://a.example/')]));
    const csv = await text(failuresCsv([failure('https://a.example/')], request.spec.distributionDomain));
    expect(request.spec.headers[0]?.value).toContain('secret');
    expect(json + csv).not.toMatch(/secret|authorization/);
  });
});
