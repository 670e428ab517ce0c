import fc from 'fast-check';
import {
  guardedResolver,
  type PlainResolver,
} from '../../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import { resolvePops } from '../../../../../lambdas/prewarm/engine/flow/resolve-pops';
import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import { distanceKm } from '../../../../../lambdas/prewarm/engine/pops/distance';
import { createPopDirectory, parseExtraPops } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import data from '../../../../../lambdas/prewarm/engine/pops/pops.json';
import { DISTRIBUTION, fixedResolver, leadsTo } from '../../support/request-context';

const directory = createPopDirectory();
const munich = { latitude: 48.14, longitude: 11.58 };
const coordinates = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

describe('the PoP directory', () => {
  it('knows each code once, with its place, and every code of its lists', () => {
    expect(directory.all).toHaveLength(new Set(directory.all.map(({ code }) => code)).size);
    for (const { latitude, longitude, country } of directory.all) {
      expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
      expect(country).toMatch(/^[A-Z]{2}$/);
    }
    const listed = [...Object.values(directory.regions), ...Object.values(directory.countries)].flat();
    expect(listed.filter((code) => directory.find(code) === undefined)).toEqual([]);
    expect(directory.find(popCode('FRA56-P4'))).toMatchObject({
      city: 'Frankfurt am Main',
      country: 'DE',
      partition: 'aws',
    });
    expect(directory.find(popCode('XXX1-C1'))).toBeUndefined();
  });

  it('finds the closest ones first, never those of mainland China', () => {
    fc.assert(
      fc.property(coordinates, fc.integer({ min: 1, max: 30 }), ({ latitude, longitude }, count) => {
        const near = directory.near(latitude, longitude, count);
        const km = near.map((entry) => distanceKm({ latitude, longitude }, entry));
        expect(near).toHaveLength(count);
        expect(km).toEqual([...km].sort((a, b) => a - b));
        expect(near.filter(({ partition }) => partition === 'aws-cn')).toEqual([]);
        const farther = directory.all.filter((entry) => entry.partition === 'aws' && !near.includes(entry));
        expect(
          Math.min(...farther.map((entry) => distanceKm({ latitude, longitude }, entry))),
        ).toBeGreaterThanOrEqual(km.at(-1) ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  it('measures along the globe, also over the date line', () => {
    expect(distanceKm(munich, { latitude: 50.03, longitude: 8.57 })).toBeCloseTo(304, 0);
    expect(distanceKm({ latitude: 0, longitude: 179 }, { latitude: 0, longitude: -179 })).toBeCloseTo(222, 0);
    expect(distanceKm(munich, munich)).toBe(0);
  });

  it('takes codes that the operator found, where their city is known', () => {
    const extended = createPopDirectory({ extraCodes: ['fra99-p9', 'FRA56-P4'] });
    expect(extended.find(popCode('FRA99-P9'))).toMatchObject({ city: 'Frankfurt am Main' });
    expect(extended.all).toHaveLength(directory.all.length + 1);
    const wrong = { extraCodes: ['QQQ1-C1', 'FRA99-P9', 'FRA; drop'] };
    expect(() => createPopDirectory(wrong)).toThrow('got "QQQ1-C1", "FRA; drop"');
  });

  it('takes sites of airports at which no list has one, and those named by an airport alone', () => {
    const airports = 'DTW BNA PIT TPA LIM BLA IST JED DOH CAI LOS PEK SGN PNQ BNE'.split(' ');
    const extended = createPopDirectory({
      extraCodes: [...airports, ...airports.map((name) => `${name}50-P1`)],
    });
    for (const name of airports) {
      expect(extended.find(popCode(name))?.city).not.toBe('');
      expect(extended.find(popCode(`${name}50-P1`))).toMatchObject({
        country: expect.stringMatching(/^[A-Z]{2}$/),
      });
    }
  });

  it('places any code of the right form by its airport, and no other', () => {
    expect(directory.find(popCode('LOS50-P9'))).toMatchObject({
      city: 'Lagos',
      country: 'NG',
      countryName: 'Nigeria',
      continent: 'Africa',
      partition: 'aws',
    });
    expect(directory.find(popCode('PEK9-E1'))).toMatchObject({ partition: 'aws-cn' });
    expect(directory.find(popCode('YTO53-P2'))).toMatchObject({ country: 'CA' });
    for (const wrong of ['FRA', 'FRA56-', 'FRA56-P4X', 'QQQ1-P1', 'constructor', '__proto__'])
      expect(directory.find(popCode(wrong))).toBeUndefined();
  });

  it('names the source of every code', () => {
    const sources = data.sources.flatMap((source) => source.codes);
    expect(directory.all.map(({ code }) => code)).toEqual([...new Set(sources)].sort());
    for (const { name, asOf, licence } of data.sources) {
      expect(name).not.toBe('');
      expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(licence).not.toBe('');
    }
  });

  it('reads the codes of a setting, however they are separated', () => {
    expect(parseExtraPops(undefined)).toEqual([]);
    expect(parseExtraPops(' FRA99-P9,NRT99-P1\nSFO99-P2 ')).toEqual(['FRA99-P9', 'NRT99-P1', 'SFO99-P2']);
  });
});

describe('resolving PoPs', () => {
  const names = {
    'd111111abcdef8.FRA56-P4.cloudfront.net': leadsTo('', '13.32.0.1', '10.0.0.1'),
    'd111111abcdef8.NRT57-P3.cloudfront.net': leadsTo('', '10.0.0.1'),
    'd111111abcdef8.SIN2-P1.cloudfront.net': { kind: 'failed', message: 'no DNS server answered in time' },
  } as const;
  const pops = ['SIN2-P1', 'FRA56-P4', 'NRT57-P3', 'GRU1-C2'].map(popCode);

  it('keeps the order, drops private addresses, and fails a PoP alone', async () => {
    const resolved = await resolvePops(DISTRIBUTION, pops, {
      resolver: guardedResolver(fixedResolver(names), 'public'),
      concurrency: 2,
    });
    expect(resolved).toEqual([
      { kind: 'failed', pop: 'SIN2-P1', message: expect.stringContaining('no DNS server answered in time') },
      { kind: 'usable', pop: 'FRA56-P4', addresses: ['13.32.0.1'] },
      {
        kind: 'failed',
        pop: 'NRT57-P3',
        message: expect.stringContaining('10.0.0.1 (private)'),
        isRefused: true,
      },
      {
        kind: 'failed',
        pop: 'GRU1-C2',
        message: expect.stringContaining('does not exist'),
        hasNoAddress: true,
      },
    ]);
  });

  it('asks for no more names at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const resolver: PlainResolver = {
      resolve: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return leadsTo('');
      },
    };
    const all = directory.all.map(({ code }) => code);
    const resolved = await resolvePops(DISTRIBUTION, all, {
      resolver: guardedResolver(resolver, 'public'),
      concurrency: 7,
    });
    expect(most).toBe(7);
    expect(resolved.map(({ pop }) => pop)).toEqual(all);
  });
});
