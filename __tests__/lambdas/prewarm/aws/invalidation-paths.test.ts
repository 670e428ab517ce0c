import * as fc from 'fast-check';
import {
  invalidationPath,
  MAX_PATH_CHARACTERS,
  MAX_PATHS,
  MAX_WILDCARDS,
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
    const { batches } = await planInvalidation(asyncOf([...paths, ...paths]));
    expect(batches.map(({ length }) => length)).toEqual([MAX_PATHS, MAX_PATHS, 1_000]);
    expect(batches.flat()).toEqual(paths);
  });

  it('are none for no path', async () => {
    expect(await planInvalidation(asyncOf([]))).toEqual({ batches: [], unnamed: [] });
  });

  it.each(['/news/*', '/a?q=*', '/*', `/${'long'.repeat(1_000)}`, `/${'\u00e9'.repeat(667)}`])(
    'leave out the URL %.20s, which CloudFront takes as a wildcard or not at all, and name the others',
    async (path) => {
      expect(await planInvalidation(asyncOf(['/first', path, '/a*b', '/*/c']))).toEqual({
        batches: [['/first', '/a*b', '/*/c']],
        unnamed: [invalidationPath(path)],
      });
    },
  );

  it('name a path of 4,000 characters', async () => {
    const path = `/${'x'.repeat(MAX_PATH_CHARACTERS - 1)}`;
    expect(await planInvalidation(asyncOf([path]))).toEqual({ batches: [[path]], unnamed: [] });
  });

  it('name the folder above where a path has no room for a folder', async () => {
    const long = Array.from({ length: 12_001 }, (_, index) => `/a/${'\u00e9'.repeat(700)}/${index}`);
    expect(await planInvalidation(asyncOf(long))).toEqual({ batches: [['/a/*']], unnamed: [] });
  });

  it('name the folders of a list that single paths cannot hold, few enough to be in progress at once', async () => {
    const paths = Array.from(
      { length: 20_000 },
      (_, index) => `/site/${index % 3}/${index % 50}/${index}.jpg?v=/x/`,
    );
    const {
      batches: [batch, ...others],
    } = await planInvalidation(asyncOf(paths));
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
        const { batches } = await planInvalidation(asyncOf([...few, ...filler]));
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
    const encoded = printable.filter(
      (character) => invalidationPath(`/a${character}b`) !== `/a${character}b`,
    );
    // RFC 1738, section 2.2: unsafe. A percent sign that begins no escape is one of them.
    expect(encoded.join('')).toBe('"#%<>[\\]^`{|}~');
    for (const character of encoded)
      expect(invalidationPath(`/${character}`)).toBe(
        `/%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      );
  });

  it('has each escape of a character that needs none as the character, and every other escape as it is', () => {
    const kept = Array.from({ length: 256 }, (_, code) => code).filter((code) => {
      const triplet = `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
      const path = invalidationPath(`/${triplet}`);
      expect([`/${triplet}`, `/${String.fromCharCode(code)}`]).toContain(path);
      return path === `/${triplet}`;
    });
    const printable = kept.filter((code) => code > 0x20 && code < 0x7f);
    // Unsafe or reserved in RFC 1738, and `*`, `+` and `.`, which would mean something else.
    expect(String.fromCharCode(...printable)).toBe('"#%&*+./:;<=>?@[\\]^`{|}~');
  });

  it.each([
    ['/vendors~about.js', '/vendors%7Eabout.js'],
    ['/a%20b', '/a%20b'],
    ['/a+b', '/a+b'],
    ['/(a)', '/(a)'],
    ['/%28a%29', '/(a)'],
    ['/%7e%e3%81', '/%7e%e3%81'],
    ['/a/%2e%2e/b', '/a/%2e%2e/b'],
    ['/a%2Fb%3Fc', '/a%2Fb%3Fc'],
    ['/a%2A', '/a%2A'],
    ['/caf\u00e9', '/caf%C3%A9'],
    ['/\u{1f600}', '/%F0%9F%98%80'],
    ['/100%', '/100%25'],
    ['/100%zz', '/100%25zz'],
    ['/a b', '/a%20b'],
    ['/a\tb', '/a%09b'],
    ['/a?x=[1]&y=%7E', '/a?x=%5B1%5D&y=%7E'],
    ['/?', '/'],
    ['/a?', '/a'],
    ['/a??', '/a??'],
    ['/a?b', '/a?b'],
  ])('%s is %s', (path, expected) => {
    expect(invalidationPath(path)).toBe(expected);
  });

  it.each([
    ['/v.mp4?Expires=1&Signature=a~b_&Key-Pair-Id=K1', '/v.mp4'],
    ['/v.mp4?Policy=e30_&Signature=a-b&Key-Pair-Id=K1&Hash-Algorithm=SHA256', '/v.mp4'],
    ['/v.mp4?w=1&Expires=1&h=2&Signature=a&Key-Pair-Id=K1', '/v.mp4?w=1&h=2'],
    ['/v.mp4?Expires=1&Policy=2', '/v.mp4?Expires=1&Policy=2'],
  ])('that is signed, %s, is %s: the signature is no part of the name', (path, expected) => {
    expect(invalidationPath(path)).toBe(expected);
  });

  it('means the same object, has only characters that CloudFront takes, and is not changed again', () => {
    const url = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(url, (text) => {
        const path = invalidationPath(`/${text}`);
        expect(path).toMatch(/^\/(?:[\w$\-.+!*'(),;/?:@=&]|%[0-9A-Fa-f]{2})*$/);
        expect(invalidationPath(path)).toBe(path);
      }),
    );
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        fc.pre(path.startsWith('/'));
        expect(decodeURIComponent(invalidationPath(path))).toBe(decodeURIComponent(path));
      }),
    );
  });

  it('is encoded in single paths and in folders', async () => {
    expect((await planInvalidation(asyncOf(['/a~b', '/a%7Eb']))).batches).toEqual([['/a%7Eb']]);
    const long = Array.from({ length: 12_001 }, (_, index) => `/x~y/${index}`);
    expect((await planInvalidation(asyncOf(long))).batches).toEqual([['/x%7Ey/*']]);
  });
});
