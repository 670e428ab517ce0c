import { createResolver } from '../../../../lambdas/prewarm/net/resolver';
import { TtlCache } from '../../../../lambdas/prewarm/net/ttl-cache';
import {
  type DnsServer,
  startDnsServer,
  type Zone,
  type ZoneAnswer,
} from '../../../../scripts/loopback-cdn/dns-server';

const DISTRIBUTION = 'd111111abcdef8.cloudfront.net';

function addresses(...list: string[]): ZoneAnswer {
  return { kind: 'addresses', addresses: list };
}

const many = Array.from({ length: 60 }, (_, index) => `13.32.0.${index + 1}`);
const NAMES: Readonly<Record<string, ZoneAnswer>> = {
  [DISTRIBUTION]: addresses('13.32.0.1', '13.32.0.2', '2600:9000::1'),
  'www.example.com': { kind: 'addresses', addresses: ['13.32.0.1'], cname: DISTRIBUTION },
  'apex.example.com': addresses('13.32.0.1'),
  'v6only.example.com': addresses('2600:9000::1'),
  'large.example.com': addresses(...many),
  'broken.example.com': { kind: 'servfail' },
  'silent.example.com': { kind: 'silent' },
};

const zone: Zone = (name) => NAMES[name] ?? { kind: 'nxdomain' };

describe('the resolver', () => {
  let dns: DnsServer;
  beforeAll(async () => {
    dns = await startDnsServer(zone);
  });
  afterAll(() => dns.close());
  function create(options: Parameters<typeof createResolver>[0] = {}) {
    return createResolver({ servers: [`127.0.0.1:${dns.port}`], timeoutMs: 200, tries: 1, ...options });
  }

  it('answers addresses and the name at the end of the CNAMEs', async () => {
    const resolver = create();
    expect(await resolver.resolve('WWW.example.com')).toEqual({
      kind: 'addresses',
      addresses: ['13.32.0.1'],
      canonicalName: DISTRIBUTION,
    });
    expect(await resolver.resolve('apex.example.com')).toMatchObject({ canonicalName: 'apex.example.com' });
    expect(await resolver.resolve(DISTRIBUTION)).toMatchObject({
      addresses: ['13.32.0.1', '13.32.0.2'],
      canonicalName: DISTRIBUTION,
    });
  });

  it('takes IPv6 addresses where a name has no others, and only there', async () => {
    expect(await create().resolve(DISTRIBUTION)).toMatchObject({ addresses: ['13.32.0.1', '13.32.0.2'] });
    expect(await create().resolve('v6only.example.com')).toMatchObject({
      addresses: ['2600:9000::1'],
    });
  });

  it('answers what went wrong as data', async () => {
    const resolver = create();
    expect(await resolver.resolve('gone.example.com')).toEqual({ kind: 'unknown-name' });
    expect(await resolver.resolve('broken.example.com')).toMatchObject({
      kind: 'failed',
      message: 'DNS answered ESERVFAIL',
    });
    expect(await resolver.resolve('silent.example.com')).toEqual({
      kind: 'failed',
      message: 'no DNS server answered in time',
    });
    expect(await resolver.resolve('not a name')).toMatchObject({
      kind: expect.stringMatching(/unknown-name|failed/),
    });
    expect(await resolver.resolve('')).toMatchObject({ kind: expect.stringMatching(/unknown-name|failed/) });
  });

  it('reads answers that are too long for one datagram', async () => {
    expect(await create().resolve('large.example.com')).toMatchObject({ addresses: many });
  });

  it('gives up when the caller does', async () => {
    const given = AbortSignal.abort();
    expect(await create().resolve(DISTRIBUTION, given)).toMatchObject({ kind: 'failed' });
    const controller = new AbortController();
    const waiting = create({ timeoutMs: 500 }).resolve('silent.example.com', controller.signal);
    controller.abort();
    expect(await waiting).toEqual({ kind: 'failed', message: 'the look-up was given up' });
  });

  it('asks once for many that want the same name, and again when its life is over', async () => {
    let time = 0;
    const resolver = create({ now: () => time });
    const before = dns.queries.get(DISTRIBUTION) ?? 0;
    function asked() {
      return (dns.queries.get(DISTRIBUTION) ?? 0) - before;
    }
    await Promise.all(Array.from({ length: 20 }, () => resolver.resolve(DISTRIBUTION)));
    expect(asked()).toBe(1);
    time = 59_000;
    await resolver.resolve(DISTRIBUTION);
    expect(asked()).toBe(1);
    time = 61_000;
    await resolver.resolve(DISTRIBUTION);
    expect(asked()).toBe(2);
  });

  it('remembers names that do not exist for a while', async () => {
    let time = 0;
    const resolver = create({ now: () => time });
    await resolver.resolve('none.example.com');
    const asked = dns.queries.get('none.example.com');
    await resolver.resolve('none.example.com');
    expect(dns.queries.get('none.example.com')).toBe(asked);
    time = 31_000;
    await resolver.resolve('none.example.com');
    expect(dns.queries.get('none.example.com')).toBeGreaterThan(asked ?? 0);
  });

  it('answers all of many names with few at a time', async () => {
    const resolver = create({ concurrency: 3 });
    const names = Array.from({ length: 50 }, (_, index) => `n${index}.example.com`);
    const answers = await Promise.all([...names, DISTRIBUTION].map((name) => resolver.resolve(name)));
    expect(answers.map(({ kind }) => kind)).toEqual([...names.map(() => 'unknown-name'), 'addresses']);
  });
});

describe('the cache of the resolver', () => {
  it('never holds more than it may, and lets the oldest go', () => {
    const cache = new TtlCache<number>(2, () => 0);
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    cache.set('c', 3, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 3]);
  });
});
