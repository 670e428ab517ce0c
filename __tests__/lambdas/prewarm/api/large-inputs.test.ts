import { BODY, fakeService } from './fake-application';

const BLANKS = ' '.repeat(500_000);
const MANY = 200_000;

function manyKeys(count = MANY): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`unknown_${index}`, 1]));
}

/** A parser whose work grows with the square of one of these would be busy for minutes. */
const BODIES: readonly (readonly [what: string, body: () => object])[] = [
  ['a size with blanks inside', () => ({ ...BODY, range: `1${BLANKS}x` })],
  ['a header line with blanks inside', () => ({ ...BODY, header: [`a: b${BLANKS}c`] })],
  ['a header name of blanks', () => ({ ...BODY, header: { [`a${BLANKS}b`]: 'c' } })],
  [
    'header lines that are as long as they may be',
    () => ({ ...BODY, header: new Array(256).fill(`a: b${BLANKS.slice(0, 10_000)}c`) }),
  ],
  ['packed input with blanks inside', () => ({ input: `${BLANKS}!` })],
  ['packed input with blanks after its end', () => ({ input: `QQ=${BLANKS}=${BLANKS}!` })],
  ['a place with blanks inside', () => ({ ...BODY, near: `1${BLANKS},${BLANKS}1${BLANKS}x` })],
  ['a host name of one label', () => ({ ...BODY, cf_domain: `${'a-'.repeat(MANY)}!` })],
  ['a name of a region', () => ({ ...BODY, target_type: 'region', regions: [`${'- '.repeat(MANY)}x`] })],
  ['a URL of a document', () => ({ ...BODY, sitemap: `https://a${'/.'.repeat(MANY)}\u0000` })],
  ['unknown fields', () => manyKeys()],
  ['headers in an object', () => ({ ...BODY, header: manyKeys() })],
  ...['aliases', 'regions', 'countries', 'pops', 'header', 'encodings', 'sitemap', 'playlist'].map(
    (field) => [`a long list as ${field}`, () => ({ ...BODY, [field]: new Array(MANY).fill(0) })] as const,
  ),
  [
    'as many unknown PoPs as may be named',
    () => ({ ...BODY, pops: Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(80, 'X')) }),
  ],
];

describe('a large body', () => {
  it.each(BODIES)('with %s is refused in time and in few words', async (_, body) => {
    const { call, log } = fakeService();
    const { status, text } = await call('POST', '/prewarm', JSON.stringify(body()));
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(100_000);
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('of very many fields is not looked at any closer', async () => {
    const { call } = fakeService();
    const { json } = await call('POST', '/prewarm', JSON.stringify(manyKeys(100_000)));
    expect(json).toMatchObject({ message: expect.stringContaining('body: got an object of 100000 fields') });
  });

  it('with international names lets other requests have their turn while it is checked', async () => {
    const { call } = fakeService();
    const urls = Array.from({ length: 20_000 }, (_, index) => `https://${'ä'.repeat(60)}${index}/`);
    let turns = 0;
    let isAnswered = false;
    (function count(): void {
      turns += 1;
      if (!isAnswered) setImmediate(count);
    })();
    const { json } = await call('POST', '/prewarm', { ...BODY, url_list: urls });
    isAnswered = true;
    expect(json).toMatchObject({ status: 'Failed' });
    expect(turns).toBeGreaterThanOrEqual(20);
  });
});
