import { once } from 'node:events';
import { createServer, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  boundConnections,
  HTTP_LIMITS,
  oneAtATime,
} from '../../../../../lambdas/prewarm/one-machine/service/http-bounds';
import { until } from '../../../../support/until';

/** Sends text as it stands, and returns everything that comes back until the server closes the connection. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let received = '';
  socket.on('data', (data) => {
    received += data;
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return received;
}

describe('HTTP in front of the service', () => {
  let server: Server;
  let port: number;
  let taken: string[];
  let held: ServerResponse[];
  beforeEach(async () => {
    taken = [];
    held = [];
    server = createServer(
      HTTP_LIMITS,
      oneAtATime((request, response) => {
        taken.push(`${request.method} ${request.url}`);
        if (request.url === '/held') held.push(response);
        else response.end('done');
      }),
    );
    boundConnections(server, 512);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    server.closeAllConnections();
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  const LENGTH = 'Content-Length: 2\r\n';
  it.each([
    ['HTTP/0.9', `POST / HTTP/0.9\r\nHost: a\r\n${LENGTH}\r\n{}`, 505],
    ['no version', `POST /\r\nHost: a\r\n${LENGTH}\r\n{}`, 505],
    ['HTTP/2.0 in the clear', `POST / HTTP/2.0\r\nHost: a\r\n${LENGTH}\r\n{}`, 505],
    ['bare line feeds', `POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}`, 400],
    ['one bare line feed', `POST / HTTP/1.1\r\nHost: a\n${LENGTH}\r\n{}`, 400],
    ['bare carriage returns', `POST / HTTP/1.1\r\nHost: a\rX: b\r\n${LENGTH}\r\n{}`, 400],
    ['NUL in a name', `POST / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n${LENGTH}\r\n{}`, 400],
    ['NUL in a value', `POST / HTTP/1.1\r\nHost: a\r\nX: b\0\r\n${LENGTH}\r\n{}`, 400],
    ['no host', `POST / HTTP/1.1\r\n${LENGTH}\r\n{}`, 400],
    ['an unknown expectation', `POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n${LENGTH}\r\n{}`, 417],
    ['two lengths', `POST / HTTP/1.1\r\nHost: a\r\n${LENGTH}Content-Length: 3\r\n\r\n{}`, 400],
    ['a length with a sign', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}`, 400],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\nHost: a\r\n${LENGTH}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a coding behind chunks',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a coding before chunks',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      501,
    ],
    ['chunks in HTTP/1.0', `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['CONNECT', 'CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    ['the whole server as its target', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a target of another host', `POST http://b/ HTTP/1.1\r\nHost: a\r\n${LENGTH}\r\n{}`, 400],
    ['a header of 20 kB', `POST / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n${LENGTH}\r\n{}`, 431],
  ])('refuses a request with %s, without effect', async (_, text, status) => {
    const answer = await exchange(port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status: 'failure' });
    expect(taken).toEqual([]);
  });

  it('refuses such a request also behind another one', async () => {
    const answers = await exchange(
      port,
      `GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b\r\nHost: a\r\n${LENGTH}\r\n{}`,
    );
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 505']);
    expect(taken).toEqual(['GET /a']);
  });

  it('begins a request only when the answer before it is out', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /held HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
    socket.resume();
    while (taken.length < 3) {
      expect(held.length).toBeLessThanOrEqual(1);
      held.pop()?.end();
      await setImmediate();
    }
    socket.destroy();
  });

  it('closes a connection with more requests than it may hold back, and begins none of them', async () => {
    await exchange(port, 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_400));
    expect(taken).toEqual(['GET /held']);
  });
});

describe('what a client may hold of the service before its key is looked at', () => {
  const HELD = 'GET /held HTTP/1.1\r\nHost: a\r\n\r\n';
  let server: Server;
  let closed: string[];
  let begun: number;

  /** Starts a server with these bounds, which answers `/large` with 64 MiB and `/held` never. */
  async function start(options: ServerOptions, maxConnections: number, stalledMs?: number): Promise<number> {
    closed = [];
    begun = 0;
    server = createServer(
      { ...HTTP_LIMITS, ...options },
      oneAtATime(({ url = '' }, response) => {
        begun += 1;
        response.on('close', () => closed.push(url));
        if (url === '/large') response.end(Buffer.alloc(64 * 2 ** 20));
        else if (url !== '/held') response.end('done');
      }),
    );
    boundConnections(server, maxConnections, stalledMs);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  }
  afterEach(async () => {
    server.closeAllConnections();
    const end = once(server, 'close');
    server.close();
    await end;
  });

  it('is a connection for as long as its headers take: then it is answered 408 and closed', async () => {
    const port = await start({ headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 }, 8);
    const answer = await exchange(port, 'GET / HTTP/1.1\r\nHost: a\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status: 'failure' });
    expect(begun).toBe(0);
  });

  it('is an answer that it does not take for a while; a request that is worked on is left alone', async () => {
    const port = await start({}, 8, 50);
    const [working, stalled] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of [working, stalled]) socket.on('error', () => {});
    working.write(HELD);
    await until(() => begun === 1);
    stalled.pause().write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => closed.length > 0);
    expect(closed).toEqual(['/large']);
    working.destroy();
    stalled.destroy();
  });

  it('is its share of the connections: further ones are closed, idle ones make room', async () => {
    const port = await start({}, 2);
    const [first, second] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    first.write(HELD);
    second.write(HELD);
    await until(() => begun === 2);
    expect(await exchange(port, HELD)).toBe('');
    expect(begun).toBe(2);
    second.destroy();
    await until(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 1))));
    const idle = connect(port, '127.0.0.1');
    idle.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(idle, 'data');
    const goes = once(idle.resume(), 'close');
    await exchange(port, HELD);
    await goes;
    expect(await exchange(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    first.destroy();
  });
});
