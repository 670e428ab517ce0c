import { popCode, requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import type { PopRecord, RequestRecord } from '../../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure } from '../../../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally, mergeTally } from '../../../../lambdas/prewarm/engine/model/tally';
import { askedOf } from '../../../../lambdas/prewarm/engine/report/asked';
import { reportJson } from '../../../../lambdas/prewarm/engine/report/report-json';
import { reportOf } from '../../../../lambdas/prewarm/engine/report/request-report';
import { renderJson, renderReport } from '../../../../scripts/cli/prewarm/run-report';
import { failureEntry, popFailureEntries, summarise } from '../../../../scripts/cli/prewarm/summary';
import { paintFor } from '../../../../scripts/cli/terminal/paint';
import { plainSpec } from '../../../lambdas/prewarm/support/request-spec';

const [fra, nrt, xxx] = [popCode('FRA56-P4'), popCode('NRT57-P2'), popCode('XXX1-P1')];
const id = requestId('3f0f6f3e-6d2b-4f5e-9d52-0d2f9a0c5b11');

const failures: FetchFailure[] = [1, 2, 3, 4].map((number) => ({
  pop: nrt,
  url: `https://www.example.com/${number}.js`,
  encoding: 'browser',
  outcome: { kind: 'http-error', status: 404, bytes: 9, durationMs: 12 },
  attempts: 1,
}));

/** Two PoPs that resolve and one that does not; ten URLs, of which through Tokyo four fail and one is never asked for. */
function example(): { request: RequestRecord; pops: PopRecord[] } {
  const [inFra, inNrt, all] = [emptyTally(), emptyTally(), emptyTally()];
  for (let url = 0; url < 10; url += 1) {
    addOutcome(inFra, {
      kind: url < 8 ? 'warmed' : 'already-warm',
      status: 200,
      bytes: 1000,
      durationMs: 40,
    });
  }
  for (let url = 0; url < 5; url += 1) {
    addOutcome(inNrt, { kind: 'warmed', status: 200, bytes: 1000, durationMs: 200 });
  }
  for (const { outcome } of failures) addOutcome(inNrt, outcome);
  mergeTally(all, inFra);
  mergeTally(all, inNrt);
  const request: RequestRecord = {
    id,
    spec: plainSpec({ pops: [fra, nrt, xxx], instanceCount: 0, timeoutMinutes: 5 }),
    status: 'STOPPED',
    createdAt: 0,
    timeoutAt: 300_000,
    updatedAt: 2000,
    acceptedUrlCount: 10,
    urlBytes: 10_000,
    failedUrlCount: 0,
    totals: { urlCount: 10, popCount: 2, sliceCount: 2, fetchCount: 20 },
    progress: all,
    countedSlices: 1,
    reported: true,
  };
  const record = { requestId: id, addresses: ['192.0.2.1'], createdAt: 0 };
  const pops: PopRecord[] = [
    { ...record, pop: fra, status: 'SUCCESS', progress: inFra },
    { ...record, pop: nrt, status: 'SUCCESS', progress: inNrt },
    { ...record, pop: xxx, status: 'FAILED', addresses: [], message: 'no such name', progress: emptyTally() },
  ];
  return { request, pops };
}

function exampleRun() {
  const { request, pops } = example();
  return summarise(request, pops, 2, 'Stopped at its deadline.');
}

describe('summarise', () => {
  it('accounts for every fetch that was asked for', () => {
    const run = exampleRun();
    expect(run).toMatchObject({
      requested: 30,
      warmed: 13,
      alreadyWarm: 2,
      failed: 14,
      notDone: 1,
      seconds: 2,
    });
    for (const pop of Object.values(run.pops)) expect(pop.requested).toBe(10);
  });

  it('counts all fetches of a PoP without an address as failed, with the reason', () => {
    expect(exampleRun().pops[xxx]).toMatchObject({ failed: 10, error: 'no such name' });
    expect(popFailureEntries(exampleRun())).toMatchObject([{ pop: xxx, url: null, outcome: 'unknown-pop' }]);
  });
});

describe('report.json', () => {
  it('has the same sums as the summary, and the PoPs without an address', async () => {
    const { request, pops } = example();
    const { requested, warmed, alreadyWarm, failed, notDone } = exampleRun();
    let text = '';
    for await (const part of reportJson(
      reportOf(request, pops, () => undefined),
      failures,
    ))
      text += part;
    expect(JSON.parse(text)).toMatchObject({
      asked: { requested, warm: warmed + alreadyWarm, failed, not_done: notDone },
      failed_pops: [xxx],
      fetches: 19,
      failed: 4,
    });
  });

  it('counts the URLs found in a sitemap also where no PoP has an address', () => {
    const { request, pops } = example();
    const totals = { urlCount: 7, popCount: 0, sliceCount: 0, fetchCount: 0 };
    const none = pops.map((pop) => ({ ...pop, status: 'FAILED' as const, progress: emptyTally() }));
    const record = { ...request, acceptedUrlCount: 0, totals, progress: emptyTally() };
    const all = { requested: 21, failed: 21, notDone: 0 };
    expect(summarise(record, none, 2)).toMatchObject(all);
    expect(askedOf(reportOf(record, none, () => undefined))).toMatchObject(all);
  });
});

describe('renderReport', () => {
  it('shows a table per PoP, failures by kind with what to do, and a line that sums up', async () => {
    const run = exampleRun();
    const text = await renderReport(
      run,
      [...popFailureEntries(run), ...failures.map(failureEntry)],
      paintFor({}),
    );
    expect(text.split('\n').slice(0, 5)).toEqual([
      'PoP       requested  warmed  already warm  failed    bytes     p50     p95  hit ratio',
      'FRA56-P4         10       8             2       0  10.0 kB   42 ms   42 ms       20 %',
      'NRT57-P2         10       5             0       4  5.04 kB  206 ms  206 ms        0 %',
      'XXX1-P1          10       0             0      10      0 B       -       -          -',
      'all              30      13             2      14  15.0 kB',
    ]);
    expect(text).toMatch(/^http-error \(4\): .*\n( {2}NRT57-P2 {2}https:.*HTTP 404\n){3} {2}and 1 more$/m);
    expect(text).toMatch(/^unknown-pop \(1\): .*warmpath prewarm pops/m);
    expect(text).toMatch(/^Stopped at its deadline\.\n15 of 30 warm, 14 failed, 1 not done in 2\.0 s/m);
  });
});

describe('renderJson', () => {
  it('is one line with one object that carries every failure', async () => {
    const run = exampleRun();
    let text = '';
    for await (const part of renderJson(run, failures.map(failureEntry))) text += part;
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const parsed = JSON.parse(text);
    expect(Object.keys(parsed).slice(0, 4)).toEqual(['requested', 'warmed', 'alreadyWarm', 'failed']);
    expect(parsed.failures).toHaveLength(4);
    expect(parsed.failures[0]).toEqual({
      pop: nrt,
      url: 'https://www.example.com/1.js',
      encoding: 'browser',
      outcome: 'http-error',
      status: 404,
      detail: 'HTTP 404',
      attempts: 1,
    });
    expect(parsed.pops[fra]).toMatchObject({
      requested: 10,
      warmed: 8,
      alreadyWarm: 2,
      failed: 0,
      hitRatio: 0.2,
    });
  });
});
