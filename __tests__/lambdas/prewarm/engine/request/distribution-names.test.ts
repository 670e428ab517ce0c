import { checkPrewarmBody } from '../../../../../lambdas/prewarm/api/check-prewarm-body';
import type {
  FindDistribution,
  FoundDistribution,
} from '../../../../../lambdas/prewarm/engine/ports/find-distribution';
import { body, context, DISTRIBUTION, fixedResolver } from '../../support/request-context';

/** Names under an alias record of Route 53: addresses, and no CNAME that leads anywhere. */
const aliasRecords = fixedResolver({
  'www.example.com': { kind: 'addresses', addresses: ['13.32.0.1'], canonicalName: 'www.example.com' },
  'a.b.example.org': { kind: 'addresses', addresses: ['13.32.0.1'], canonicalName: 'a.b.example.org' },
  'other.example.net': { kind: 'addresses', addresses: ['13.32.0.1'], canonicalName: 'other.example.net' },
});

const FOUND: FoundDistribution = { domain: DISTRIBUTION, aliases: ['www.example.com', '*.example.org'] };

const find: FindDistribution = async (name) =>
  [FOUND.domain, ...FOUND.aliases].includes(name) ? FOUND : 'none';

async function check(fields: object, findDistribution: FindDistribution | undefined = find) {
  const checked = await checkPrewarmBody(body(fields), {
    ...context(aliasRecords),
    ...(findDistribution !== undefined && { findDistribution }),
    unknownFields: 'ignore',
  });
  const urls: string[] = [];
  for await (const url of checked.urls) urls.push(url);
  return { ...checked, urls };
}

describe('a name under an alias record', () => {
  const url = 'https://www.example.com/a';

  it('is that of the distribution where the account says so', async () => {
    const { spec, urls } = await check({ cf_domain: 'www.example.com', url_list: [url] });
    expect(spec.distributionDomain).toBe(DISTRIBUTION);
    expect(urls).toEqual([url]);
  });

  it('may be the host of a URL, also by a wildcard', async () => {
    const list = [url, 'https://a.b.example.org/b'];
    expect((await check({ cf_domain: DISTRIBUTION, url_list: list })).urls).toEqual(list);
  });

  it('is refused where nothing says whose it is, with what was tried', async () => {
    await expect(check({ cf_domain: 'other.example.net' })).rejects.toThrow(
      'DNS does not lead from it to a distribution, and no distribution of this account has it',
    );
    const refused = check({ cf_domain: DISTRIBUTION, url_list: ['https://other.example.net/'] });
    await expect(refused).rejects.toMatchObject({
      urls: [{ reason: expect.stringContaining('and is not among its alternate names; name it in aliases') }],
    });
  });

  it('is refused with what was not tried, where CloudFront may not be asked or nobody asks it', async () => {
    const notAsked: FindDistribution = async () => 'not-asked';
    await expect(check({ cf_domain: 'www.example.com' }, notAsked)).rejects.toThrow(
      "DNS does not lead from it to a distribution, and CloudFront could not be asked which distribution has it; give the distribution's cloudfront.net name",
    );
    const reasons = [
      [notAsked, 'and CloudFront could not be asked for its alternate names; name it in aliases'],
      [async () => 'none', 'and this account has no such distribution; name it in aliases'],
    ] as const satisfies readonly (readonly [FindDistribution, string])[];
    for (const [ask, reason] of reasons)
      await expect(check({ cf_domain: DISTRIBUTION, url_list: [url] }, ask)).rejects.toMatchObject({
        urls: [{ reason: expect.stringContaining(reason) }],
      });
    const nobody = checkPrewarmBody(body({ cf_domain: 'www.example.com' }), context(aliasRecords));
    await expect(nobody).rejects.toThrow('DNS does not lead from it to a distribution; give');
  });

  it('counts also where DNS has no answer, since the account knows it', async () => {
    const alias = 'hidden.example.org';
    const ask: FindDistribution = async () => ({ domain: DISTRIBUTION, aliases: [alias] });
    for (const resolution of [
      { kind: 'unknown-name' },
      { kind: 'failed', message: 'no DNS server answered in time' },
    ] as const) {
      const checked = await checkPrewarmBody(body({ cf_domain: alias, url_list: [`https://${alias}/a`] }), {
        ...context(fixedResolver({ [alias]: resolution })),
        findDistribution: ask,
      });
      expect(checked.spec.distributionDomain).toBe(DISTRIBUTION);
      const urls: string[] = [];
      for await (const each of checked.urls) urls.push(each);
      expect(urls).toEqual([`https://${alias}/a`]);
    }
  });
});

describe('a body of the compatible API', () => {
  it('may have fields of its own, which are ignored with a warning', async () => {
    const { warnings } = await check({ cf_domain: DISTRIBUTION, protocol: 'https', time_out: 3 });
    expect(warnings).toEqual([
      'protocol: an unknown field is ignored; leave it out',
      expect.stringMatching(/^time_out: an unknown field is ignored; did you mean "timeout"/),
    ]);
  });

  it.each([
    ['true', true],
    [1, true],
    ['', false],
    [0, false],
    [[], false],
    [{}, false],
    [[0], true],
  ])('has need_invalidate %j taken as %j', async (written, taken) => {
    const { spec, warnings } = await check({ cf_domain: DISTRIBUTION, need_invalidate: written });
    expect(spec.needInvalidate).toBe(taken);
    expect(warnings).toEqual([expect.stringMatching(/^need_invalidate: got .*, taken as/)]);
  });
});
