import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { runCli, runCliHere, towards } from './cli-process';

const POP = 'FRA56-P4';
const HOST = 'www.example.com';

let cdn: LoopbackCdn;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warmpath-sources-test-'));
  cdn = await startLoopbackCdn({
    pops: [POP],
    aliases: [HOST],
    objects: {
      '/sitemap.xml': { body: '', status: 301, location: '/wp/wp-sitemap.xml' },
      '/wp/wp-sitemap.xml': {
        body: '<urlset xmlns:image="i"><url><loc>a.html</loc><image:image><image:loc>a.jpg</image:loc></image:image></url><url><loc>b.html</loc></url><url><loc>c.txt</loc></url></urlset>',
      },
      '/live.m3u8': { body: '', status: 302, location: '/sessions/42/master.m3u8' },
      '/sessions/42/master.m3u8': { body: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n' },
      '/sessions/42/low.m3u8': { body: '', status: 307, location: '/edge/low/index.m3u8' },
      // What relative URLs would name if they lay below the URL before the redirect.
      '/low.m3u8': { body: 'no', status: 404 },
      '/a.html': { body: 'no', status: 404 },
      '/edge/low/index.m3u8': { body: gzipSync('#EXTM3U\n#EXTINF:6,\ns1.ts\n#EXT-X-ENDLIST\n') },
    },
  });
});
afterAll(async () => {
  await cdn.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Runs with these options, and returns the paths that the PoP was asked for by the fetches of the run. */
async function warmed(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly paths: readonly string[] }> {
  for (const pop of cdn.pops) pop.clear();
  const { code, stdout, stderr } = await runCli([
    ...['prewarm', 'run', ...args, '--cf-domain', cdn.distributionDomain, '--alias', HOST, '--pops', POP],
    ...[...towards(cdn), '--json', '--report', join(folder, 'report.json')],
  ]);
  if (stdout === '') throw new Error(stderr);
  const seen = cdn.seen.slice(before).filter(({ headers }) => headers['accept-encoding'] !== 'identity');
  before = cdn.seen.length;
  return { code, paths: [...new Set(seen.map(({ path }) => path))].sort() };
}
let before = 0;

describe('what a run takes its URLs from', () => {
  it('is a document behind redirects: its URLs lie below where it came from', async () => {
    expect(await warmed('--sitemap', `https://${HOST}/sitemap.xml`)).toEqual({
      code: 0,
      paths: ['/wp/a.html', '/wp/b.html', '/wp/c.txt'],
    });
    expect(await warmed('--playlist', `https://${HOST}/live.m3u8`)).toEqual({
      code: 0,
      paths: ['/edge/low/index.m3u8', '/edge/low/s1.ts', '/sessions/42/master.m3u8'],
    });
  });

  it('belongs to the distribution that the first URL leads to where none is named', async () => {
    const list = await write('hosts.txt', `# pages\nhttps://${HOST}/first.html\n`);
    for (const what of [[list], ['--sitemap', `https://${HOST}/sitemap.xml`]]) {
      const { code, stdout } = await runCli([
        ...['prewarm', 'run', ...what, '--pops', POP, ...towards(cdn), '--json'],
      ]);
      expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, failed: 0 });
    }
    before = cdn.seen.length;
  });

  it('is counted by a dry run as a run would find it, each URL once, and nothing else is asked for', async () => {
    const list = await write('dry.txt', `https://${HOST}/wp/a.html\nhttps://${HOST}/x.html\n`);
    async function dry(...args: string[]) {
      const { code, stdout } = await runCli([
        ...['prewarm', 'run', ...args, '--cf-domain', cdn.distributionDomain, '--alias', HOST],
        ...['--pops', POP, ...towards(cdn), '--dry-run', '--json'],
      ]);
      return { code, ...JSON.parse(stdout) };
    }
    const sources = ['--sitemap', `https://${HOST}/sitemap.xml`, '--playlist', `https://${HOST}/live.m3u8`];
    expect(await dry(list, ...sources)).toMatchObject({ code: 0, urls: 7, fetches: 7, unread_sources: [] });
    expect(await dry(list, ...sources, '--limit', '3')).toMatchObject({ code: 0, urls: 3 });
    expect(await dry(list, '--sitemap', `https://${HOST}/none.html`)).toMatchObject({
      code: 1,
      urls: 2,
      unread_sources: [expect.stringMatching(/^sitemap https:.*\/none\.html: /)],
    });
    const asked = cdn.seen.slice(before).map(({ path }) => path);
    before = cdn.seen.length;
    expect(asked.filter((path) => /[ab]\.html|c\.txt|s1\.ts/.test(path))).toEqual([]);
  });

  it('is bounded by patterns and a limit, wherever it comes from', async () => {
    const sitemap = ['--sitemap', `https://${HOST}/sitemap.xml`];
    expect((await warmed(...sitemap, '--include', '*.html', '--exclude', '/wp/b*')).paths).toEqual([
      '/wp/a.html',
    ]);
    expect((await warmed(...sitemap, '--sitemap-media', '--limit', '2')).paths).toEqual([
      '/wp/a.html',
      '/wp/a.jpg',
    ]);
    const list = await write(
      'list.json',
      JSON.stringify(['/x.html?a=1', '/y.html', '/z.txt'].map((path) => `https://${HOST}${path}`)),
    );
    expect((await warmed(list, ...sitemap, '--include', '*.html', '--limit', '3')).paths).toEqual([
      '/wp/a.html',
      '/x.html?a=1',
      '/y.html',
    ]);
  });

  it('is a list as people write it, each URL as a browser asks for it', async () => {
    const lines = [
      `https://${HOST}/photo (1).jpg`,
      `"https://${HOST}/%28x%29.jpg"`,
      `https://${HOST}/it's # ours`,
    ];
    const list = await write('list.txt.gz', gzipSync(`URL\r\n${lines.join('\r\n')}`));
    expect(await warmed(list)).toEqual({ code: 0, paths: ['/%28x%29.jpg', "/it's", '/photo%20(1).jpg'] });
  });

  it.each([
    [
      'robots.txt',
      'User-agent: *\nSitemap: https://a/s.xml',
      /LIST: .*robots.txt is a robots.txt; give its URL as a sitemap/,
    ],
    [
      'latin1.txt',
      Buffer.from(`https://${HOST}/caf\u00e9`, 'latin1'),
      /LIST: .*bytes in line 1 that are not UTF-8/,
    ],
    [
      'paths.txt',
      '/images/*\n',
      /LIST: 1 of the URLs .*\n.*paths and wildcards are not read: give whole URLs/,
    ],
    ['deep.json', `{"a":${'['.repeat(1_000)}`, /LIST: .*more than 32 levels of nesting/],
    ['long.txt', 'a'.repeat(100_000), /LIST: .*more than 65536 characters in line 1/],
  ])('is not %s: it is refused by name, and nothing is asked', async (name, content, message) => {
    const seen = cdn.seen.length;
    const file = await write(name, content);
    const { code, stderr } = await runCliHere([
      ...[
        'prewarm',
        'run',
        file,
        '--cf-domain',
        cdn.distributionDomain,
        '--pops',
        POP,
        '--resolver',
        cdn.resolver,
      ],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(cdn.seen).toHaveLength(seen);
  });

  it('is chosen by patterns and a limit that are checked with all else', async () => {
    const list = await write('one.txt', `https://${HOST}/a`);
    const { code, stderr } = await runCliHere([
      ...['prewarm', 'run', list, '--cf-domain', cdn.distributionDomain, '--alias', HOST, '--pops', POP],
      ...['--include', 'images/*', '--limit', 'many', '--resolver', cdn.resolver],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--include\[0\]: got "images\/\*"; allowed: patterns that begin with/);
    expect(stderr).toMatch(/--limit: got "many"; allowed: a whole number from 1/);
  });
});
