import fc from 'fast-check';
import { checkList, linesOf } from '../../../../lambdas/prewarm/page/list-check';

describe('a list that somebody pasted', () => {
  it.each([
    ['lines', 'https://a.example/1\n\n# note\nhttps://a.example/2', ['/1', '/2'], [1, 4]],
    ['lines under a heading', 'URL\nhttps://a.example/1', ['/1'], [2]],
    [
      'CSV',
      'name,url,size\n"x, y",https://a.example/1,3\nz,"https://a.example/2,b",4',
      ['/1', '/2,b'],
      [2, 3],
    ],
    ['CSV with semicolons', 'Name;Link\nx;https://a.example/1', ['/1'], [2]],
    ['a column of a spreadsheet', 'loc\tlastmod\r\nhttps://a.example/1\t2026', ['/1'], [2]],
    ['a JSON array', '["https://a.example/1",\n"https://a.example/2"]', ['/1', '/2'], [1, 2]],
    ['a JSON body', '{"url_list":["https://a.example/1"],"timeout":3}', ['/1'], [1]],
    ['URLs with commas', 'https://a.example/1,2\nhttps://a.example/url,3', ['/1,2', '/url,3'], [1, 2]],
  ])('is read as %s', async (_, text, paths, lines) => {
    const list = await checkList(text);
    expect(list.urls.map((url) => url.replace('https://a.example', ''))).toEqual(paths);
    expect(list.lines).toEqual(lines);
    expect(list.faults).toEqual([]);
  });

  it('keeps the other fields of a JSON body, and no list of it', async () => {
    const { body, format } = await checkList('{"url_list":[],"timeout":3,"regions":["eu"]}');
    expect({ body, format }).toEqual({ body: { timeout: 3, regions: ['eu'] }, format: 'body' });
  });

  it.each([
    ['https://a.example/sitemap.xml', 'sitemap'],
    ['https://a.example/sitemap.xml.gz?v=1', 'sitemap'],
    ['https://a.example/live/index.m3u8', 'playlist'],
    ['https://a.example/vod/manifest.mpd', 'playlist'],
  ])('takes %s alone as a %s, and beside others as a URL', async (url, format) => {
    expect(await checkList(url)).toMatchObject({ format, source: url, urls: [] });
    const both = await checkList(`${url}\nhttps://a.example/b`);
    expect(both).toMatchObject({ format: 'lines', urls: [url, 'https://a.example/b'] });
  });

  it('names each line that cannot be warmed, and counts those that stand twice', async () => {
    const list = await checkList('https://a.example/1\nftp://a/\nhttps://a.example/1\n/path');
    expect(list.faults).toMatchObject([
      { line: 2, text: 'ftp://a/' },
      { line: 4, text: '/path', reason: expect.stringContaining('whole URLs') },
    ]);
    expect(list).toMatchObject({ faultCount: 2, duplicateCount: 1 });
  });

  it('finds the lines of what the service refused', async () => {
    const list = await checkList('https://a.example/1\n\nhttps://b.example/2');
    expect(linesOf(list, ['https://b.example/2'])).toEqual([
      { line: 3, text: 'https://b.example/2', reason: '' },
    ]);
  });

  it.each(['{"url_list":', '["https://a.example/1"', '[1]'])('says that %s is no JSON list', async (text) => {
    await expect(checkList(text)).rejects.toThrow();
  });

  it('loses no line, whatever is pasted: each is a URL, a fault, blank or a comment', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        '',
        '  ',
        '# comment',
        'https://a.example/x',
        'no url',
        'ftp://x/',
        '"https://a.example/q"',
      ),
      fc.webUrl(),
      fc.string({ maxLength: 20 }).filter((text) => !/[\n\r\v\f\u0085\u2028\u2029[{]/.test(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
        const list = await checkList(['https://a.example/first', ...lines].join('\n'));
        const told = new Set([...list.lines, ...list.faults.map((fault) => fault.line)]);
        for (const [index, text] of lines.entries())
          if (/^(?:https|no url|ftp)/.test(text)) expect(told).toContain(index + 2);
      }),
    );
  });
});
