import { failedCount, warmCount } from '../../../../../lambdas/prewarm/engine/model/tally';
import type { LiveProgress } from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { closing } from '../../../../support/closing';
import { engineFor, listed, removeDir, specFor, tempDir, urlsOf } from './engine-fixture';

describe('the embedded engine against a loopback CDN', () => {
  let cdn: LoopbackCdn;
  let dataDir: string;

  beforeAll(async () => {
    cdn = await startLoopbackCdn({ pops: ['FRA56-P4', 'NRT57-P3'] });
  });
  afterAll(() => cdn.close());
  beforeEach(async () => {
    dataDir = await tempDir();
    cdn.clearFaults();
    for (const pop of cdn.pops) pop.clear();
  });
  afterEach(() => removeDir(dataDir));

  it('warms every URL through every point of presence and writes the report', async () => {
    await using engine = closing(await engineFor(cdn, dataDir));
    const urls = urlsOf(cdn.distributionDomain, 40);
    const { id } = await engine.submit(specFor(cdn), listed([...urls, ...urls.slice(0, 5)]));
    const record = await engine.waitForEnd(id);

    expect(record.status).toBe('FINISHED');
    expect(record.acceptedUrlCount).toBe(40);
    expect(record.urlBytes).toBe(40 * 1024);
    expect(record.totals).toMatchObject({ urlCount: 40, popCount: 2, fetchCount: 80 });
    expect(record.totals?.sliceCount).toBeGreaterThan(4);
    expect(record.progress).toMatchObject({ fetches: 80, bytes: 80 * 1024 });
    expect(warmCount(record.progress)).toBe(80);
    expect((await engine.pops(id)).map(({ pop, progress }) => [pop, progress.fetches])).toEqual([
      ['FRA56-P4', 40],
      ['NRT57-P3', 40],
    ]);
    expect(cdn.pops.map(({ storedObjects }) => storedObjects)).toEqual([40, 40]);
    for (const name of ['report.json', 'report.html', 'failed_pop_urls.csv', 'failed_urls.txt'])
      expect(await engine.blobs.exists(`${id}/${name}`)).toBe(true);
    expect(await engine.queueDepth()).toEqual({ available: 0, inFlight: 0, dead: 0 });
    expect(await engine.capacity()).toBe(0);
  });

  it('tells those who watch how far it is, and ends with all of it', async () => {
    await using engine = closing(await engineFor(cdn, dataDir));
    const seen: LiveProgress[] = [];
    engine.onProgress((progress) => seen.push(progress));
    const { id } = await engine.submit(specFor(cdn), listed(urlsOf(cdn.distributionDomain, 20)));
    await engine.waitForEnd(id);
    const last = seen.at(-1);
    expect(last).toMatchObject({ id, status: 'FINISHED', fetchCount: 40, slicesInFlight: 0 });
    expect(last?.tally.fetches).toBe(40);
    expect([...(last?.pops.keys() ?? [])].sort()).toEqual(['FRA56-P4', 'NRT57-P3']);
  });

  it('finishes with the failed point of presence named when one cannot be resolved', async () => {
    await using engine = closing(await engineFor(cdn, dataDir));
    const spec = specFor(cdn);
    const { id } = await engine.submit(
      { ...spec, pops: [...spec.pops, 'XXX50-P1' as (typeof spec.pops)[number]] },
      listed(urlsOf(cdn.distributionDomain, 3)),
    );
    const record = await engine.waitForEnd(id);
    expect(record).toMatchObject({ status: 'FINISHED', totals: { popCount: 2 } });
    const failed = (await engine.pops(id)).filter(({ status }) => status === 'FAILED');
    expect(failed.map(({ pop }) => pop)).toEqual(['XXX50-P1']);
  });

  it('finishes at once when there is no URL, and when no point of presence resolves', async () => {
    await using engine = closing(await engineFor(cdn, dataDir));
    const empty = await engine.submit(specFor(cdn), listed([]));
    const lost = await engine.submit(
      specFor(cdn, { pops: ['XXX50-P1' as never] }),
      listed(urlsOf(cdn.distributionDomain, 3)),
    );
    expect(await engine.waitForEnd(empty.id)).toMatchObject({
      status: 'FINISHED',
      stopReason: 'no-usable-url',
    });
    expect(await engine.waitForEnd(lost.id)).toMatchObject({
      status: 'FINISHED',
      stopReason: 'no-usable-pop',
    });
  });

  it('counts failures once and lists each in the report', async () => {
    await using engine = closing(await engineFor(cdn, dataDir));
    cdn.inject({ path: /^\/broken\//, fault: { kind: 'status', status: 404 } });
    const { id } = await engine.submit(
      specFor(cdn),
      listed([...urlsOf(cdn.distributionDomain, 10), ...urlsOf(cdn.distributionDomain, 3, 'broken')]),
    );
    const record = await engine.waitForEnd(id);
    expect(failedCount(record.progress)).toBe(6);
    expect(record.failedUrlCount).toBe(3);
  });
});
