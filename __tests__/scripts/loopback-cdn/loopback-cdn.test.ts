import { createSocket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { request } from 'node:https';
import { connect } from 'node:net';
import * as packet from 'dns-packet';
import { type LoopbackCdn, startLoopbackCdn } from '../../../scripts/loopback-cdn';

let cdn: LoopbackCdn;
const many = Array.from({ length: 60 }, (_, n) => `198.51.100.${n}`);

beforeAll(async () => {
  cdn = await startLoopbackCdn({
    pops: ['FRA56-P4', 'NRT57-P3'],
    addressesPerPop: 2,
    aliases: ['www.example.com'],
    records: {
      'many.example.com': many,
      'metadata.example.com': ['169.254.169.254'],
      'sick.example.com': 'servfail',
    },
    clientSubnets: { '203.0.113.0': 'NRT57-P3' },
    objects: { '/page': { body: 'words '.repeat(500), contentType: 'text/html' } },
  });
});
beforeEach(() => {
  cdn.clearFaults();
  for (const pop of cdn.pops) pop.clear();
});
afterAll(() => cdn.close());

function resolver() {
  const resolving = new dns.Resolver({ tries: 1 });
  resolving.setServers([cdn.resolver]);
  return resolving;
}

/** One query in DNS's own words, with or without EDNS, over UDP or TCP. */
function ask(name: string, options: { readonly subnet?: string; readonly tcp?: boolean } = {}) {
  const port = Number(cdn.resolver.split(':')[1]);
  const query: packet.Packet = {
    type: 'query',
    id: 1,
    flags: packet.RECURSION_DESIRED,
    questions: [{ type: 'A', name }],
    ...(options.subnet
      ? {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: 1_232,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [
                { code: 8, type: 'CLIENT_SUBNET', ip: options.subnet, family: 1, sourcePrefixLength: 24 },
              ],
            } satisfies packet.OptAnswer,
          ],
        }
      : {}),
  };
  return new Promise<packet.DecodedPacket>((resolve, reject) => {
    if (options.tcp) {
      const socket = connect(port, '127.0.0.1', () => socket.write(packet.streamEncode(query)));
      const chunks: Buffer[] = [];
      socket.on('error', reject).on('data', (chunk) => {
        chunks.push(chunk);
        const whole = Buffer.concat(chunks);
        if (whole.length < 2 || whole.length < 2 + whole.readUInt16BE(0)) return;
        resolve(packet.decode(whole.subarray(2)));
        socket.destroy();
      });
      return;
    }
    const socket = createSocket('udp4');
    socket.on('error', reject).on('message', (message) => {
      resolve(packet.decode(message));
      socket.close();
    });
    socket.send(packet.encode(query), port, '127.0.0.1');
  });
}

function get(
  path: string,
  changes: { pop?: string; method?: string; headers?: Record<string, string> } = {},
) {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: number }>(
    (resolve, reject) => {
      request(
        {
          host: cdn.pop(changes.pop ?? 'FRA56-P4').addresses[0],
          port: cdn.edgePort,
          servername: 'www.example.com',
          ca: cdn.caPem,
          agent: false,
          path,
          method: changes.method ?? 'GET',
          headers: { host: 'www.example.com', ...changes.headers },
        },
        (response) => {
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes }),
          );
          response.on('error', reject);
        },
      )
        .on('error', reject)
        .end();
    },
  );
}

async function cacheOf(...args: Parameters<typeof get>) {
  return (await get(...args)).headers['x-cache'];
}

describe('the DNS server of the loopback CDN', () => {
  it('knows each PoP of the distribution by name, in any case, and no other', async () => {
    expect(await resolver().resolve4('d111111abcdef8.fra56-p4.cloudfront.net')).toEqual(
      cdn.pop('FRA56-P4').addresses,
    );
    await expect(resolver().resolve4('d111111abcdef8.XXX1-C1.cloudfront.net')).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });

  it('leads an alias to the distribution', async () => {
    expect(await resolver().resolveCname('www.example.com')).toEqual([cdn.distributionDomain]);
    expect(await resolver().resolve4('www.example.com')).toEqual(cdn.pop('FRA56-P4').addresses);
  });

  it('leads a client subnet to its nearest PoP', async () => {
    const { answers } = await ask(cdn.distributionDomain, { subnet: '203.0.113.0' });
    expect(answers?.map((answer) => 'data' in answer && answer.data)).toEqual(cdn.pop('NRT57-P3').addresses);
  });

  it('names the PoP of an address', async () => {
    const [address] = cdn.pop('NRT57-P3').addresses;
    expect((await resolver().reverse(address!))[0]).toMatch(
      /^server-127-0-0-4\.nrt57-p3\.r\.cloudfront\.net$/,
    );
  });

  it('cuts an answer that is too long for UDP, and gives it whole over TCP', async () => {
    expect(await ask('many.example.com')).toMatchObject({ flag_tc: true, answers: [] });
    expect((await ask('many.example.com', { tcp: true })).answers).toHaveLength(60);
    expect(await resolver().resolve4('many.example.com')).toHaveLength(60);
  });

  it('answers other names as told', async () => {
    expect(await resolver().resolve4('metadata.example.com')).toEqual(['169.254.169.254']);
    await expect(resolver().resolve4('sick.example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  });
});

describe('an edge of the loopback CDN', () => {
  it('misses once per object, host, encoding and PoP, then hits', async () => {
    const origin = cdn.originRequests;
    expect(await cacheOf('/x')).toBe('Miss from cloudfront');
    expect(await cacheOf('/x')).toBe('Hit from cloudfront');
    expect(await cacheOf('/x', { headers: { 'accept-encoding': 'deflate, gzip' } })).toBe(
      'Miss from cloudfront',
    );
    expect(await cacheOf('/x', { headers: { 'accept-encoding': 'gzip' } })).toBe('Hit from cloudfront');
    expect(await cacheOf('/x', { headers: { 'accept-encoding': 'br;q=0, gzip' } })).toBe(
      'Hit from cloudfront',
    );
    expect(await cacheOf('/x', { pop: 'NRT57-P3' })).toBe('Miss from cloudfront');
    expect(cdn.originRequests - origin).toBe(3);
  });

  it('tells its PoP, and refreshes what has expired', async () => {
    expect((await get('/y', { pop: 'NRT57-P3' })).headers).toMatchObject({
      'x-amz-cf-pop': 'NRT57-P3',
      via: expect.stringContaining('CloudFront'),
    });
    cdn.pop('NRT57-P3').expire();
    expect(await cacheOf('/y', { pop: 'NRT57-P3' })).toBe('RefreshHit from cloudfront');
    expect(await cacheOf('/y', { pop: 'NRT57-P3' })).toBe('Hit from cloudfront');
  });

  it('stores nothing on HEAD', async () => {
    expect(await cacheOf('/h', { method: 'HEAD' })).toBe('Miss from cloudfront');
    expect(await cacheOf('/h')).toBe('Miss from cloudfront');
    expect(await cacheOf('/h', { method: 'HEAD' })).toBe('Hit from cloudfront');
  });

  it('compresses text, and serves ranges', async () => {
    const page = await get('/page', { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(page.headers['content-encoding']).toBe('br');
    expect(page.bytes).toBeLessThan(3_000);
    expect(await get('/page', { headers: { range: 'bytes=10-19' } })).toMatchObject({
      status: 206,
      bytes: 10,
      headers: { 'content-range': 'bytes 10-19/3000' },
    });
    expect(await get('/page', { headers: { range: 'bytes=3000-' } })).toMatchObject({ status: 416 });
  });

  it('lets requests that come together wait for one fetch from the origin', async () => {
    const before = cdn.originRequests;
    await Promise.all(Array.from({ length: 10 }, () => get('/together')));
    expect(cdn.originRequests - before).toBe(1);
  });

  it('fails as often as told, and only there', async () => {
    cdn.inject({
      fault: { kind: 'status', status: 503, retryAfterSeconds: 1 },
      path: '/f',
      pop: 'FRA56-P4',
      times: 2,
    });
    expect((await get('/f', { pop: 'NRT57-P3' })).status).toBe(200);
    expect(await get('/f')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'x-cache': 'Error from cloudfront' },
    });
    expect((await get('/f')).status).toBe(503);
    expect((await get('/f')).status).toBe(200);
  });

  it('counts its connections and requests', async () => {
    const { counters } = cdn.pop('FRA56-P4');
    const before = { ...counters };
    await get('/counted');
    await get('/counted');
    expect(counters.connections - before.connections).toBe(2);
    expect([counters.hits - before.hits, counters.misses - before.misses]).toEqual([1, 1]);
  });
});
