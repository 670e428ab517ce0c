import * as fc from 'fast-check';
import { estimate } from '../../../../../lambdas/prewarm/engine/estimate/estimate';
import { CLOUDFRONT_PRICES, priceAreaOf } from '../../../../../lambdas/prewarm/engine/estimate/prices';
import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { spec } from '../report/report-fixture';

const directory = createPopDirectory();

function estimated(urlCount: number, changes: Partial<RequestSpec> = {}, bytes = 100_000) {
  return estimate({
    spec: spec(changes),
    urlCount,
    objectSize: { bytes, source: 'given' },
    findPlace: (pop) => directory.find(pop),
  });
}

describe('the estimate of a request', () => {
  it('bills an invalidation once per URL and not per PoP, the first thousand free', () => {
    const pops = ['FRA56-P4', 'NRT57-P3', 'GRU1-C2'].map(popCode);
    const { cost } = estimated(10_000, { pops, needInvalidate: true });
    expect(cost.invalidation).toBeCloseTo(45);
  });

  it('counts verifications and looks before downloads as requests, not as bytes', () => {
    const plain = estimated(1_000, { verify: 'none' });
    expect(plain.requests).toBe(1_000);
    expect(estimated(1_000, { verify: 'sample' }).requests).toBe(1_050);
    expect(estimated(1_000, { verify: 'all' })).toMatchObject({ requests: 2_000, bytes: plain.bytes });
    expect(estimated(1_000, { skipWarm: true, verify: 'none' }).requests).toBe(2_000);
  });

  it('downloads no more of an object than the range asked for', () => {
    expect(estimated(10, { rangeBytes: 1_000 }).bytes).toBe(10_000);
    expect(estimated(10, { rangeBytes: 1_000_000 }).bytes).toBe(1_000_000);
  });

  it('takes as long as the bandwidth cap makes it', () => {
    // 1,000 x 1 MB at 8 Mbit/s are 1,000 s.
    const { minutes } = estimated(1_000, { maxBandwidthMbps: 8 }, 1_000_000);
    expect(minutes * 60).toBeGreaterThan(1_000);
    expect(minutes * 60).toBeLessThan(1_200);
  });

  it('adds up, and grows with the list and the number of PoPs', () => {
    const pops = directory.all.slice(0, 40).map(({ code }) => code);
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 39 }),
        fc.nat(300),
        (urls, popCount, instanceCount) => {
          const few = estimated(urls, { pops: pops.slice(0, popCount), instanceCount });
          const more = estimated(urls + 1, { pops: pops.slice(0, popCount + 1), instanceCount });
          const { total, ...parts } = few.cost;
          expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total);
          for (const figure of ['requests', 'bytes', 'minutes'] as const) {
            expect(Number.isFinite(few[figure])).toBe(true);
            expect(more[figure]).toBeGreaterThanOrEqual(few[figure]);
          }
          expect(more.cost.total).toBeGreaterThanOrEqual(few.cost.total);
        },
      ),
    );
  });

  it.each([
    ['IAD89-P1', 'north-america'],
    ['FRA56-P4', 'europe'],
    ['NRT57-P3', 'japan'],
    ['BOM51-C1', 'india'],
    ['GRU1-C2', 'south-america'],
    ['SYD1-C1', 'oceania'],
    ['SIN2-P1', 'asia'],
    ['TLV50-C1', 'europe'],
    ['DXB52-P1', 'middle-east-africa'],
  ])('bills %s as %s', (code, area) => {
    const prefix = code.slice(0, 3);
    const place = directory.all.find((entry) => entry.code.startsWith(prefix));
    expect(place && priceAreaOf(place)).toBe(area);
  });

  it('has no area dearer for bytes than the one it takes for an unknown place', () => {
    const dearest = Math.max(...Object.values(CLOUDFRONT_PRICES).map(({ perGigabyte }) => perGigabyte));
    expect(CLOUDFRONT_PRICES[priceAreaOf(undefined)].perGigabyte).toBe(dearest);
  });
});
