import { createPopDirectory } from '../../../../lambdas/prewarm/engine/pops/pop-directory';
import { createResolver } from '../../../../lambdas/prewarm/net/resolver';
import { countUrls } from '../../../../scripts/cli/prewarm/count-urls';
import { startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { plainSpec } from '../../../lambdas/prewarm/support/request-spec';
import { closing } from '../../../support/closing';

describe('counting the URLs of a sitemap', () => {
  async function countWith(policy: 'public' | 'any') {
    await using cdn = closing(await startLoopbackCdn());
    const { distributionDomain } = cdn;
    const sources = [{ kind: 'sitemap', url: `https://${distributionDomain}/sitemap.xml` }] as const;
    const counted = await countUrls(
      { spec: plainSpec({ distributionDomain, sources }), urls: async function* () {}, warnings: [] },
      { edgePort: cdn.edgePort },
      {
        directory: createPopDirectory(),
        resolver: createResolver({ servers: [cdn.resolver] }),
        policy,
        ca: cdn.caPem,
      },
      { signal: new AbortController().signal, onRead: () => {} },
    );
    return { counted, asked: cdn.seen.length };
  }

  it('asks no private address unless the operator names a resolver', async () => {
    const { counted, asked } = await countWith('public');
    expect(counted).toEqual({ urls: 0, problems: [expect.stringContaining('(loopback)')] });
    expect(asked).toBe(0);
    expect((await countWith('any')).asked).toBeGreaterThan(0);
  });
});
