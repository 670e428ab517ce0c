import { constants } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { FetchAnswer, FetchTarget, Transport } from '../../../../lambdas/prewarm/engine/ports/transport';
import { createTransport } from '../../../../lambdas/prewarm/net/transport';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../scripts/loopback-cdn';
import { makeCertificate } from '../../../../scripts/loopback-cdn/certificate';
import { closing } from '../../../support/closing';
import { until } from '../../../support/until';

/** An edge that answers is in time, however busy this machine is. */
const TIMEOUTS = { connectMs: 200_000, headerMs: 200_000, idleMs: 200_000, totalMs: 250_000 };

let cdn: LoopbackCdn;
let transport: Transport;

beforeAll(async () => {
  cdn = await startLoopbackCdn({
    pops: ['FRA56-P4'],
    aliases: ['www.example.com'],
    objectBytes: 5_000,
    objects: { '/two-records': { body: 'x'.repeat(20_000) } },
  });
});
beforeEach(() => {
  transport = createTransport({ ca: cdn.caPem });
  cdn.clearFaults();
});
afterEach(() => transport.close());
afterAll(() => cdn.close());

function target(changes: Partial<FetchTarget> = {}): FetchTarget {
  return {
    method: 'GET',
    scheme: 'https',
    address: cdn.pops[0]!.addresses[0]!,
    port: cdn.edgePort,
    host: 'www.example.com',
    path: '/object',
    headers: { accept: '*/*' },
    timeouts: TIMEOUTS,
    ...changes,
  };
}

function fetch(changes: Partial<FetchTarget> = {}): Promise<FetchAnswer> {
  return transport.fetch(target(changes));
}

/** A server of one's own on 127.0.0.1, for what no edge does. */
async function listen(onConnection: (socket: Socket) => void) {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return closing({
    port: typeof address === 'object' ? address!.port : 0,
    close: async () => {
      // The server ends when the connections do, of which the transport holds its own.
      await transport.close();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

describe('an answer', () => {
  it('comes from the given address, with the own host of the URL as SNI and Host', async () => {
    const answer = await fetch({ path: '/first?a=[1-5]&b=%20' });
    expect(answer).toMatchObject({
      kind: 'answer',
      status: 200,
      bytes: 5_000,
      headers: { 'x-cache': 'Miss from cloudfront', 'x-amz-cf-pop': 'FRA56-P4', 'content-length': '5000' },
    });
    const seen = cdn.seen.at(-1)!;
    expect(seen).toMatchObject({ host: 'www.example.com', path: '/first?a=[1-5]&b=%20', scheme: 'https' });
    expect(seen.headers.host).toBe('www.example.com');
  });

  it('comes over plain HTTP from the same address', async () => {
    expect(await fetch({ scheme: 'http' })).toMatchObject({ kind: 'answer', status: 200, bytes: 5_000 });
    expect(cdn.seen.at(-1)!.scheme).toBe('http');
  });

  it('has no body after HEAD, and keeps the connection', async () => {
    const before = cdn.pops[0]!.counters.connections;
    for (let turn = 0; turn < 3; turn += 1)
      expect(await fetch({ method: 'HEAD' })).toMatchObject({ kind: 'answer', status: 200, bytes: 0 });
    expect(cdn.pops[0]!.counters.connections).toBe(before + 1);
  });

  it('is counted also where its length is not announced', async () => {
    cdn.inject({ fault: { kind: 'chunked' } });
    expect(await fetch()).toMatchObject({ kind: 'answer', bytes: 5_000 });
  });

  it('is a redirect that is not followed', async () => {
    cdn.inject({ fault: { kind: 'redirect', location: 'https://elsewhere.example/' } });
    expect(await fetch()).toMatchObject({ status: 301, headers: { location: 'https://elsewhere.example/' } });
  });

  it('comes for many exchanges at a time, with a bounded number of connections', async () => {
    await transport.close();
    transport = createTransport({ ca: cdn.caPem, maxConnectionsPerPool: 5 });
    const before = cdn.pops[0]!.counters.connections;
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => fetch({ path: `/many/${n}` })));
    expect(answers.map(({ kind }) => kind)).toEqual(Array(50).fill('answer'));
    expect(cdn.pops[0]!.counters.connections - before).toBe(5);
  });

  it('comes although the edge closed the kept connection in between', async () => {
    await fetch();
    cdn.inject({ fault: { kind: 'reset', at: 'header' }, times: 1 });
    expect(await fetch()).toMatchObject({ kind: 'answer', status: 200 });
  });
});

describe('a connection that does not come about', () => {
  it('is told as refused where nothing listens', async () => {
    const server = await listen(() => {});
    await server.close();
    expect(await fetch({ address: '127.0.0.1', port: server.port })).toMatchObject({
      kind: 'unreachable',
      reason: 'connect-refused',
    });
  });

  it('is told as reset where the other side closes each one at once', async () => {
    await using server = await listen((socket) => socket.resume().end());
    expect(await fetch({ scheme: 'http', address: '127.0.0.1', port: server.port })).toMatchObject({
      kind: 'unreachable',
      reason: 'reset',
    });
  });

  it('is told as reset where the edge drops it', async () => {
    cdn.inject({ fault: { kind: 'reset', at: 'connect' } });
    expect(await fetch()).toMatchObject({ kind: 'unreachable', reason: 'reset' });
  });

  it('is told as a TLS error where the certificate is not trusted, or is for another host', async () => {
    function saying(detail: string) {
      return {
        kind: 'unreachable',
        reason: 'tls',
        detail: expect.stringMatching(`^the certificate is not accepted: .*${detail}`),
      };
    }
    expect(await fetch({ host: 'other.example.org' })).toMatchObject(
      saying('it is for .*cloudfront.net.*, not for other.example.org'),
    );
    await transport.close();
    transport = createTransport();
    expect(await fetch()).toMatchObject(saying('UNABLE_TO_VERIFY_LEAF_SIGNATURE'));
  });

  it.each([
    [40, 'refused, for want of a certificate for this host or of a cipher in common'],
    [70, 'it speaks no version of TLS from 1.2 on'],
    [80, 'it reported an internal error'],
    [112, 'it has no certificate for this host'],
    [116, 'it demands a certificate of the client'],
    [120, 'tlsv1 alert no application protocol'],
  ])('is told in a sentence where the other side sends the TLS alert %i', async (alert, sentence) => {
    await using server = await listen((socket) =>
      socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, alert]))),
    );
    expect(await fetch({ address: '127.0.0.1', port: server.port })).toMatchObject({
      kind: 'unreachable',
      reason: 'tls',
      detail: expect.stringMatching(`^the TLS handshake failed: ${sentence} \\(ERR_SSL_[\\w/]+\\)$`),
    });
  });

  it('is told in a sentence where the other side does not speak TLS', async () => {
    await using server = await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await fetch({ address: '127.0.0.1', port: server.port })).toMatchObject({
      reason: 'tls',
      detail: expect.stringMatching(/^the TLS handshake failed: what answered does not speak TLS \(/),
    });
  });

  it('times out where the edge accepts and says nothing', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'connect' } });
    expect(await fetch({ timeouts: { ...TIMEOUTS, connectMs: 60 } })).toMatchObject({
      kind: 'timeout',
      phase: 'connect',
    });
  });
});

describe('an edge that stops half-way', () => {
  it('times out before the headers', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    expect(await fetch({ timeouts: { ...TIMEOUTS, headerMs: 60 } })).toMatchObject({
      kind: 'timeout',
      phase: 'header',
    });
  });

  it('times out in the body, with the bytes so far', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'body' } });
    const timeouts = { ...TIMEOUTS, idleMs: 200 };
    expect(await fetch({ timeouts })).toMatchObject({ kind: 'timeout', phase: 'idle', bytes: 2_500 });
  });

  it('runs out of its total time although bytes keep coming', async () => {
    cdn.inject({ fault: { kind: 'drip', chunkBytes: 1, everyMs: 10 } });
    const timeouts = { ...TIMEOUTS, totalMs: 300 };
    expect(await fetch({ timeouts })).toMatchObject({ kind: 'timeout', phase: 'total' });
  });

  it('is told as cut, with the bytes that came', async () => {
    cdn.inject({ fault: { kind: 'truncate', bytes: 1_000 } });
    expect(await fetch()).toMatchObject({ kind: 'cut', status: 200, bytes: 1_000 });
  });

  it('is told as cut by a reset also where the answer would have ended with the connection', async () => {
    const sockets: Socket[] = [];
    await using server = await listen((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\npart'));
    });
    const resetOnceRead = {
      take: () => {
        sockets[0]!.resetAndDestroy();
        return 0;
      },
    };
    expect(
      await fetch({ scheme: 'http', address: '127.0.0.1', port: server.port, pace: resetOnceRead }),
    ).toMatchObject({
      kind: 'cut',
      status: 200,
      bytes: 4,
    });
  });

  it('is told as unreachable where nothing but a broken request could be sent', async () => {
    expect(await fetch({ path: '/a b' })).toMatchObject({
      kind: 'unreachable',
      reason: 'network',
      detail: 'the path has a character that HTTP does not allow',
    });
    expect(await fetch()).toMatchObject({ kind: 'answer' });
  });

  it('is told as unreachable when it speaks something else than HTTP', async () => {
    await using server = await listen((socket) => socket.resume().end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await fetch({ scheme: 'http', address: '127.0.0.1', port: server.port })).toMatchObject({
      kind: 'unreachable',
      reason: 'network',
      detail: expect.stringContaining('does not begin with a status line'),
    });
  });
});

describe('a connection', () => {
  /** A server that gives each answer to one request, on whatever connection it comes. */
  async function answering(...answers: readonly string[]) {
    let connections = 0;
    let served = 0;
    const server = await listen((socket) => {
      connections += 1;
      socket.on('error', () => {});
      socket.on('data', () => {
        const text = answers[served] ?? answers.at(-1)!;
        served += 1;
        if (text.endsWith('|')) socket.end(text.slice(0, -1));
        else socket.write(text);
      });
    });
    function ask(changes: Partial<FetchTarget> = {}) {
      return fetch({ scheme: 'http', address: '127.0.0.1', port: server.port, ...changes });
    }
    return closing({ ask, close: server.close, count: () => connections });
  }
  const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

  it.each([
    ['the answer says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['more than the answer came', `${OK}HTTP/1.1 200 OK\r\n`],
    ['the body ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nok|'],
  ])('is not used again where %s', async (_why, text) => {
    await using server = await answering(text, OK);
    expect(await server.ask()).toMatchObject({ kind: 'answer', bytes: 2 });
    expect(await server.ask()).toMatchObject({ kind: 'answer', bytes: 2 });
    expect(server.count()).toBe(2);
  });

  it('is used again after interim answers and chunks with trailers', async () => {
    const chunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nx: y\r\n\r\n';
    await using server = await answering(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${chunks}`, OK);
    expect(await server.ask()).toMatchObject({ kind: 'answer', status: 200, bytes: 2 });
    expect(await server.ask()).toMatchObject({ kind: 'answer', bytes: 2 });
    expect(server.count()).toBe(1);
  });

  it('that speaks in two ways at once makes the fetch fail', async () => {
    await using server = await answering(
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(await server.ask()).toMatchObject({ kind: 'unreachable', reason: 'network' });
  });

  it('that breaks among chunks is told as cut', async () => {
    await using server = await answering(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n',
    );
    expect(await server.ask()).toMatchObject({ kind: 'cut', status: 200, bytes: 2 });
  });

  it('carries a large body over TLS to its last byte', async () => {
    await using large = await startLoopbackCdn({ pops: ['FRA56-P4'], objectBytes: 3_000_001 });
    await using transport = closing(createTransport({ ca: large.caPem }));
    const address = large.pops[0]!.addresses[0]!;
    const host = large.distributionDomain;
    const answers = await Promise.all(
      ['/1', '/2', '/3', '/4'].map((path) =>
        transport.fetch(target({ address, port: large.edgePort, host, path })),
      ),
    );
    expect(answers).toEqual(Array(4).fill(expect.objectContaining({ kind: 'answer', bytes: 3_000_001 })));
  });
});

describe('an exchange that is called off', () => {
  it('ends when its signal aborts', async () => {
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    const stop = new AbortController();
    const answer = transport.fetch(target(), stop.signal);
    stop.abort();
    expect(await answer).toMatchObject({ kind: 'unreachable', detail: 'aborted' });
  });

  it('ends when the transport closes, waiting or not', async () => {
    await transport.close();
    transport = createTransport({ ca: cdn.caPem, maxConnectionsPerPool: 1 });
    cdn.inject({ fault: { kind: 'stall', at: 'header' } });
    const answers = [fetch(), fetch()];
    await transport.close();
    expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(['unreachable', 'unreachable']);
  });
});

describe('a paced exchange', () => {
  // The clock of the transport stands still while bytes are on their way; sockets go on as ever.
  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'],
    });
    // It begins at 0, where the clock of a process never is.
    jest.advanceTimersByTime(1_000);
  });
  afterEach(() => jest.useRealTimers());

  /** Fetches, and lets just the time pass that the pace asks to wait for; `passedMs` is that time. */
  async function paced(timeouts: FetchTarget['timeouts'], take: (bytes: number) => number) {
    let owedMs = 0;
    function takeNoted(bytes: number): number {
      owedMs = take(bytes);
      return owedMs;
    }
    let answer: FetchAnswer | undefined;
    void fetch({ timeouts, pace: { take: takeNoted } }).then((got) => {
      answer = got;
    });
    const began = performance.now();
    await until(() => {
      if (answer === undefined && owedMs > 0) {
        jest.advanceTimersByTime(owedMs + 50);
        owedMs = 0;
      }
      return answer !== undefined;
    });
    return { answer: answer!, passedMs: performance.now() - began };
  }

  it('stops reading for as long as its pace says, without losing a byte or running into the idle time-out', async () => {
    let takes = 0;
    const { answer } = await paced({ ...TIMEOUTS, idleMs: 100 }, () => {
      takes += 1;
      return takes === 1 ? 200 : 0;
    });
    expect(answer).toMatchObject({ kind: 'answer', bytes: 5_000 });
    expect(takes).toBeGreaterThan(0);
  });

  it('pays for each byte once, and is held back also where it came in one piece', async () => {
    let paid = 0;
    const { passedMs } = await paced(TIMEOUTS, (bytes) => {
      paid += bytes;
      return 150;
    });
    expect(paid).toBe(5_000);
    expect(passedMs).toBeGreaterThanOrEqual(150);
  });

  it('leaves the waiting for its pace out of the duration that it answers', async () => {
    const { answer, passedMs } = await paced(TIMEOUTS, () => 1_000);
    expect(passedMs - answer.durationMs).toBeGreaterThanOrEqual(1_000);
  });
});

it('a connection serves the next exchange after one that was held back in the middle of its body', async () => {
  // The second TLS record is decrypted with the first one, so it still comes after reading has stopped.
  const pace = { take: () => 20 };
  const before = cdn.pop('FRA56-P4').counters.connections;
  for (let round = 0; round < 4; round += 1) {
    const answer = await fetch({ path: '/two-records', pace });
    expect(answer).toMatchObject({ kind: 'answer', bytes: 20_000 });
  }
  expect(cdn.pop('FRA56-P4').counters.connections - before).toBe(1);
});

describe('unused connections', () => {
  it('are closed after their time', async () => {
    await transport.close();
    transport = createTransport({ ca: cdn.caPem, keepAliveMs: 1_100 });
    const sockets: Socket[] = [];
    await using server = await listen((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    expect(await fetch({ scheme: 'http', address: '127.0.0.1', port: server.port })).toMatchObject({
      status: 200,
    });
    await new Promise((resolve) => sockets[0]!.once('close', resolve));
  });

  it('make room for others where as many are open as may be', async () => {
    await transport.close();
    transport = createTransport({ ca: cdn.caPem, maxConnections: 2 });
    const open = new Set<Socket>();
    function answering(socket: Socket): void {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    }
    await using first = await listen(answering);
    await using second = await listen(answering);
    const both = { scheme: 'http', address: '127.0.0.1', port: first.port } as const;
    await Promise.all([fetch(both), fetch(both)]);
    expect(open.size).toBe(2);
    await fetch({ ...both, port: second.port });
    await until(() => open.size === 2);
    const ports = [...open].map(({ localPort }) => localPort);
    expect(ports.sort()).toEqual([first.port, second.port].sort());
    await transport.close();
  });
});

describe('handshakes with an edge', () => {
  async function handshakesOf(options: Partial<TlsOptions>, awaitSessionMs: number) {
    const { keyPem: key, certPem: cert, caPem } = await makeCertificate(['www.example.com']);
    const resumed: boolean[] = [];
    const server = createTlsServer({ key, cert, ...options }, (socket) => {
      resumed.push(socket.isSessionReused());
      socket.on('error', () => socket.destroy());
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    const port = typeof at === 'object' ? at!.port : 0;
    const client = createTransport({ ca: caPem, awaitSessionMs });
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => client.fetch(target({ address: '127.0.0.1', port }))),
      );
      expect(answers.map((answer) => answer.kind === 'answer' && answer.status)).toEqual(Array(20).fill(200));
      return resumed;
    } finally {
      await client.close();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('are short but for the first, whose session the others wait for', async () => {
    const resumed = await handshakesOf({}, 250_000);
    expect(resumed.filter((isShort) => !isShort)).toHaveLength(1);
  });

  it('do not wait for long where the edge gives no session', async () => {
    const noTickets = { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET } as const;
    const resumed = await handshakesOf(noTickets, 30);
    expect(resumed.length).toBeGreaterThan(0);
  });
});
