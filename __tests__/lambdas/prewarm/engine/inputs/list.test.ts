import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { listLines } from '../../../../../lambdas/prewarm/engine/inputs/list';

async function linesOf(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of listLines(chunks)) lines.push(text);
  return lines;
}

describe('a list', () => {
  it('is one URL per line: blank lines and a byte-order mark are passed over', async () => {
    expect(await linesOf([Buffer.from('\uFEFFhttps://a/\r\n\r\n  https://b/#x \nhttps://c/')])).toEqual([
      'https://a/',
      'https://b/#x',
      'https://c/',
    ]);
    expect(await linesOf([])).toEqual([]);
  });

  it('reads the same however it is cut into pieces', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'ä', '😀', '/', ' '), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 40 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.join('\n'));
        const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
          (a, b) => a - b,
        );
        const pieces = ends.map((end, position) => bytes.subarray(ends[position - 1] ?? 0, end));
        expect(await linesOf(pieces)).toEqual(lines.map((text) => text.trim()).filter((text) => text !== ''));
      }),
    );
  });

  it.each([
    [
      'comments at the start of a line and behind a blank',
      '# all\nhttps://a/ # one\nhttps://a/#x\n',
      ['https://a/', 'https://a/#x'],
    ],
    [
      'a column of CSV with its heading',
      'URL\n"https://a/x,y"\n"https://a/""q"""\n',
      ['https://a/x,y', 'https://a/"q"'],
    ],
    [
      'invisible characters around it',
      '\u200bhttps://a/\u00a0\n\ufeffhttps://b/\u2060\n',
      ['https://a/', 'https://b/'],
    ],
    [
      'any line end',
      'https://a/\rhttps://b/\vhttps://c/\u2028https://d/',
      ['https://a/', 'https://b/', 'https://c/', 'https://d/'],
    ],
    ['a JSON array', ' [ "https://a/\\u00e9",\n"https://b/" ]\n', ['https://a/é', 'https://b/']],
    ['an empty JSON array', '[]', []],
  ])('may have %s', async (_, text, expected) => {
    expect(await linesOf([Buffer.from(text)])).toEqual(expected);
    expect(await linesOf([gzipSync(text)])).toEqual(expected);
    expect(await linesOf([gzipSync(gzipSync(text))])).toEqual(expected);
    expect(await linesOf([Buffer.from(`\ufeff${text}`, 'utf16le')])).toEqual(expected);
    expect(await linesOf([Buffer.from(`\ufeff${text}`, 'utf16le').swap16()])).toEqual(expected);
  });

  it.each([
    [
      'Latin-1',
      Buffer.from('https://a/\nhttps://a/caf\u00e9', 'latin1'),
      'bytes in line 2 that are not UTF-8',
    ],
    ['NUL characters', Buffer.from('https://a/\n\0'), 'NUL character in line 2'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x68, 0, 0, 0]), 'is in UTF-32'],
    ['a robots.txt', Buffer.from('# ours\nUser-agent: *\nSitemap: https://a/s.xml'), 'is a robots.txt'],
    ['a sitemap', Buffer.from('\n<?xml version="1.0"?><urlset/>'), 'is XML or HTML'],
    ['a DASH manifest', Buffer.from('<?xml version="1.0"?><MPD/>'), 'is a DASH manifest'],
    ['an HLS playlist', Buffer.from('#EXTM3U\nhttps://a/1.ts'), 'is an HLS playlist'],
    ['a JSON object', Buffer.from('{"url_list":[]}'), 'is a JSON object'],
    ['a JSON array of other things', Buffer.from('["https://a/",1]'), 'whose item 2 is not a string'],
    ['a nested JSON array', Buffer.from('['.repeat(5_000_000)), 'whose item 1 is not a string'],
    ['a JSON array that is cut', Buffer.from('["https://a/"'), 'that does not end'],
    ['text behind a JSON array', Buffer.from('["https://a/"]\nhttps://b/'), 'text behind its JSON array'],
    ['endless blank lines', gzipSync(Buffer.alloc(10_000_001, '\n')), 'has more than 10000000 lines'],
    ['one endless line', Buffer.alloc(32 * 1024 * 1024, 'a'), 'more than 65536 characters in line 1'],
    [
      'a gzip file that is cut',
      gzipSync('https://a/\n'.repeat(99)).subarray(0, 20),
      'unexpected end of file',
    ],
  ])('that is %s is refused by name', async (_, bytes, message) => {
    await expect(linesOf([bytes])).rejects.toThrow(message);
  });

  it('names the line of what is too long, in linear time however it is cut', async () => {
    const chunk = Buffer.alloc(1_000, 'a');
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('https://a/\r\n\r\n');
      for (;;) yield chunk;
    }
    const lines = listLines(endless());
    expect((await lines.next()).value).toEqual({ number: 1, text: 'https://a/' });
    await expect(lines.next()).rejects.toThrow('in line 3');
  });
});
