import fc from 'fast-check';
import { dedupe } from '../../../../../lambdas/prewarm/engine/flow/dedupe';
import { hostRule } from '../../../../../lambdas/prewarm/engine/request/host-rule';
import { InvalidUrls } from '../../../../../lambdas/prewarm/engine/request/invalid-request';
import { checkedUrls, normaliseUrls } from '../../../../../lambdas/prewarm/engine/request/normalise-urls';
import { parseUrl } from '../../../../../lambdas/prewarm/engine/request/url';
import { DigestedUrls } from '../../../../../lambdas/prewarm/runtime/seen-urls';
import { DISTRIBUTION, fixedResolver, leadsTo } from '../../support/request-context';

const names = { distributionDomain: DISTRIBUTION, cfDomain: 'www.example.com', aliases: ['img.example.com'] };

function rulesOf(resolver = fixedResolver(), maxUrls = 1_000_000) {
  return {
    hosts: hostRule(names, resolver),
    maxUrls,
  };
}

function at(path: string, host = DISTRIBUTION): string {
  return `https://${host}/${path}`;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function run(
  lines: AsyncIterable<string> | Iterable<string>,
  rules: Parameters<typeof normaliseUrls>[1],
) {
  const batches = await collect(normaliseUrls(lines, rules));
  return {
    urls: batches.flatMap(({ urls }) => urls),
    invalid: batches.flatMap(({ invalid }) => invalid),
  };
}

describe('a list of URLs', () => {
  it('is normalised first and deduplicated then, the order kept', async () => {
    const lines = [at('b'), at('a b'), at('a%20b'), at('b#top'), at('a')];
    expect((await collect(dedupe(checkedUrls(lines, rulesOf()), new DigestedUrls()))).flat()).toEqual([
      at('b'),
      at('a%20b'),
      at('a'),
    ]);
  });

  it('is deduplicated across batches, to the same as a set', async () => {
    const path = fc.constantFrom('a', 'b', 'a b', 'a%20b', 'c#x', 'c', '(', '%28');
    await fc.assert(
      fc.asyncProperty(fc.array(path, { maxLength: 3000, minLength: 0, size: 'max' }), async (paths) => {
        const lines = paths.map((text) => at(text));
        const urls = await collect(dedupe(checkedUrls(lines, rulesOf()), new DigestedUrls()));
        expect(urls.flat()).toEqual([...new Set(lines.map((line) => parseUrl(line).url))]);
      }),
      { numRuns: 30 },
    );
  });

  it('may have the hosts of the distribution: its own, cf_domain, aliases, and what leads to it', async () => {
    const resolver = fixedResolver({
      'cdn.example.com': leadsTo(DISTRIBUTION),
      'other.example.com': leadsTo('d999.cloudfront.net'),
    });
    const hosts = [
      'www.example.com',
      'img.example.com',
      'cdn.example.com',
      'other.example.com',
      '10.0.0.1',
      'gone.example.com',
    ];
    const lines = Array.from({ length: 2500 }, (_, index) => at(String(index), hosts[index % hosts.length]));
    const { urls, invalid } = await run(lines, rulesOf(resolver));
    expect(new Set(urls.map((url) => new URL(url).host))).toEqual(
      new Set(['www.example.com', 'img.example.com', 'cdn.example.com']),
    );
    expect(urls.length + invalid.length).toBe(2500);
    expect(invalid[0]).toEqual({
      url: at('3', 'other.example.com'),
      reason: `other.example.com does not lead to ${DISTRIBUTION}; name it in aliases if ${DISTRIBUTION} serves it`,
    });
    // Each name once, and no address at all.
    expect(resolver.asked.sort()).toEqual(['cdn.example.com', 'gone.example.com', 'other.example.com']);
  });

  it('does not make us look up names without end', async () => {
    const resolver = fixedResolver();
    const lines = Array.from({ length: 1500 }, (_, index) => at('', `h${index}.example.com`));
    const { invalid } = await run(lines, rulesOf(resolver));
    expect(invalid).toHaveLength(1500);
    expect(resolver.asked).toHaveLength(200);
    expect(invalid.at(-1)?.reason).toContain('200 other hosts were');
  });

  it('has a largest size', async () => {
    const endless = (function* () {
      for (;;) yield at('a');
    })();
    await expect(run(endless, rulesOf(fixedResolver(), 10))).rejects.toThrow(
      'url_list: got more than 10 URLs',
    );
  });

  it('comes out one by one where all are right', async () => {
    expect(await collect(checkedUrls([at('a'), at('b')], rulesOf()))).toEqual([at('a'), at('b')]);
    expect(await collect(checkedUrls([], rulesOf()))).toEqual([]);
  });

  it('is refused as a whole, with every bad URL once, where any is wrong', async () => {
    const lines = (async function* () {
      yield at('a');
      yield 'ftp://a b/';
      yield at('b');
      yield 'ftp://a%20b/';
      yield at('c', 'elsewhere.example.com');
    })();
    const error = await collect(checkedUrls(lines, rulesOf())).catch((thrown: unknown) => thrown);
    if (!(error instanceof InvalidUrls)) throw new Error('it was accepted');
    expect(error.message).toBe('Invalid URLs');
    expect(error.urls.map(({ url }) => url)).toEqual(['ftp://a%20b/', at('c', 'elsewhere.example.com')]);
    expect(error.count).toBe(3);
  });
});
