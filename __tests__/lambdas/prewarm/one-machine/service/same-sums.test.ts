import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { createResolver } from '../../../../../lambdas/prewarm/net/resolver';
import type {
  EmbeddedEngine,
  LiveProgress,
} from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import {
  type RunningService,
  startService,
} from '../../../../../lambdas/prewarm/one-machine/service/service';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { until } from '../../../../support/until';
import { HandClock } from '../../engine/flow/world';
import { engineFor, quietLog, removeDir, tempDir, urlsOf } from '../engine/engine-fixture';

const URLS = 300;
const MINUTES = 10;

describe('the sums of a request that is stopped in the middle of its slices', () => {
  let cdn: LoopbackCdn;
  let dataDir: string;
  let clock: HandClock;
  let engine: EmbeddedEngine;
  let service: RunningService;
  let last: LiveProgress | undefined;

  async function open(): Promise<void> {
    const resolver = createResolver({ servers: [cdn.resolver] });
    service = await startService({
      port: 0,
      log: quietLog,
      context: { directory: createPopDirectory(), resolver, policy: 'any' },
      openEngine: async (linkTo) => {
        engine = await engineFor(cdn, dataDir, { clock, linkTo, sizing: 'none' });
        engine.onProgress((progress) => {
          last = progress;
        });
        return engine;
      },
    });
  }

  beforeEach(async () => {
    // One in three is missing, one in ten is not answered.
    const objects = Object.fromEntries(
      Array.from(
        { length: URLS },
        (_, index) => [`/object/${index}`, { status: index % 3 === 0 ? 404 : 200, body: 'x' }] as const,
      ),
    );
    cdn = await startLoopbackCdn({ objects });
    cdn.inject({ path: /7$/, fault: { kind: 'stall', at: 'header' } });
    dataDir = await tempDir();
    clock = new HandClock(() => 0.5);
    last = undefined;
    await open();
  });
  afterEach(async () => {
    await service.stop();
    await cdn.close();
    await removeDir(dataDir);
  });

  async function call(method: string, path: string, body?: unknown): Promise<string> {
    const response = await fetch(`${service.url}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.text();
  }

  /** Submits a request and resolves with its id when all is done that is answered. */
  async function submitHalfAnswered(): Promise<string> {
    const submitted = await call('POST', '/prewarm', {
      url_list: urlsOf(cdn.distributionDomain, URLS),
      cf_domain: cdn.distributionDomain,
      pops: cdn.pops.map(({ code }) => code),
      timeout: MINUTES,
      header: [],
      instance_count: 1,
      encodings: ['identity'],
      verify: 'none',
    });
    await until(() => (last?.tally.fetches ?? 0) > 0 && (last?.tally.outcomes['http-error'] ?? 0) > 0);
    return JSON.parse(submitted).request_id;
  }

  async function expectSameSums(id: string, stopReason: string): Promise<void> {
    await until(() => last?.status === 'STOPPED');
    const record = await engine.waitForEnd((await engine.list({ limit: 1 })).items[0]!.id);
    expect(record).toMatchObject({ id, status: 'STOPPED', stopReason });
    const bar = last!.tally;
    const all = URLS * cdn.pops.length;
    expect(bar.fetches).toBeGreaterThan(0);
    expect(bar.fetches).toBeLessThan(all);
    const failed = bar.outcomes['http-error'];
    const sums = { fetches: bar.fetches, failed, warm: bar.outcomes.warmed, bytes: bar.bytes };
    expect(sums.warm + failed).toBe(bar.fetches);

    const shown = JSON.parse(await call('GET', `/requests/${id}`));
    expect(shown).toMatchObject({ ...sums, outcomes: bar.outcomes });
    for (const { code, fetches } of shown.pops) expect(fetches).toBe(last!.pops.get(code)?.fetches ?? 0);
    expect(JSON.parse(await call('GET', `/prewarm?req_id=${id}`))).toMatchObject({
      download_count: bar.fetches,
      download_size: bar.bytes,
      total_count: all,
    });
    const report = JSON.parse(await call('GET', `/report?req_id=${id}&format=json`));
    expect(report).toMatchObject({ ...sums, outcomes: bar.outcomes, pops: shown.pops });
    expect(report.asked).toEqual({
      requested: all,
      warm: sums.warm,
      failed,
      not_done: all - bar.fetches,
    });
    expect(report.failures).toHaveLength(failed);
    const csv = await call('GET', `/report?req_id=${id}&format=csv`);
    expect(csv.trimEnd().split('\n')).toHaveLength(1 + failed);
    const html = await call('GET', `/report?req_id=${id}&format=html`);
    expect(html).toContain(`${all - bar.fetches} of ${all} planned fetches were not made`);
    expect(html).toMatch(new RegExp(`${failed} fetch(es)? did not leave the object on the edge`));
  }

  it('are the same everywhere after its deadline', async () => {
    const id = await submitHalfAnswered();
    clock.advance(MINUTES * 60_000);
    await expectSameSums(id, 'deadline');
  });

  it('are the same everywhere after DELETE', async () => {
    const id = await submitHalfAnswered();
    await call('DELETE', `/prewarm?req_id=${id}`);
    await expectSameSums(id, 'asked');
  });

  it('have what slices had done that were handed back before the deadline passed', async () => {
    const id = await submitHalfAnswered();
    const halted = engine.halt();
    clock.advance(10_000);
    await halted;
    const before = last!.tally.fetches;
    expect(before).toBeGreaterThan(0);
    await service.stop();
    clock.advance(MINUTES * 60_000);
    last = undefined;
    await open();
    await expectSameSums(id, 'deadline');
    expect(last!.tally.fetches).toBeGreaterThanOrEqual(before);
  });
});
