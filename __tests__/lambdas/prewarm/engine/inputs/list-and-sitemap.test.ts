import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { listLines } from '../../../../../lambdas/prewarm/engine/inputs/list';
import { documents, expand, SITE } from '../../support/documents';

async function linesOf(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of listLines(chunks)) lines.push(text);
  return lines;
}

function urlset(...locs: string[]): string {
  return `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${locs
    .map((loc) => `<url><loc>${loc}</loc></url>`)
    .join('')}</urlset>`;
}

function index(...locs: string[]): string {
  return `<sitemapindex>${locs.map((loc) => `<sitemap><loc> ${loc}\n</loc></sitemap>`).join('')}</sitemapindex>`;
}

describe('a plain list', () => {
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
});

describe('a sitemap', () => {
  it('names its pages, entities and CDATA resolved, extensions passed over', async () => {
    const xml = `<sm:urlset xmlns:sm="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="i" xmlns:xhtml="x">
      <sm:url><sm:loc>${SITE}/?a=1&amp;b=2</sm:loc>
        <image:image><image:loc>${SITE}/image.png</image:loc></image:image>
        <xhtml:link rel="alternate" href="${SITE}/de"/></sm:url>
      <sm:url><sm:loc><![CDATA[ ${SITE}/two ]]></sm:loc><sm:lastmod>2026-01-01</sm:lastmod></sm:url>
      <sm:url><sm:loc/></sm:url></sm:urlset>`;
    expect(await expand('sitemap', `${SITE}/s.xml`, documents({ [`${SITE}/s.xml`]: xml }))).toEqual({
      urls: [`${SITE}/?a=1&b=2`, `${SITE}/two`],
      error: undefined,
    });
  });

  it('may be plain text, one URL per line, also gzip', async () => {
    const reader = documents({
      [`${SITE}/list.txt`]: gzipSync(`\uFEFF\n${SITE}/a\n\n${SITE}/b\n`),
      [`${SITE}/error.txt`]: 'Not found',
    });
    expect(await expand('sitemap', `${SITE}/list.txt`, reader)).toEqual({
      urls: [`${SITE}/a`, `${SITE}/b`],
      error: undefined,
    });
    expect(await expand('sitemap', `${SITE}/error.txt`, reader)).toEqual({
      urls: [],
      error: `${SITE}/error.txt is none of these: a sitemap or a feed, a robots.txt, a list of URLs`,
    });
  });

  it('may be an index, with gzip by content and relative locations, each document read once', async () => {
    const reader = documents({
      [`${SITE}/index.xml`]: index('/a.xml', `${SITE}/b.xml.gz`, '/a.xml', '/index.xml'),
      [`${SITE}/a.xml`]: urlset('/1'),
      [`${SITE}/b.xml.gz`]: gzipSync(urlset(`${SITE}/2`)),
    });
    expect(await expand('sitemap', `${SITE}/index.xml`, reader)).toEqual({
      urls: [`${SITE}/1`, `${SITE}/2`],
      error: undefined,
    });
    expect(reader.seen).toEqual([`${SITE}/index.xml`, `${SITE}/a.xml`, `${SITE}/b.xml.gz`]);
  });

  it('that cannot be read does not keep back the others; the error names each', async () => {
    const reader = documents({
      [`${SITE}/index.xml`]: index('/gone.xml', '/broken.xml', '/html', '/good.xml', '/cut.gz'),
      [`${SITE}/broken.xml`]: '<urlset><url><loc>/x</loc></url><url>',
      [`${SITE}/html`]: '<html></html>',
      [`${SITE}/good.xml`]: urlset('/ok'),
      [`${SITE}/cut.gz`]: gzipSync(urlset('/y')).subarray(0, 20),
    });
    const { urls, error } = await expand('sitemap', `${SITE}/index.xml`, reader);
    expect(urls).toEqual([`${SITE}/x`, `${SITE}/ok`]);
    expect(error).toContain(`${SITE}/gone.xml answered 404`);
    expect(error).toContain(`${SITE}/broken.xml ends before its element urlset does`);
    expect(error).toContain(`${SITE}/html is not a sitemap or a feed: its root element is "html"`);
    expect(error).toContain(`${SITE}/cut.gz cannot be unpacked`);
  });

  it('is bounded in depth, documents and URLs', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 9 }, (_, level) => [`${SITE}/${level}`, index(`/${level + 1}`)]),
    );
    const deep = documents(chain);
    expect((await expand('sitemap', `${SITE}/0`, deep)).error).toContain('more than 3 levels');
    expect(deep.seen).toHaveLength(4);
    const wide = documents({
      [`${SITE}/w`]: index(...Array.from({ length: 50 }, (_, child) => `/c${child}`)),
    });
    expect((await expand('sitemap', `${SITE}/w`, wide, { maxDocuments: 5 })).error).toContain('more than 5');
    expect(wide.seen).toHaveLength(5);
    const long = documents({ [`${SITE}/l`]: urlset('/1', '/2', '/3') });
    expect(await expand('sitemap', `${SITE}/l`, long, { maxUrls: 2 })).toEqual({
      urls: [`${SITE}/1`, `${SITE}/2`],
      error: `${SITE}/l goes beyond 2 URLs; the rest is left out`,
    });
  });

  it('that unpacks to more than it may is given up early', async () => {
    const bomb = gzipSync(`<urlset>${' '.repeat(20_000_000)}`);
    const reader = documents({ [`${SITE}/bomb.gz`]: bomb });
    expect((await expand('sitemap', `${SITE}/bomb.gz`, reader, { maxDocumentBytes: 1_000_000 })).error).toBe(
      `${SITE}/bomb.gz unpacks to more than 1000000 bytes`,
    );
  });

  it('does not expand entities of its own', async () => {
    const xml = `<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>${urlset('/&a;&f;')}`;
    const { urls, error } = await expand('sitemap', `${SITE}/s`, documents({ [`${SITE}/s`]: xml }));
    expect(urls).toEqual([]);
    expect(error).toContain('declares entities');
  });
});
