import * as fc from 'fast-check';
import {
  firstUnusual,
  invalidationPath,
  MAX_PATHS,
  MAX_WILDCARDS,
  PathIsWildcard,
  planInvalidation,
} from '../../../../lambdas/prewarm/aws/invalidation-paths';

async function* asyncOf(paths: Iterable<string>): AsyncGenerator<string> {
  yield* paths;
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

describe('the calls of an invalidation', () => {
  it('name each path once, as many as a call takes', async () => {
    const paths = Array.from({ length: 7_000 }, (_, index) => `/p/${index}`);
    const batches = await planInvalidation(asyncOf([...paths, ...paths]));
    expect(batches.map(({ length }) => length)).toEqual([MAX_PATHS, MAX_PATHS, 1_000]);
    expect(batches.flat()).toEqual(paths);
  });

  it('are none for no path', async () => {
    expect(await planInvalidation(asyncOf([]))).toEqual([]);
  });

  it.each(['/news/*', '/a?q=*', '/*'])(
    'never name the URL %s, which is a wildcard to CloudFront',
    async (path) => {
      const planned = planInvalidation(asyncOf(['/first', path]));
      await expect(planned).rejects.toThrow(PathIsWildcard);
      await expect(planned).rejects.not.toThrow('q=');
      expect(await planInvalidation(asyncOf(['/a*b', '/*/c']))).toEqual([['/a*b', '/*/c']]);
    },
  );

  it('name the folders of a list that single paths cannot hold, few enough to be in progress at once', async () => {
    const paths = Array.from(
      { length: 20_000 },
      (_, index) => `/site/${index % 3}/${index % 50}/${index}.jpg?v=/x/`,
    );
    const [batch, ...others] = await planInvalidation(asyncOf(paths));
    expect(others).toEqual([]);
    expect(batch).toEqual(['/site/0/*', '/site/1/*', '/site/2/*']);
  });

  it('cover every path, whatever the list', async () => {
    const segment = fc.constantFrom('a', 'b', 'c', 'img', 'v1');
    const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 40 }), fc.boolean(), async (few, isLong) => {
        const filler = isLong
          ? Array.from({ length: 12_001 }, (_, index) => `/fill/${index % 30}/${index}`)
          : [];
        const batches = await planInvalidation(asyncOf([...few, ...filler]));
        const planned = batches.flat();
        expect(planned.filter((pattern) => pattern.endsWith('*')).length).toBeLessThanOrEqual(MAX_WILDCARDS);
        for (const each of few) expect(planned.some((pattern) => matches(pattern, each))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a path of an invalidation', () => {
  it('has each printable character as CloudFront takes it', () => {
    const printable = Array.from({ length: 0x7f - 0x21 }, (_, index) => String.fromCharCode(0x21 + index));
    const encoded = printable.filter((character) => invalidationPath(`/${character}`) !== `/${character}`);
    // RFC 1738, section 2.2: unsafe. A percent sign that begins no escape is one of them.
    expect(encoded.join('')).toBe('"#%<>[\\]^`{|}~');
    for (const character of encoded)
      expect(invalidationPath(`/${character}`)).toBe(
        `/%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
  });

  it.each([
    ['/vendors~about.js', '/vendors%7Eabout.js'],
    ['/a%20b', '/a%20b'],
    ['/(a)', '/(a)'],
    ['/%28a%29', '/(a)'],
    ['/caf\u00e9', '/caf%C3%A9'],
    ['/\u{1f600}', '/%F0%9F%98%80'],
    ['/100%', '/100%25'],
    ['/a b', '/a%20b'],
    ['/a?x=[1]&y=%7E', '/a?x=%5B1%5D&y=%7E'],
  ])('%s is %s', (path, expected) => {
    expect(invalidationPath(path)).toBe(expected);
  });

  it('is encoded in single paths and in folders', async () => {
    expect(await planInvalidation(asyncOf(['/a~b', '/a%7Eb']))).toEqual([['/a%7Eb']]);
    const long = Array.from({ length: 12_001 }, (_, index) => `/x~y/${index}`);
    expect(await planInvalidation(asyncOf(long))).toEqual([['/x%7Ey/*']]);
  });

  it('that may be the bad one of a call is found, without its query', () => {
    expect(firstUnusual(['/a', '/b*', '/c%7Ed?token=1'])).toBe('/c%7Ed');
    expect(firstUnusual(['/a/*'])).toBeUndefined();
  });
});
