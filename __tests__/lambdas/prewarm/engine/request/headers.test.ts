import fc from 'fast-check';
import { normaliseHeaders } from '../../../../../lambdas/prewarm/engine/request/header';
import type { FieldIssue } from '../../../../../lambdas/prewarm/engine/request/invalid-request';
import { anyCharacter } from '../../../../support/any-character';

function check(input: readonly string[] | Readonly<Record<string, string>>) {
  const issues: FieldIssue[] = [];
  return { headers: normaliseHeaders(input, issues), issues };
}

describe('headers of a request', () => {
  it('are raw lines or an object, with lower-case names', () => {
    const expected = [
      { name: 'user-agent', value: 'probe/1.0' },
      { name: 'x-empty', value: '' },
    ];
    expect(check(['User-Agent:  probe/1.0 ', 'X-Empty:'])).toEqual({ headers: expected, issues: [] });
    expect(check({ 'User-Agent': 'probe/1.0', 'X-Empty': '' })).toEqual({ headers: expected, issues: [] });
  });

  it('are joined where a name is repeated', () => {
    const { headers } = check(['Accept: text/html', 'accept: image/webp', 'Cookie: a=1', 'Cookie: b=2']);
    expect(headers).toEqual([
      { name: 'accept', value: 'text/html, image/webp' },
      { name: 'cookie', value: 'a=1; b=2' },
    ]);
  });

  it.each([
    'Host: evil.example',
    'Connection: close',
    'Transfer-Encoding: chunked',
    'Content-Length: 4',
    'TE: trailers',
    'Upgrade: h2c',
    'Range: bytes=0-1',
    'If-None-Match: "a"',
    '@/etc/passwd',
    ' @/etc/passwd',
    'no colon',
    ': no name',
    'Bad Name: a',
    'X\u0000: a',
    'X: a\r\nHost: evil.example',
    'X: a\n b',
    'X: a\u0000',
    'X: é',
  ])('%j is refused', (line) => {
    const { headers, issues } = check([line]);
    expect(headers).toEqual([]);
    expect(issues).toHaveLength(1);
    expect(check([`Good: 1`, line]).headers).toEqual([{ name: 'good', value: '1' }]);
  });

  it('are bounded in number and in bytes', () => {
    const many = Array.from({ length: 65 }, (_, index) => `X-${index}: 1`);
    expect(check(many).issues).toMatchObject([{ field: 'header', got: '65 headers' }]);
    expect(check([`X: ${'a'.repeat(10_235)}`]).issues).toEqual([]);
    expect(check([`X: ${'a'.repeat(10_236)}`]).issues).toMatchObject([
      { allowed: expect.stringContaining('10240') },
    ]);
  });

  it('never carry anything but printable ASCII on one line, whatever is asked for', () => {
    const dangerous = fc.constantFrom(
      '\r',
      '\n',
      '\u0000',
      '\r\n',
      '@file',
      ':',
      'Host',
      'X-A',
      ' ',
      'é',
      '\u2028',
      '\u000b',
    );
    const line = fc.array(fc.oneof(dangerous, fc.string({ unit: anyCharacter, maxLength: 5 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        fc.array(line),
        fc.dictionary(fc.string(), fc.string({ unit: anyCharacter })),
        (lines, object) => {
          for (const input of [lines.map((parts) => parts.join('')), object]) {
            for (const { name, value } of check(input).headers) {
              expect(name).toMatch(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/);
              expect(value).toMatch(/^[\t\x20-\x7e]*$/);
              expect(['host', 'connection', 'transfer-encoding', 'content-length', 'te']).not.toContain(name);
            }
          }
        },
      ),
    );
  });

  it('never show a value in an error', () => {
    const secret = 'SECRETtoken42';
    const lines = [
      `Authorization: Bearer ${secret}\r\nX: y`,
      `Host: ${secret}`,
      `Authorization ${secret}`,
      `Author ization: ${secret}`,
      `@${secret}`,
      `${secret} x: 1`,
      `X: é${secret}`,
    ];
    const { issues } = check(lines);
    expect(issues).toHaveLength(lines.length);
    expect(JSON.stringify(issues)).not.toContain(secret);
  });
});
