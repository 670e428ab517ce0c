import fc from 'fast-check';
import { parseUrl } from '../../../../../lambdas/prewarm/engine/request/url';
import { anyCharacter } from '../../../../support/any-character';

function normalised(text: string): string {
  const parsed = parseUrl(text);
  if (parsed.kind === 'invalid') throw new Error(`${text} ${parsed.reason}`);
  return parsed.url;
}

function reason(text: string): string {
  const parsed = parseUrl(text);
  return parsed.kind === 'invalid' ? parsed.reason : `accepted as ${parsed.url}`;
}

describe('a URL of the list', () => {
  it.each([
    ['https://d1.cloudfront.net/a', 'https://d1.cloudfront.net/a'],
    ['  https://d1.cloudfront.net/a\n', 'https://d1.cloudfront.net/a'],
    ['https://d1.cloudfront.net', 'https://d1.cloudfront.net/'],
    ['HTTPS://D1.CloudFront.NET/A', 'https://d1.cloudfront.net/A'],
    ['https://d1.cloudfront.net/a b(c)', 'https://d1.cloudfront.net/a%20b(c)'],
    ['https://d1.cloudfront.net/?q=a b(c)', 'https://d1.cloudfront.net/?q=a%20b(c)'],
    ['https://d1.cloudfront.net:443/a', 'https://d1.cloudfront.net/a'],
    ['http://d1.cloudfront.net:80/a', 'http://d1.cloudfront.net/a'],
    ['https://d1.cloudfront.net/a#part', 'https://d1.cloudfront.net/a'],
    ['https://d1.cloudfront.net/a/../b', 'https://d1.cloudfront.net/b'],
    ['https://d1.cloudfront.net/a/%2e%2e/b', 'https://d1.cloudfront.net/b'],
    ['https://d1.cloudfront.net/ä', 'https://d1.cloudfront.net/%C3%A4'],
    ['https://bücher.example/a', 'https://xn--bcher-kva.example/a'],
    ['https://d1.cloudfront.net/%zz?a=%', 'https://d1.cloudfront.net/%zz?a=%'],
    ['https://d1.cloudfront.net/%28%29%7e', 'https://d1.cloudfront.net/%28%29%7e'],
    ["https://d1.cloudfront.net/it's?it's", "https://d1.cloudfront.net/it's?it%27s"],
    ['https://d1.cloudfront.net/a?', 'https://d1.cloudfront.net/a?'],
  ])('%j becomes %s', (written, expected) => {
    expect(normalised(written)).toBe(expected);
  });

  it('is literal: brackets and braces are characters, not patterns', () => {
    expect(normalised('https://d1.cloudfront.net/img[1-5].png')).toBe(
      'https://d1.cloudfront.net/img[1-5].png',
    );
    expect(normalised('https://d1.cloudfront.net/{a,b}')).toBe('https://d1.cloudfront.net/%7Ba,b%7D');
  });

  it.each([
    ['ftp://d1.cloudfront.net/a', 'does not start with http'],
    ['d1.cloudfront.net/a', 'does not start with http'],
    ['', 'does not start with http'],
    ['javascript:alert(1)', 'does not start with http'],
    ['file:///etc/passwd', 'does not start with http'],
    ['https:///', 'is not a URL'],
    ['https://a b/', 'is not a URL'],
    ['https://d1.cloudfront.net:8443/a', 'has port 8443'],
    ['http://d1.cloudfront.net:443/a', 'has port 443'],
    ['https://user@d1.cloudfront.net/a', 'user name'],
    ['https://user:secret@d1.cloudfront.net/a', 'user name'],
    ['https://d1.cloudfront.net/a\nb', 'control character'],
    ['https://d1.cloudfront.net/a\tb', 'control character'],
    ['https://d1.cloudfront.net/a\u0000', 'control character'],
    [`https://d1.cloudfront.net/${'a'.repeat(8192)}`, 'longer than 8192 bytes'],
    [`https://d1.cloudfront.net/${'ä'.repeat(2000)}`, 'longer than 8192 bytes'],
    [`https://${'漢'.repeat(5_000_000)}/`, 'longer than 8192 bytes'],
    [`https://${'漢'.repeat(2_000)}/`, 'host name longer than 253 characters'],
    [`https://${'a.'.repeat(3_000)}net/`, 'host name longer than 253 characters'],
  ])('%j is refused', (written, expected) => {
    expect(reason(written)).toContain(expected);
  });

  it('may be as long as CloudFront takes', () => {
    const start = 'https://d1.cloudfront.net/';
    expect(normalised(start + 'a'.repeat(8192 - start.length))).toHaveLength(8192);
    expect(reason(start + 'a'.repeat(8193 - start.length))).toContain('longer than 8192 bytes');
    expect(normalised(`${start}a#${'b'.repeat(100_000)}`)).toBe(`${start}a`);
    // Short as written, too long once encoded.
    expect(reason(start + '{'.repeat(3000))).toContain('longer than 8192 bytes');
  });
});

const piece = fc.oneof(
  fc.constantFrom('a', 'Z', '0', '/', '.', '..', '%2e', '%2E', '%20', '?', '#', '&', '=', "'", '"', '\\'),
  fc.constantFrom(
    ':',
    '@',
    '[',
    ']',
    '{',
    '}',
    '|',
    '^',
    '`',
    '<',
    '~',
    '$',
    '*',
    '+',
    ',',
    ';',
    '!',
    '-',
    '_',
  ),
  fc.constantFrom(' ', '(', ')', '\t', 'ä', '😀', '%', '%zz'),
);
const urlLike = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://'),
    fc.constantFrom(
      'd1.cloudfront.net',
      'www.Example.com',
      'xn--a.example',
      '127.0.0.1',
      '0x7f.1',
      'a',
      'a..b',
      '',
    ),
    fc.constantFrom('', ':443', ':80', ':8080'),
    fc.array(piece, { maxLength: 12 }),
  )
  .map(([scheme, host, port, path]) => `${scheme}${host}${port}/${path.join('')}`);

describe('normalising any URL', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(urlLike, fc.string(), fc.webUrl({ withQueryParameters: true })), (text) => {
        const once = parseUrl(text);
        if (once.kind === 'url') expect(parseUrl(once.url)).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('is what the URL standard makes of it, hence what a browser asks for', () => {
    fc.assert(
      fc.property(urlLike, (text) => {
        const parsed = parseUrl(text);
        if (parsed.kind === 'invalid') return;
        const standard = new URL(text.trim());
        standard.hash = '';
        expect(parsed.url).toBe(standard.href);
        expect(parsed.host).toBe(standard.hostname);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves nothing that could end a request line', () => {
    fc.assert(
      fc.property(fc.oneof(urlLike, fc.string({ unit: anyCharacter })), (text) => {
        const parsed = parseUrl(text);
        if (parsed.kind === 'url') expect(parsed.url).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
      }),
    );
  });
});
