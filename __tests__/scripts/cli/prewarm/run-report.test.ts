import { popCode, requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import type { PopRecord, RequestRecord } from '../../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure } from '../../../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally, mergeTally } from '../../../../lambdas/prewarm/engine/model/tally';
import { askedOf } from '../../../../lambdas/prewarm/engine/report/asked';
import { groupFailures } from '../../../../lambdas/prewarm/engine/report/failure-groups';
import { failureJson, reportJson } from '../../../../lambdas/prewarm/engine/report/report-json';
import { reportOf } from '../../../../lambdas/prewarm/engine/report/request-report';
import { renderJson } from '../../../../scripts/cli/prewarm/run-json';
import { renderReport } from '../../../../scripts/cli/prewarm/run-report';
import { summarise } from '../../../../scripts/cli/prewarm/summary';
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
  return summarise(request, pops, { seconds: 2, stopped: 'Stopped at its deadline.' });
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
  });
});

describe('report.json', () => {
  it('has the same sums as the summary, and the PoPs without an address', async () => {
    const { request, pops } = example();
    const { requested, warmed, alreadyWarm, failed, notDone } = exampleRun();
    let text = '';
    for await (const part of reportJson(
      reportOf(request, pops, () => undefined),
      [],
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
    expect(summarise(record, none, { seconds: 2 })).toMatchObject(all);
    expect(askedOf(reportOf(record, none, () => undefined))).toMatchObject(all);
  });
});

describe('the rate', () => {
  it('counts the fetches that this run made, not those of PoPs without an address, nor of runs before', () => {
    const { request, pops } = example();
    expect(summarise(request, pops, { seconds: 2 })).toMatchObject({ fetches: 19, fetchesPerSecond: 9.5 });
    expect(summarise(request, pops, { seconds: 2, fetchesBefore: 9 }).fetchesPerSecond).toBe(5);
  });
});

describe('PoPs of a place without an address', () => {
  function placeRun() {
    const { request, pops } = example();
    const gone = pops.map((pop) => (pop.pop === xxx ? { ...pop, hasNoAddress: true as const } : pop));
    return summarise({ ...request, spec: { ...request.spec, popsFrom: 'place' } }, gone, { seconds: 2 });
  }

  it('are left out with a notice, and nothing fails for them', () => {
    expect(placeRun()).toMatchObject({
      requested: 20,
      failed: 4,
      leftOut: [{ code: xxx, message: 'no such name' }],
    });
    expect(Object.keys(placeRun().pops)).toEqual([fra, nrt]);
    expect(renderReport(placeRun(), [], paintFor({}))).toContain(
      'Left out: 1 PoP has no address for this distribution: XXX1-P1.',
    );
  });
});

describe('renderReport', () => {
  it('shows a table per PoP, failures by cause and URL with what to do, and a line that sums up', async () => {
    const text = renderReport(exampleRun(), await groupFailures(failures), paintFor({}));
    expect(text.split('\n').slice(0, 5)).toEqual([
      'PoP       requested  warmed  already warm  failed    bytes     p50     p95  hit ratio',
      'FRA56-P4         10       8             2       0  10.0 kB   42 ms   42 ms       20 %',
      'NRT57-P2         10       5             0       4  5.04 kB  206 ms  206 ms        0 %',
      'XXX1-P1          10       0             0      10      0 B       -       -          -',
      'all              30      13             2      14  15.0 kB',
    ]);
    expect(text).toMatch(
      /^HTTP 404 \(http-error, 4\): .*--header.*\n( {2}https:.* {2}1 through NRT57-P2\n){3} {2}and 1 of other URLs$/m,
    );
    expect(text).toMatch(/^no address \(unknown-pop, 1 PoP\): .*warmpath prewarm pops/m);
    expect(text).toMatch(
      /^Stopped at its deadline\.\n15 of 30 warm, 14 failed, 1 not done in 2\.0 s \(10\/s\)/m,
    );
    expect(text).toContain('one in twenty');
  });

  it('has one row for a URL that failed through many PoPs', async () => {
    const missing = failures[0]!;
    const many = Array.from({ length: 30 }, (_, index) => ({
      ...missing,
      pop: popCode(`FRA${index + 1}-P1`),
    }));
    const text = renderReport(exampleRun(), await groupFailures(many), paintFor({}));
    expect(text.match(/1\.js/g)).toHaveLength(1);
    expect(text).toContain('30 through FRA1-P1, FRA2-P1, FRA3-P1 and 27 more PoPs');
  });

  it('fits a narrow terminal', () => {
    for (const width of [30, 40, 60, 80])
      for (const line of renderReport(exampleRun(), [], paintFor({}), width).split('\n').slice(0, 5))
        expect(line.length).toBeLessThanOrEqual(width);
    expect(renderReport(exampleRun(), [], paintFor({}), 30)).toMatch(/^PoP +warmed +failed\n/);
  });

  it('says fetched, and nowhere warm, where nothing was asked for again', () => {
    const { request, pops } = example();
    const unverified = { ...request, spec: { ...request.spec, verify: 'none' as const } };
    const text = renderReport(summarise(unverified, pops, { seconds: 2 }), [], paintFor({}));
    expect(text).toContain('15 of 30 fetched');
    expect(text.replaceAll('already warm', '').replaceAll('warmpath prewarm', '')).not.toMatch(/\bwarm/i);
  });
});

describe('renderJson', () => {
  it('is one line with one object that carries every failure, in the words of the API', async () => {
    const groups = await groupFailures(failures);
    let text = '';
    for await (const part of renderJson(exampleRun(), groups, failures)) text += part;
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const parsed = JSON.parse(text);
    expect(parsed).toMatchObject({
      schema: 'warmpath/run/2',
      warmed: 13,
      already_warm: 2,
      failed: 14,
      not_done: 1,
      fetches: 19,
    });
    expect(parsed.failures).toHaveLength(5);
    expect(parsed.failures[0]).toEqual({
      pop: xxx,
      url: null,
      encoding: null,
      outcome: 'unknown-pop',
      http_status: null,
      message: 'no such name',
      attempts: 0,
    });
    expect(parsed.failures[1]).toEqual(failureJson(failures[0]!));
    expect(parsed.failure_groups).toMatchObject([{ cause: 'HTTP 404', fetches: 4 }]);
    expect(parsed.pops[fra]).toMatchObject({
      code: fra,
      requested: 10,
      warmed: 8,
      already_warm: 2,
      failed: 0,
      hit_ratio: 0.2,
    });
  });
});
