import { gzipSync } from 'node:zlib';
import { documents, expand, SITE } from '../../support/documents';

function urlset(...locs: string[]): string {
  return `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${locs
    .map((loc) => `<url><loc>${loc}</loc></url>`)
    .join('')}</urlset>`;
}

function index(...locs: string[]): string {
  return `<sitemapindex>${locs.map((loc) => `<sitemap><loc> ${loc}\n</loc></sitemap>`).join('')}</sitemapindex>`;
}

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

  async function pagesOf(text: string | Uint8Array, contentType = '', media = false) {
    const url = `${SITE}/dir/sitemap.xml`;
    const body = typeof text === 'string' ? Buffer.from(text) : text;
    const { urls, error } = await expand(
      'sitemap',
      url,
      documents({ [url]: { body, contentType } }),
      {},
      { media },
    );
    return { paths: urls.map((page) => page.replace(SITE, '')), error };
  }

  it.each([
    ['blanks before the declaration', `\n\n${urlset('/a', '/b')}`],
    ['text behind the root', `${urlset('/a', '/b')}<!-- ok --><script>if (a < b && c) {}</script>`],
    ['a control character', urlset('/a', '/b').replace('<url>', '<url>\u000b\u0000')],
    ['another prefix', urlset('/a', '/b').replaceAll(/<(\/?)(?!\?)/g, '<$1sm:')],
    [
      'entries under another prefix',
      urlset('/a').replace('</urlset>', '<x:url><x:loc>/b</x:loc></x:url></urlset>'),
    ],
    ['capital letters', urlset('/a', '/b').replaceAll('loc>', 'LOC>').replaceAll('url>', 'URL>')],
    ['locations without an entry', '<urlset><loc>/a</loc><loc>/b</loc></urlset>'],
    ['invisible characters', urlset('\u200b/a\u00a0', '\ufeff/b\n')],
  ])('is read in spite of %s', async (_, xml) => {
    expect(await pagesOf(xml)).toEqual({ paths: ['/a', '/b'], error: undefined });
  });

  it('has raw ampersands and entities of HTML read as they were meant', async () => {
    const xml = urlset('/?a=1&b=2&copy=3', '/caf&eacute;', '/&#xe9;&amp;eacute;', '<![CDATA[/?a=1&amp;b]]>');
    expect(await pagesOf(xml)).toEqual({
      paths: ['/?a=1&b=2&copy=3', '/caf%C3%A9', '/%C3%A9&eacute;', '/?a=1&amp;b'],
      error: undefined,
    });
  });

  const declared =
    '<?xml version="1.0" encoding="ISO-8859-1"?><urlset><url><loc>/caf\u00e9</loc></url></urlset>';
  const utf16 = Buffer.from(
    `<?xml version="1.0" encoding="UTF-16"?>${urlset('/caf\u00e9').slice(21)}`,
    'utf16le',
  );
  it.each([
    ['Latin-1 by declaration', Buffer.from(declared, 'latin1'), ''],
    ['Latin-1 by media type', Buffer.from(urlset('/caf\u00e9'), 'latin1'), 'text/xml; charset=iso-8859-1'],
    [
      'Shift_JIS by declaration',
      Buffer.concat([
        Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><urlset><url><loc>/'),
        Buffer.from([0x83, 0x65]),
        Buffer.from('</loc></url></urlset>'),
      ]),
      '',
    ],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), ''],
    ['UTF-16 without a mark', utf16, ''],
    ['UTF-16, the other way round', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]).swap16(), ''],
    [
      'UTF-8 that claims to be UTF-16',
      Buffer.from(`<?xml version="1.0" encoding="UTF-16"?>${urlset('/caf\u00e9').slice(21)}`),
      '',
    ],
    [
      'UTF-8 with a mark, packed twice',
      gzipSync(gzipSync(`\ufeff${urlset('/caf\u00e9')}`)),
      'text/xml; charset=utf-8',
    ],
  ])('may be in %s', async (name, bytes, contentType) => {
    const expected = name.startsWith('Shift') ? '/%E3%83%86' : '/caf%C3%A9';
    expect(await pagesOf(bytes, contentType)).toEqual({ paths: [expected], error: undefined });
  });

  it.each([
    [
      Buffer.from(urlset('/ok', '/caf\u00e9'), 'latin1'),
      ['/ok'],
      'which is not in the encoding of the document',
    ],
    [Buffer.from('<?xml version="1.0" encoding="klingon"?><urlset/>'), [], 'is in the encoding "klingon"'],
    [urlset('/ok', `<a href="/b">/b</a>`), ['/ok'], 'has an element inside of a loc element'],
    [urlset('/ok', 'www.example.com/b'), ['/ok'], 'names "www.example.com/b", which is not a whole URL'],
    [
      urlset('/ok', 'example.com/b', 'https:/b', 'http:b'),
      ['/ok'],
      'names "https:/b", which is not a whole URL',
    ],
    [urlset('/ok', `/${'x'.repeat(9_000)}`), ['/ok'], 'names a URL of 9001 characters'],
    [urlset('/ok', `https://${'\u6f22'.repeat(3_000_000)}/`), ['/ok'], 'at most 8192'],
    [urlset('/ok').slice(0, -9), ['/ok'], 'ends before its element urlset does'],
    [
      `${urlset('/ok').slice(0, -9)}<url><loc>https://www.example.com/hal`,
      ['/ok'],
      'ends before its element urlset does',
    ],
    [`<urlset><url><loc>/ok</loc></url>${'<a>'.repeat(1_000_000)}`, ['/ok'], 'more than 32 levels deep'],
    [
      `<urlset><url><loc>/ok</loc></url><url ${Array.from({ length: 300 }, (_, index) => `a${index}="1"`).join(' ')}/></urlset>`,
      ['/ok'],
      'an element with more than 256 attributes',
    ],
    ['<urlset></urlset>', [], 'names nothing to warm'],
    ['', [], 'names nothing to warm'],
  ])('%#: keeps what it could read, and says what it could not', async (text, paths, message) => {
    const found = await pagesOf(text);
    expect(found.paths).toEqual(paths);
    expect(found.error).toContain(message);
  });

  it('may take relative locations, which lie below where it came from', async () => {
    const reader = documents({
      [`${SITE}/sitemap.xml`]: { movedTo: `${SITE}/wp/wp-sitemap.xml` },
      [`${SITE}/wp/wp-sitemap.xml`]: urlset('a', 'index.html', 'v1.2/x'),
    });
    expect(await expand('sitemap', `${SITE}/sitemap.xml`, reader)).toEqual({
      urls: [`${SITE}/wp/a`, `${SITE}/wp/index.html`, `${SITE}/wp/v1.2/x`],
      error: undefined,
    });
  });

  it('of an index that names nothing is no error: a category without pages', async () => {
    const reader = documents({
      [`${SITE}/i`]: index('/a', '/b'),
      [`${SITE}/a`]: '<urlset/>',
      [`${SITE}/b`]: urlset('/1'),
    });
    expect(await expand('sitemap', `${SITE}/i`, reader)).toEqual({ urls: [`${SITE}/1`], error: undefined });
  });

  it('names images, videos and translations on request', async () => {
    const xml = `<urlset xmlns:image="i" xmlns:video="v" xmlns:xhtml="x"><url><loc>/page</loc>
      <image:image><image:loc>/i.jpg</image:loc><image:license>/licence</image:license></image:image>
      <video:video><video:content_loc>/v.mp4</video:content_loc><video:thumbnail_loc>/v.jpg</video:thumbnail_loc></video:video>
      <xhtml:link rel="alternate" hreflang="de" href="/de?a=1&amp;b=2"/></url></urlset>`;
    expect((await pagesOf(xml)).paths).toEqual(['/page']);
    expect((await pagesOf(xml, '', true)).paths).toEqual([
      '/page',
      '/i.jpg',
      '/v.mp4',
      '/v.jpg',
      '/de?a=1&b=2',
    ]);
  });

  it.each([
    [
      'RSS',
      '<rss version="2.0"><channel><link>/home</link><atom:link rel="self" href="/feed"/><item><title>t</title><link>/a</link><enclosure url="/a.mp3"/></item></channel></rss>',
    ],
    [
      'RSS 1.0',
      '<rdf:RDF xmlns:rdf="r"><channel><link>/home</link></channel><item><link>/a</link><media:content url="/a.mp3"/></item></rdf:RDF>',
    ],
    [
      'Atom',
      '<feed xmlns="http://www.w3.org/2005/Atom"><link href="/home"/><entry><link rel="alternate" href="/a"/><link rel="enclosure" href="/a.mp3"/><link rel="edit" href="/edit"/></entry></feed>',
    ],
  ])('may be a feed: %s', async (_, xml) => {
    expect(await pagesOf(xml)).toEqual({ paths: ['/a'], error: undefined });
    expect((await pagesOf(xml, '', true)).paths).toEqual(['/a', '/a.mp3']);
  });

  it('may be found in a robots.txt', async () => {
    const reader = documents({
      [`${SITE}/robots.txt`]: `# ours\r\nUser-agent: *\r\nDisallow: /x\r\nSITEMAP : ${SITE}/a.xml # main\r\nSitemap: /b.xml\r\n`,
      [`${SITE}/a.xml`]: urlset('/1'),
      [`${SITE}/b.xml`]: urlset('/2'),
      [`${SITE}/none`]: 'User-agent: *\nDisallow: /x\n',
    });
    expect(await expand('sitemap', `${SITE}/robots.txt`, reader)).toEqual({
      urls: [`${SITE}/1`, `${SITE}/2`],
      error: undefined,
    });
    expect(await expand('sitemap', `${SITE}/none`, reader)).toEqual({
      urls: [],
      error: `${SITE}/none names nothing to warm`,
    });
  });

  it('is text with bad lines: each is named, the others are read', async () => {
    const found = await pagesOf(`${SITE}/a\nnot a URL\n${SITE}/b # comment\n`);
    expect(found.paths).toEqual(['/a', '/b']);
    expect(found.error).toContain('has "not a URL" in line 2, which is not a whole URL');
  });
});
