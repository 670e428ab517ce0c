import { popCode, type RequestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import type { Log } from '../../../../../lambdas/prewarm/engine/ports/log';
import type { Resolver } from '../../../../../lambdas/prewarm/engine/ports/resolver';
import type {
  EmbeddedEngine,
  EngineOptions,
} from '../../../../../lambdas/prewarm/one-machine/engine/engine-api';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { until } from '../../../../support/until';
import { HandClock } from '../../engine/flow/world';
import { engineFor, listed, removeDir, specFor, tempDir, urlsOf } from './engine-fixture';

const SITEMAPS = 50;
const HEADS = 8;
const DOMAIN = 'd111111abcdef8.cloudfront.net';

function sitemapsOf(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `<sitemap><loc>https://${DOMAIN}/map-${index}.txt</loc></sitemap>`,
  ).join('');
}

describe('a request whose network never answers', () => {
  let cdn: LoopbackCdn;
  let dataDir: string;
  let engine: EmbeddedEngine;
  let errors: string[];

  beforeAll(async () => {
    const maps = Array.from(
      { length: SITEMAPS },
      (_, index) => [`/map-${index}.txt`, { body: `https://${DOMAIN}/page-${index}` }] as const,
    );
    const body = `<sitemapindex>${sitemapsOf(SITEMAPS)}</sitemapindex>`;
    cdn = await startLoopbackCdn({ objects: { '/index.xml': { body }, ...Object.fromEntries(maps) } });
  });
  afterAll(() => cdn.close());
  beforeEach(async () => {
    dataDir = await tempDir();
    cdn.clearFaults();
    errors = [];
  });
  afterEach(async () => {
    await engine.close();
    await removeDir(dataDir);
  });

  async function open(options: Partial<EngineOptions> = {}): Promise<void> {
    function note(event: string): number {
      return errors.push(event);
    }
    const log: Log = { info: () => {}, warn: note, error: note };
    engine = await engineFor(cdn, dataDir, { log, ...options });
  }
  function sitemapSpec(fields: Partial<RequestSpec> = {}): RequestSpec {
    return specFor(cdn, { sources: [{ kind: 'sitemap', url: `https://${DOMAIN}/index.xml` }], ...fields });
  }
  function asked(path: RegExp): number {
    return cdn.seen.filter((request) => path.test(request.path)).length;
  }

  /** Submits a request and resolves when an edge holds the first of its sitemaps. */
  async function submitSilent(fields: Partial<RequestSpec> = {}): Promise<RequestId> {
    cdn.inject({ path: /^\/map-/, fault: { kind: 'stall', at: 'header' } });
    const before = asked(/^\/map-/);
    const { id } = await engine.submit(sitemapSpec(fields), listed([]));
    await until(() => asked(/^\/map-/) > before);
    return id;
  }

  it('reads no more sitemaps once it is stopped, and lets the engine close', async () => {
    await open();
    const id = await submitSilent();
    expect(await engine.stop(id, 'asked')).toBe(true);
    expect(await engine.waitForEnd(id)).toMatchObject({ status: 'STOPPED', stopReason: 'asked' });
    const before = asked(/^\/map-/);
    await engine.close();
    expect(asked(/^\/map-/)).toBe(before);
    expect(errors).toEqual([]);
  });

  it('reads no more sitemaps once its time has run out, and lets the engine close', async () => {
    const clock = new HandClock(() => 0.5);
    await open({ clock });
    const id = await submitSilent({ timeoutMinutes: 10 });
    clock.advance(10 * 60_000);
    expect(await engine.waitForEnd(id)).toMatchObject({ status: 'STOPPED', stopReason: 'deadline' });
    await engine.close();
    expect(errors).toEqual([]);
  });

  it('goes on with its sitemaps after the engine was closed in the middle of them', async () => {
    await open();
    const id = await submitSilent();
    await engine.close();
    expect(errors).toEqual([]);
    cdn.clearFaults();
    await open();
    const end = await engine.waitForEnd(id);
    expect(end).toMatchObject({ status: 'FINISHED', totals: { urlCount: SITEMAPS } });
    expect(end.message).toBeUndefined();
  });

  it('asks for no more sizes once it is stopped', async () => {
    await open({ limits: { sizingConcurrency: HEADS } });
    cdn.inject({ path: /^\/object\//, fault: { kind: 'stall', at: 'header' } });
    const { id } = await engine.submit(specFor(cdn), listed(urlsOf(DOMAIN, 3_000)));
    await until(() => asked(/^\/object\//) >= HEADS);
    await engine.stop(id, 'asked');
    await engine.waitForEnd(id);
    await engine.close();
    expect(asked(/^\/object\//)).toBe(HEADS);
    expect(errors).toEqual([]);
  });

  it('takes no PoP for lost that it had no time to look up', async () => {
    const looked = new Set<string>();
    const silent: Resolver = {
      resolve: async (name, signal) => {
        if (name === DOMAIN) return { kind: 'addresses', addresses: ['127.0.0.2'], canonicalName: name };
        looked.add(name);
        await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
        return { kind: 'failed', message: 'the look-up was given up' };
      },
    };
    await open({ resolver: silent });
    const pops = cdn.pops.map(({ code }) => popCode(code));
    const { id } = await engine.submit(specFor(cdn, { pops }), listed(urlsOf(DOMAIN, 3, 'page')));
    await until(() => looked.size === pops.length);
    await engine.close();
    expect(errors).toEqual([]);
    await open();
    const end = await engine.waitForEnd(id);
    expect(end).toMatchObject({ status: 'FINISHED', totals: { popCount: pops.length } });
  });
});
