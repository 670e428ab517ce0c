import { createSocket } from 'node:dgram';
import * as packets from 'dns-packet';
import { addressRefusal } from '../../../../lambdas/prewarm/engine/addresses/address-guard';
import { createPopDirectory } from '../../../../lambdas/prewarm/engine/pops/pop-directory';
import { discoverEdges } from '../../../../lambdas/prewarm/net/client-subnet';
import { CLIENT_SUBNETS } from '../../../../lambdas/prewarm/net/client-subnets';
import { askDns, parseServer } from '../../../../lambdas/prewarm/net/dns-exchange';
import { type DnsServer, startDnsServer, type Zone } from '../../../../scripts/loopback-cdn/dns-server';

const DISTRIBUTION = 'd111111abcdef8.cloudfront.net';
const many = Array.from({ length: 100 }, (_, index) => `13.33.0.${index + 1}`);

const zone: Zone = (name, clientSubnet) => {
  if (name === DISTRIBUTION) {
    if (clientSubnet === '18.184.0.0') return { kind: 'addresses', addresses: ['13.32.0.1', '13.32.0.9'] };
    if (clientSubnet === '13.112.0.0') return { kind: 'addresses', addresses: many };
    if (clientSubnet === '18.228.0.0') return { kind: 'silent' };
    if (clientSubnet === '3.80.0.0') return { kind: 'servfail' };
    return { kind: 'nxdomain' };
  }
  if (name === '1.0.32.13.in-addr.arpa')
    return { kind: 'pointer', name: 'server-13-32-0-1.fra56.r.cloudfront.net' };
  if (/^\d+\.0\.33\.13\.in-addr\.arpa$/.test(name))
    return { kind: 'pointer', name: 'server-x.nrt57-p3.r.cloudfront.net' };
  return { kind: 'nxdomain' };
};

describe('discovery of edges by client subnet', () => {
  let dns: DnsServer;
  beforeAll(async () => {
    dns = await startDnsServer(zone);
  });
  afterAll(() => dns.close());
  /** Long enough for every answer that comes, also on a busy machine; a silent network is waited for as long. */
  const PATIENT_MS = 200_000;
  const SILENT_MS = 3_000;
  function discover(clientSubnets: readonly string[], timeoutMs = PATIENT_MS) {
    return discoverEdges({
      distributionDomain: DISTRIBUTION,
      clientSubnets,
      server: { host: '127.0.0.1', port: dns.port },
      timeoutMs,
    });
  }

  it('names the sites that answer clients of a network', async () => {
    expect(await discover(['18.184.0.0/24'])).toEqual([
      {
        kind: 'edges',
        clientSubnet: '18.184.0.0/24',
        edges: [{ address: '13.32.0.1', site: 'FRA56' }, { address: '13.32.0.9' }],
      },
    ]);
  });

  it('asks again over TCP where the answer is too long for a datagram', async () => {
    const [found] = await discover(['13.112.0.0/24']);
    if (found?.kind !== 'edges') throw new Error('no edges');
    expect(found.edges.map(({ address }) => address)).toEqual(many);
    expect(new Set(found.edges.map(({ site }) => site))).toEqual(new Set(['NRT57-P3']));
  });

  it('reports a network that gets no answer, and goes on with the others', async () => {
    expect(
      await discover(['18.228.0.0/24', '3.80.0.0/24', '9.9.9.0/24', 'fra', '18.184.0.0/24'], SILENT_MS),
    ).toMatchObject([
      { kind: 'failed', message: 'no DNS server answered in time' },
      { kind: 'failed', message: 'the DNS server answered with code 2' },
      { kind: 'edges', edges: [] },
      { kind: 'failed', clientSubnet: 'fra' },
      { kind: 'edges', edges: [{ site: 'FRA56' }, {}] },
    ]);
  });

  it('asks as public networks, for lists that exist', () => {
    const { regions, countries } = createPopDirectory();
    for (const [name, networks] of Object.entries(CLIENT_SUBNETS)) {
      expect(regions[name] ?? countries[name]).toBeDefined();
      for (const network of networks)
        expect(addressRefusal(network.split('/')[0] ?? '', 'public')).toBeUndefined();
    }
  });
});

describe('a DNS exchange', () => {
  it('passes over answers with another id or to another question', async () => {
    const server = createSocket('udp4');
    server.on('message', (message, from) => {
      const query = packets.decode(message);
      function answer(changes: packets.Packet, data: string): void {
        const packet = packets.encode({
          type: 'response',
          id: query.id ?? 0,
          questions: query.questions ?? [],
          answers: [{ type: 'A', name: DISTRIBUTION, ttl: 1, data }],
          ...changes,
        });
        server.send(packet, from.port, from.address);
      }
      server.send(Buffer.from('junk'), from.port, from.address);
      answer({ id: ((query.id ?? 0) + 1) & 0xffff }, '6.6.6.1');
      answer({ questions: [{ type: 'A', name: 'other.example' }] }, '6.6.6.2');
      answer({}, '13.32.0.1');
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    try {
      const { answers } = await askDns(
        { name: DISTRIBUTION, type: 'A' },
        { host: '127.0.0.1', port: server.address().port },
        200_000,
      );
      expect(answers).toMatchObject([{ data: '13.32.0.1' }]);
    } finally {
      server.close();
    }
  });

  it.each([
    ['127.0.0.1:5353', { host: '127.0.0.1', port: 5353 }],
    ['8.8.8.8', { host: '8.8.8.8', port: 53 }],
    ['[::1]:5353', { host: '::1', port: 5353 }],
    ['::1', { host: '::1', port: 53 }],
  ])('goes to %s', (text, expected) => {
    expect(parseServer(text)).toEqual(expected);
  });

  it.each(['', 'localhost:53', '1.2.3:53', '127.0.0.1:0', '127.0.0.1:70000'])('does not go to %j', (text) => {
    expect(() => parseServer(text)).toThrow('HOST:PORT');
  });
});
