import { gzipSync } from 'node:zlib';
import type { AddressPolicy } from '../../../../lambdas/prewarm/engine/addresses/address-guard';
import { guardedResolver } from '../../../../lambdas/prewarm/engine/addresses/guarded-resolver';
import type { RequestSpec } from '../../../../lambdas/prewarm/engine/model/request';
import type { FindDistribution } from '../../../../lambdas/prewarm/engine/ports/find-distribution';
import type { Resolver } from '../../../../lambdas/prewarm/engine/ports/resolver';
import { hostRule } from '../../../../lambdas/prewarm/engine/request/host-rule';
import { createDocumentReader } from '../../../../lambdas/prewarm/net/document-reader';
import { createResolver } from '../../../../lambdas/prewarm/net/resolver';
import { createSourceExpander } from '../../../../lambdas/prewarm/net/source-expander';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn/index';
import { plainSpec } from '../support/request-spec';

const ALIAS = 'www.example.com';

function object(body: string | Uint8Array) {
  return { body };
}

function redirect(location: string) {
  return { body: '', status: 302, location };
}

function sitemap(...locs: string[]): string {
  return `<urlset>${locs.map((loc) => `<url><loc>${loc}</loc></url>`).join('')}</urlset>`;
}

describe('documents of a distribution', () => {
  let cdn: LoopbackCdn;
  let resolver: Resolver;
  beforeAll(async () => {
    cdn = await startLoopbackCdn({
      aliases: [ALIAS],
      objects: {
        '/doc': object('hello'),
        '/large': object('x'.repeat(5000)),
        '/gone': { body: 'no', status: 404 },
        '/moved': redirect('/doc'),
        '/to-alias': redirect(`https://${ALIAS}/doc`),
        '/to-metadata': redirect('http://169.254.169.254/latest/meta-data/'),
        '/to-elsewhere': redirect('https://elsewhere.example/doc'),
        '/to-file': redirect('file:///etc/passwd'),
        '/loop': redirect('/loop'),
        '/index.xml': object(
          '<sitemapindex><sitemap><loc>/a.xml.gz</loc></sitemap><sitemap><loc>/gone</loc></sitemap></sitemapindex>',
        ),
        '/a.xml.gz': object(
          gzipSync(sitemap('/p 1', '/p%201', `https://${ALIAS}/p2`, 'https://elsewhere.example/p3')),
        ),
        '/live.m3u8': object('#EXTM3U\n#EXTINF:4,\nseg.ts\n#EXT-X-ENDLIST\n'),
      },
    });
    resolver = createResolver({ servers: [cdn.resolver] });
  });
  afterAll(() => cdn.close());

  function spec(): RequestSpec {
    return plainSpec({
      distributionDomain: cdn.distributionDomain,
      aliases: [ALIAS],
      headers: [
        { name: 'x-token', value: 's3cret' },
        { name: 'accept-encoding', value: 'br' },
      ],
      timeoutMinutes: 1,
    });
  }
  function edge() {
    return { edgePort: cdn.edgePort, ca: cdn.caPem };
  }
  async function read(
    path: string,
    maxBytes = 10_000,
    policy: AddressPolicy = 'any',
    host = cdn.distributionDomain,
  ) {
    const { distributionDomain, headers } = spec();
    const hosts = hostRule(spec(), resolver);
    const reader = createDocumentReader({
      distributionDomain,
      hosts,
      resolver: guardedResolver(resolver, policy),
      headers,
      ...edge(),
    });
    const { body } = await reader.read(`https://${host}${path}`, maxBytes);
    return Buffer.from(body).toString();
  }

  it('are read from its edges, with the host as SNI and Host and the headers of the request', async () => {
    expect(await read('/doc')).toBe('hello');
    expect(await read('/doc', 10_000, 'any', ALIAS)).toBe('hello');
    const last = cdn.seen.at(-1);
    expect(last).toMatchObject({
      headers: { host: ALIAS, 'x-token': 's3cret', 'accept-encoding': 'identity' },
    });
  });

  it('are read behind redirects within the distribution', async () => {
    expect(await read('/moved')).toBe('hello');
    expect(await read('/to-alias')).toBe('hello');
  });

  it.each([
    ['/to-metadata', '169.254.169.254 is not a host name'],
    ['/to-elsewhere', 'elsewhere.example does not lead to'],
    ['/to-file', 'does not start with http'],
    ['/loop', 'redirects more than 5 times'],
    ['/gone', 'answered 404'],
  ])('are not read from %s', async (path, message) => {
    await expect(read(path)).rejects.toThrow(message);
  });

  it('are not larger than they may be', async () => {
    await expect(read('/large', 4999)).rejects.toThrow('is larger than 4999 bytes');
    expect(await read('/large', 5000)).toHaveLength(5000);
  });

  it('are not read from private addresses without the opt-in: nothing is contacted', async () => {
    const before = cdn.seen.length;
    await expect(read('/doc', 10_000, 'public')).rejects.toThrow('(loopback)');
    expect(cdn.seen).toHaveLength(before);
  });

  async function expandAll(kind: 'sitemap' | 'playlist', path: string, findDistribution?: FindDistribution) {
    const urls: string[] = [];
    let error = '';
    try {
      const expandSource = createSourceExpander({
        resolver: guardedResolver(resolver, 'any'),
        ...edge(),
        findDistribution,
      });
      const source = { kind, url: `https://${cdn.distributionDomain}${path}` };
      for await (const step of expandSource(source, spec())) urls.push(...step.urls);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
    return { urls, error };
  }

  it('expand to normalised URLs of the distribution; what was left out is said at the end', async () => {
    const { urls, error } = await expandAll('sitemap', '/index.xml');
    expect(urls).toEqual([
      `https://${cdn.distributionDomain}/p%201`,
      `https://${cdn.distributionDomain}/p%201`,
      `https://${ALIAS}/p2`,
    ]);
    expect(error).toContain('/gone answered 404');
    expect(error).toContain('1 of its URLs left out, the first is https://elsewhere.example/p3');
  });

  it('name hosts that DNS does not explain, where the alternate names of the distribution have them', async () => {
    const asked: string[] = [];
    const found = { domain: cdn.distributionDomain, aliases: ['elsewhere.example'] };
    const { urls, error } = await expandAll('sitemap', '/index.xml', async (name) => {
      asked.push(name);
      return found;
    });
    expect(urls).toContain('https://elsewhere.example/p3');
    expect(error).not.toContain('left out');
    expect(asked).toEqual([cdn.distributionDomain]);
  });

  it('expand playlists', async () => {
    const base = `https://${cdn.distributionDomain}`;
    expect(await expandAll('playlist', '/live.m3u8')).toEqual({
      urls: [`${base}/live.m3u8`, `${base}/seg.ts`],
      error: '',
    });
    expect((await expandAll('playlist', '/gone')).error).toContain('answered 404');
  });
});
