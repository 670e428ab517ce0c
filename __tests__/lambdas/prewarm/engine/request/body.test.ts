import fc from 'fast-check';
import * as z from 'zod';
import { checkPrewarmBody } from '../../../../../lambdas/prewarm/api/check-prewarm-body';
import { ALLOWED, prewarmBodySchema } from '../../../../../lambdas/prewarm/api/schemas';
import type { RequestSpec } from '../../../../../lambdas/prewarm/engine/model/request';
import type { Resolver } from '../../../../../lambdas/prewarm/engine/ports/resolver';
import { InvalidRequest } from '../../../../../lambdas/prewarm/engine/request/invalid-request';
import {
  body,
  context,
  DISTRIBUTION,
  directory,
  fixedResolver,
  leadsTo,
} from '../../support/request-context';

async function accept(fields: object, resolver?: Resolver): Promise<RequestSpec> {
  return (await checkPrewarmBody(body(fields), context(resolver))).spec;
}

async function refuse(json: unknown, resolver?: Resolver): Promise<InvalidRequest> {
  try {
    await checkPrewarmBody(json, context(resolver));
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

async function issueOf(fields: object, resolver?: Resolver) {
  return (await refuse(body(fields), resolver)).issues[0];
}

describe('the body of POST /prewarm', () => {
  it('needs few fields; the rest has defaults', async () => {
    expect(await accept({})).toEqual({
      distributionDomain: DISTRIBUTION,
      cfDomain: DISTRIBUTION,
      aliases: [],
      pops: expect.any(Array),
      headers: [],
      encodings: ['browser'],
      popsFrom: 'place',
      verify: 'sample',
      skipWarm: false,
      needInvalidate: false,
      instanceCount: 1,
      timeoutMinutes: 5,
      sources: [],
    });
  });

  it('takes every documented field', async () => {
    const spec = await accept({
      aliases: ['WWW.example.com', 'www.example.com'],
      target_type: 'POP',
      pops: ['fra56-p4', 'FRA56-P4', 'NRT57-P3'],
      timeout: 0.5,
      header: ['User-Agent: probe'],
      instance_count: 300,
      need_invalidate: true,
      idempotency_key: 'deploy-42',
      encodings: ['br', 'gzip', 'br', 'identity'],
      verify: 'sample',
      skip_warm: true,
      max_bandwidth_mbps: 12.5,
      range: '64KiB',
      sitemap: `https://${DISTRIBUTION}/sitemap.xml`,
      playlist: ['https://www.example.com/live.m3u8'],
      notify: 'https://hooks.example.com/warm?token=1',
    });
    expect(spec).toEqual({
      distributionDomain: DISTRIBUTION,
      cfDomain: DISTRIBUTION,
      popsFrom: 'codes',
      aliases: ['www.example.com'],
      pops: ['FRA56-P4', 'NRT57-P3'],
      headers: [{ name: 'user-agent', value: 'probe' }],
      encodings: ['br', 'gzip', 'identity'],
      verify: 'sample',
      skipWarm: true,
      rangeBytes: 65_536,
      maxBandwidthMbps: 12.5,
      needInvalidate: true,
      instanceCount: 300,
      timeoutMinutes: 0.5,
      notifyUrl: 'https://hooks.example.com/warm?token=1',
      idempotencyKey: 'deploy-42',
      sources: [
        { kind: 'sitemap', url: `https://${DISTRIBUTION}/sitemap.xml` },
        { kind: 'playlist', url: 'https://www.example.com/live.m3u8' },
      ],
    });
  });

  it('counts null as left out', async () => {
    expect(await accept({ regions: null, header: null, target_type: null, verify: null })).toEqual(
      await accept({}),
    );
  });

  it('takes international aliases in the form that the hosts of URLs get', async () => {
    const { aliases } = await accept({ aliases: ['Bücher.example', 'xn--bcher-kva.example'] });
    expect(aliases).toEqual(['xn--bcher-kva.example']);
  });

  it('names everything that is wrong in one error', async () => {
    const error = await refuse({
      cf_domain: 'd1.cloudfront.cn',
      url_lst: [],
      target_type: 'pops',
      timeout: '5',
      header: ['@/etc/passwd'],
      instance_count: 301,
      aliases: ['*.example.com'],
      range: 'some',
      notify: 'http://hooks.example.com/',
    });
    expect(error.issues.map(({ field }) => field).sort()).toEqual([
      'aliases[0]',
      'cf_domain',
      'header[0]',
      'instance_count',
      'notify',
      'range',
      'target_type',
      'timeout',
      'url_list',
      'url_lst',
    ]);
    expect(error.message).toContain('did you mean "url_list"?');
    expect(error.message).toContain('mainland China');
  });

  it.each([
    ['timeout', undefined],
    ['timeout', 0],
    ['timeout', -1],
    ['timeout', 5761],
    ['instance_count', undefined],
    ['instance_count', 1.5],
    ['instance_count', -1],
    ['need_invalidate', 'false'],
    ['encodings', ['deflate']],
    ['verify', 'some'],
    ['max_bandwidth_mbps', 0],
    ['range', 0],
    ['range', '0.0001KiB'],
    ['idempotency_key', ''],
    ['idempotency_key', 'a b'],
    ['url_list', 'https://a/'],
    ['url_list', undefined],
    ['pops', 'FRA56-P4'],
    ['near_count', 3],
    ['notify', 'https://10.0.0.1/'],
    ['notify', 'https://[::1]/'],
    ['notify', 'https://localhost/'],
    ['notify', 'https://u:p@hooks.example.com/'],
    ['sitemap', 'ftp://a/'],
    ['sitemap', 'https://elsewhere.example/sitemap.xml'],
  ])('refuses %s: %j and says what is allowed', async (field, value) => {
    const error = await refuse(body({ [field]: value }));
    expect(error.issues).toEqual([
      expect.objectContaining({
        field: expect.stringMatching(new RegExp(`^${field}`)),
        allowed: expect.any(String),
      }),
    ]);
  });

  it('names the element of a list that is no string', async () => {
    expect(await issueOf({ url_list: ['https://a/', 7] })).toMatchObject({ field: 'url_list[1]', got: '7' });
  });

  it('bounds the URLs in a body', async () => {
    const json = body({ url_list: new Array(4).fill(`https://${DISTRIBUTION}/a`) });
    await expect(checkPrewarmBody(json, { ...context(), maxInlineUrls: 3 })).rejects.toThrow(
      'url_list: got 4 URLs; allowed: at most 3 in a body; upload a longer one, up to 1000000 URLs: POST /lists',
    );
  });

  it('describes every field for the OpenAPI document', () => {
    const { properties } = z.toJSONSchema(prewarmBodySchema);
    expect(Object.keys(properties ?? {}).sort()).toEqual(Object.keys(ALLOWED).sort());
    for (const property of Object.values(properties ?? {})) expect(property).toHaveProperty('description');
  });
});

describe('targets', () => {
  const chinese = directory.all.filter(({ partition }) => partition === 'aws-cn').map(({ code }) => code);

  it.each([[{}], [{ pops: [] }], [{ target_type: 'region' }], [{ target_type: 'region', regions: ['ALL'] }]])(
    '%j means all regions but mainland China',
    async (fields) => {
      const { pops } = await accept(fields);
      expect(pops).toHaveLength(30);
      expect(pops.filter((code) => chinese.includes(code))).toEqual([]);
    },
  );

  it('that are unknown are compared with known ones only as far as the error shows them', async () => {
    const { issues } = await refuse(
      body({ pops: Array.from({ length: 500 }, (_, index) => `FRAX${index}`) }),
    );
    expect(issues).toHaveLength(500);
    expect(issues.filter(({ hint }) => hint?.startsWith('did you mean'))).toHaveLength(20);
  });

  it('of overlapping lists are taken once', async () => {
    const { pops } = await accept({ target_type: 'Region', regions: ['APAC', 'jp'] });
    expect(pops).toEqual(directory.regions['apac']);
    const twice = ['legacy:malaysia', 'legacy:singapore'];
    expect((await accept({ target_type: 'country', countries: twice })).pops).toEqual(['SIN2-P1', 'SIN2-P2']);
  });

  it('are those of the fixed country lists where no country is named', async () => {
    expect((await accept({ target_type: 'country' })).pops).toHaveLength(10);
    expect((await accept({ target_type: 'country', countries: ['All'] })).pops).toHaveLength(10);
  });

  it('near a place are the closest ones', async () => {
    const { pops } = await accept({ near: '48.14, 11.58', near_count: 4 });
    expect(pops).toEqual(['MUC50-C1', 'MUC50-P1', 'MUC50-P2', 'MUC51-C1']);
    expect((await accept({ near: '-33.9,151.2' })).pops).toHaveLength(3);
  });

  it.each([
    [{ near: '91,0' }, 'near'],
    [{ near: 'Munich' }, 'near'],
    [{ near: '1,2', pops: ['FRA56-P4'] }, 'near'],
  ])('refuses %j', async (fields, field) => {
    expect(await issueOf(fields)).toMatchObject({ field });
  });

  it.each([
    [{ target_type: 'region', regions: ['eu', 'apc'] }, 'regions[1]', '"apc"', '"apac"'],
    [{ target_type: 'country', countries: ['japn'] }, 'countries[0]', '"japn"', '"japan"'],
    [{ target_type: 'country', countries: ['Germny'] }, 'countries[0]', '"Germny"', '"germany"'],
    [{ target_type: 'region', regions: ['Europ'] }, 'regions[0]', '"Europ"', '"europe"'],
    [{ target_type: 'region', regions: ['Germany'] }, 'regions[0]', '"Germany"', 'name the country Germany'],
    [
      { target_type: 'country', countries: ['Island'] },
      'countries[0]',
      '"Island"',
      /no point of presence is listed in Iceland; the nearest listed ones are DUB\S+ \(Dublin\), .*: name them as pops, or take near 6\d\.\d,-1\d\.\d$/,
    ],
    [
      { target_type: 'country', countries: ['legacy:germany'] },
      'countries[0]',
      '"legacy:germany"',
      undefined,
    ],
    [{ pops: ['FRA56_P5'] }, 'pops[0]', '"FRA56_P5"', '"FRA56-P'],
    [{ pops: ['FRA56-P5-1'] }, 'pops[0]', '"FRA56-P5-1"', '"FRA56-P'],
    [{ pops: ['muc'] }, 'pops[0]', '"muc"', '"MUC50-C1"'],
    [{ target_type: 'regoin' }, 'target_type', '"regoin"', '"region"'],
    [{ target_type: 'region', regions: ['constructor'] }, 'regions[0]', '"constructor"', undefined],
  ])('names an unknown one of %j and the nearest', async (fields, field, got, near) => {
    const issue = await issueOf(fields);
    expect(issue).toMatchObject({ field, got });
    if (near) expect(issue?.hint).toMatch(near);
  });
});

async function popsOfCountries(...countries: string[]) {
  return (await accept({ target_type: 'country', countries })).pops;
}

function standingIn(...countries: readonly string[]) {
  return directory.all.filter(({ country }) => countries.includes(country)).map(({ code }) => code);
}

describe('countries', () => {
  it.each([
    ['JP', ['japan', 'JAPAN', 'jp', 'JPN', '392', '日本', 'Nippon', 'Japon', 'Japón', 'Япония']],
    [
      'KR',
      ['south_korea', 'South Korea', 'korea', 'Republic of Korea', 'ROK', '韩国', '南韓', '대한민국', '한국'],
    ],
    [
      'GB',
      ['uk', 'U.K.', 'Great Britain', 'united-kingdom', 'England', '英国', '英國', 'Royaume-Uni', 'gbr'],
    ],
    ['US', ['usa', 'U.S.A.', 'the United States', 'United States of America', 'America', '美国', '美國']],
    ['AE', ['uae', 'United Arab Emirates', 'Emirates', '阿联酋', 'الإمارات العربية المتحدة']],
    ['DE', ['germany', 'Deutschland', 'Allemagne', '德国', 'DEU']],
    ['BR', ['Brasil', 'brazil', '巴西']],
    ['ES', ['España', 'Espana', 'spain', '西班牙']],
    ['CH', ['Schweiz', 'Suisse', 'Svizzera', 'switzerland']],
    ['NL', ['Holland', 'The Netherlands', 'Nederland']],
    ['CZ', ['Czechia', 'Czech Republic', 'Česko']],
    ['VN', ['vietnam', 'Viet Nam', 'Việt Nam', '越南']],
    ['IN', ['india', 'Bharat', '印度', 'भारत']],
    ['AU', ['australia', '澳大利亚', '澳洲']],
    ['NZ', ['new zealand', 'New-Zealand', '新西兰', '紐西蘭']],
    ['ID', ['indonesia', '印度尼西亚', '印尼']],
    ['MY', ['malaysia', '马来西亚']],
    ['PH', ['philippines', 'The Philippines', '菲律宾']],
    ['SG', ['singapore', '新加坡', 'Singapura']],
    ['TH', ['thailand', '泰国', 'ประเทศไทย', 'ไทย']],
    ['TW', ['taiwan', '台湾', '台灣', '臺灣']],
    ['HK', ['Hong Kong', 'hongkong', '香港', 'Hong Kong SAR']],
    ['ZA', ['South Africa', 'Suid-Afrika', 'south_africa', '南非']],
    ['IE', ['Ireland', 'Éire', '爱尔兰']],
  ])('are the PoPs that stand there, the same for every name of %s', async (code, names) => {
    const there = standingIn(code);
    expect(there.length).toBeGreaterThan(0);
    const found = await Promise.all([code, ...names].map((name) => popsOfCountries(name)));
    expect(Object.fromEntries([code, ...names].map((name, index) => [name, found[index]]))).toEqual(
      Object.fromEntries([code, ...names].map((name) => [name, there])),
    );
  });

  it('have their fixed lists under names of their own', async () => {
    for (const [name, codes] of Object.entries(directory.countries))
      if (name !== 'all') expect(await popsOfCountries(`Legacy:${name}`)).toEqual(codes);
  });

  it('of mainland China are refused, since their PoPs serve cloudfront.cn', async () => {
    for (const name of ['china', 'CN', '中国'])
      expect(await issueOf({ target_type: 'country', countries: [name] })).toMatchObject({
        field: 'countries',
        hint: expect.stringContaining('legacy:china'),
      });
  });
});

describe('regions', () => {
  it('are the fixed lists of the compatible API, or parts of the world', async () => {
    async function popsOf(...regions: string[]) {
      return (await accept({ target_type: 'region', regions })).pops;
    }
    expect(await popsOf('eu')).toEqual(directory.regions['eu']);
    expect(await popsOf('legacy:EU')).toEqual(directory.regions['eu']);
    const europe = await popsOf('Europe');
    expect(europe).toEqual(expect.arrayContaining([...standingIn('DE', 'FR', 'GB', 'PL')]));
    expect(europe).not.toEqual(expect.arrayContaining([...standingIn('US')]));
    expect(await popsOf('South America')).toEqual(expect.arrayContaining([...standingIn('BR')]));
    expect(await popsOf('middle-east')).toEqual(expect.arrayContaining([...standingIn('AE', 'IL')]));
    expect(await popsOf('asia_pacific')).not.toEqual(expect.arrayContaining([...standingIn('CN')]));
  });
});

describe('codes that no list has', () => {
  it.each([
    ['GRU3-P7 LOS50-P5 FRA60-P14 BOM78-P11 SEA900-P1 IAD12-P5 HKG1-P1 AMS58-P6 LHR82-P2 IAD61-P10'],
    [
      'DTW50-C1 BNA50-P1 PIT50-P1 TPA50-C1 LIM50-P2 BLA50-P1 IST50-P1 JED50-P1 DOH50-P1 CAI50-C1 SGN50-P1 PNQ50-P1 BNE50-P1',
    ],
    ['fra56-p77 CPT50'],
  ])('are taken where their airport is known: %s', async (codes) => {
    const { pops } = await accept({ pops: codes.split(' ') });
    expect(pops).toEqual(codes.toUpperCase().split(' '));
  });

  it('and whose airport is not known are taken where DNS has an address for them, else refused', async () => {
    const resolver = fixedResolver({ [`d111111abcdef8.QQQ1-P1.cloudfront.net`]: leadsTo('', '13.32.0.1') });
    expect((await accept({ pops: ['QQQ1-P1', 'FRA56-P4'] }, resolver)).pops).toEqual(['QQQ1-P1', 'FRA56-P4']);
    expect(await issueOf({ pops: ['FRA56-P4', 'QQQ2-P1'] }, resolver)).toMatchObject({
      field: 'pops[1]',
      got: '"QQQ2-P1"',
    });
  });
});

describe('a body that is no object', () => {
  it.each([[null], [[]], ['text'], [5]])('is refused in one sentence: %j', async (json) => {
    expect((await refuse(json)).issues).toMatchObject([{ field: 'body', allowed: 'a JSON object' }]);
  });
});

describe('encodings', () => {
  it('follow an Accept-Encoding among the headers', async () => {
    expect((await accept({ header: { 'Accept-Encoding': 'br' } })).encodings).toEqual(['header']);
  });

  it('are not named twice', async () => {
    expect(await issueOf({ header: ['accept-encoding: br'], encodings: ['gzip'] })).toMatchObject({
      field: 'encodings',
    });
  });
});

describe('the distribution', () => {
  const resolver = fixedResolver({
    'www.example.com': leadsTo(DISTRIBUTION),
    'elsewhere.example.com': leadsTo('elb.example.net'),
    'broken.example.com': { kind: 'failed', message: 'no DNS server answered in time' },
  });

  it('may be named by a CNAME of it', async () => {
    const spec = await accept({ cf_domain: 'WWW.example.com' }, resolver);
    expect(spec).toMatchObject({ distributionDomain: DISTRIBUTION, cfDomain: 'www.example.com' });
  });

  it('is that of the first URL, or of the sitemap, where cf_domain is left out', async () => {
    expect((await accept({ cf_domain: undefined })).distributionDomain).toBe(DISTRIBUTION);
    const json = { timeout: 1, instance_count: 0, sitemap: 'https://www.example.com/sitemap.xml' };
    const { spec, urlCount } = await checkPrewarmBody(json, context(resolver));
    expect(spec).toMatchObject({ distributionDomain: DISTRIBUTION, cfDomain: 'www.example.com' });
    expect(urlCount).toBe(0);
    expect((await refuse({ timeout: 1, instance_count: 0, url_list: [] })).issues[0]).toMatchObject({
      field: 'cf_domain',
    });
  });

  it.each([
    ['https://d1.cloudfront.net', 'host name alone'],
    ['169.254.169.254', 'host name alone'],
    ['localhost', 'host name alone'],
    ['d1.fra56-p4.cloudfront.net', 'one label'],
    ['elsewhere.example.com', 'DNS does not lead from it'],
    ['unknown.example.com', 'does not exist'],
    ['broken.example.com', 'in time'],
    ['d1.cloudfront.cn', 'mainland China'],
    ['', 'host name alone'],
  ])('is not %j', async (cfDomain, hint) => {
    expect(await issueOf({ cf_domain: cfDomain }, resolver)).toMatchObject({
      field: 'cf_domain',
      hint: expect.stringContaining(hint),
    });
  });
});

describe('any JSON', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(null, '', [], {}, -1, 1e308, 'x'.repeat(200)),
  );
  const json = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(...Object.keys(ALLOWED), '__proto__', 'constructor', 'x'), value),
    fc.dictionary(fc.constantFrom(...Object.keys(ALLOWED)), value).map((fields) => body(fields)),
  );

  it('is accepted or refused with InvalidRequest, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (input) => {
        const result = await checkPrewarmBody(input, context()).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toBeInstanceOf(InvalidRequest);
          expect(result.message).not.toBe('');
          return;
        }
        expect(result).toHaveProperty('spec.distributionDomain');
      }),
      { numRuns: 500 },
    );
  });

  it('never brings a header value into the error', async () => {
    const secret = 'S3CRETvalue';
    const header = fc.oneof(
      fc.array(
        fc.constantFrom(
          `Authorization: ${secret}\n`,
          `Host: ${secret}`,
          secret,
          `${secret} : a`,
          `@${secret}`,
        ),
      ),
      fc.constantFrom<unknown>(secret, { [secret]: 1 }, { 'a\n': secret }, [[secret]], { a: { b: secret } }, [
        1,
        secret,
      ]),
    );
    await fc.assert(
      fc.asyncProperty(header, async (written) => {
        const error = await refuse(body({ header: written, timeout: 'x' }));
        expect(error.message + JSON.stringify(error.issues)).not.toContain(secret);
      }),
    );
  });
});
