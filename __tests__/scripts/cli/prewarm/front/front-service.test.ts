import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { Listener } from '../../../../../lambdas/prewarm/one-machine/service/listener';
import { startFront } from '../../../../../scripts/cli/prewarm/front/front-service';
import { quietLog } from '../../../../lambdas/prewarm/one-machine/engine/engine-fixture';

const KEY = 'the-key-that-stays-with-the-front';
const ID = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';
const PAGE = { html: '<!doctype html>the page', script: 'x', style: 'y' };

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = readonly [status: number, headers: Readonly<Record<string, string>>, body: string];
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the page in front of a service elsewhere', () => {
  let endpoint: Server;
  let front: Listener;
  let seen: Seen[] = [];
  /** By method and target; what is not here is answered as API Gateway does. */
  let answers: Readonly<Record<string, Answer>> = {};

  beforeAll(async () => {
    endpoint = createServer(async (request, response) => {
      const { method = '', url: target = '', headers } = request;
      seen.push({ method, target, headers, body: await textOf(request) });
      const [status, sent, body] = answers[`${method} ${target}`] ?? [
        403,
        JSON_TYPE,
        '{"message":"Missing Authentication Token"}',
      ];
      response.writeHead(status, sent).end(body);
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    front = await startFront({
      access: { endpoint: new URL(`${origin()}/prod/`), apiKey: KEY },
      host: '127.0.0.1',
      port: 0,
      page: PAGE,
      log: quietLog,
    });
  });
  beforeEach(() => {
    seen = [];
    answers = {};
  });
  afterAll(async () => {
    await front.end();
    endpoint.close();
  });

  function origin(): string {
    return `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  }
  async function ask(path: string, init?: RequestInit) {
    const response = await fetch(front.url + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  /** Sends a request line as it is, which `fetch` would mend. */
  function askRaw(target: string, host = new URL(front.url).host): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(front.url).port), '127.0.0.1', () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
      socket.on('error', reject);
      textOf(socket).then(resolve, reject);
    });
  }

  it('sends routes of the API on with its own key, and shows that to nobody', async () => {
    answers = {
      'GET /prod/requests?limit=5': [200, { ...JSON_TYPE, 'set-cookie': 'a=b' }, '{"requests":[]}'],
      'POST /prod/prewarm': [400, JSON_TYPE, '{"message":"no"}'],
    };
    const listed = await ask('/requests?limit=5', {
      headers: { 'x-api-key': 'of-the-visitor', cookie: 'c=d', authorization: 'Basic x' },
    });
    expect(listed).toMatchObject({ status: 200, text: '{"requests":[]}' });
    expect([...listed.headers].flat().join()).not.toMatch(new RegExp(`${KEY}|set-cookie`));
    expect(seen[0]?.headers).toMatchObject({ 'x-api-key': KEY, host: new URL(origin()).host });
    expect(seen[0]?.headers).not.toHaveProperty('cookie');
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await ask('/prewarm', { method: 'POST', headers, body: 'packed' })).toMatchObject({
      status: 400,
      text: '{"message":"no"}',
    });
    expect(seen[1]).toMatchObject({ body: 'packed', headers });
  });

  it('sends nothing on that is no route of the API, whatever the path looks like', async () => {
    for (const path of [
      '/',
      '/page.js',
      '/admin',
      '/requests/..%2f..%2fadmin',
      '/requests/%2e%2e%5cx',
      `/requests/${ID}/x`,
    ])
      await ask(path, { headers: { accept: 'text/html' } });
    for (const target of [
      '/requests/../admin',
      '//evil.example/requests',
      'http://evil.example/requests',
      '/requests/a@evil.example',
    ])
      await askRaw(target);
    expect((await ask('/requests', { method: 'PATCH' })).status).toBe(405);
    expect(seen).toEqual([]);
    expect((await ask('/', { headers: { accept: 'text/html' } })).text).toBe(PAGE.html);
  });

  it('is for this machine: another name, another site and another address are refused', async () => {
    expect(await askRaw('/requests', 'rebound.example')).toMatch(/^HTTP\/1\.1 403 /);
    expect((await ask('/requests', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await ask('/requests', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(seen).toEqual([]);
    await expect(
      startFront({
        access: { endpoint: new URL(origin()) },
        host: '0.0.0.0',
        port: 0,
        page: PAGE,
        log: quietLog,
      }),
    ).rejects.toThrow('got 0.0.0.0 with --endpoint; allowed: 127.0.0.1');
  });

  it('tells a key that the endpoint refuses from one of the visitor, and what is no answer of the API', async () => {
    expect(await ask('/requests')).toMatchObject({
      status: 502,
      text: expect.stringContaining('it does not take the key that this server was started with'),
    });
    answers = {
      'GET /prod/pops': [200, { 'content-type': 'image/svg+xml' }, '<svg/>'],
      'GET /prod/requests': [302, { ...JSON_TYPE, location: 'http://169.254.169.254/latest/' }, ''],
      'GET /prod/instances': [429, JSON_TYPE, '{"message":"Too Many Requests"}'],
    };
    for (const path of ['/pops', '/requests'])
      expect(await ask(path)).toMatchObject({
        status: 502,
        text: expect.stringContaining('something else than the API does'),
      });
    expect((await ask('/instances')).status).toBe(429);
    expect(seen.map(({ target }) => target)).not.toContain('/latest/');
  });

  it('says of a route that a gateway does not have that it is not offered, so that the page polls', async () => {
    for (const path of [`/prewarm/${ID}/events`, `/requests/${ID}/urls`])
      expect((await ask(path)).status).toBe(404);
    answers = {
      [`GET /prod/prewarm/${ID}/events`]: [
        200,
        { 'content-type': 'text/event-stream' },
        'event: end\ndata: {}\n\n',
      ],
    };
    expect(await ask(`/prewarm/${ID}/events`, { headers: { 'last-event-id': '7' } })).toMatchObject({
      status: 200,
      text: 'event: end\ndata: {}\n\n',
    });
    expect(seen.at(-1)?.headers).toMatchObject({ 'last-event-id': '7' });
  });

  it('follows a report to where the service keeps it, without the key, and to no other host', async () => {
    const report = `/report?req_id=${ID}&format=html`;
    answers = {
      [`GET /prod${report}`]: [302, { ...JSON_TYPE, location: `${origin()}/bucket/report` }, ''],
      'GET /bucket/report': [200, { 'content-type': 'text/html' }, '<p>report'],
    };
    const { status, text, headers } = await ask(report);
    expect([status, text]).toEqual([200, '<p>report']);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(seen[1]?.headers).not.toHaveProperty('x-api-key');
    for (const location of [
      'http://169.254.169.254/latest/',
      'https://evil.example/',
      'https://evil-amazonaws.com/',
    ]) {
      answers = { [`GET /prod${report}`]: [302, { ...JSON_TYPE, location }, ''] };
      expect(await ask(report)).toMatchObject({
        status: 502,
        text: expect.stringContaining('for its report'),
      });
    }
  });

  it('passes a list on to where the service wants it, and takes none that it did not ask for', async () => {
    answers = {
      'POST /prod/lists': [
        200,
        JSON_TYPE,
        JSON.stringify({ list_id: ID, upload_url: `${origin()}/bucket/list` }),
      ],
      'PUT /bucket/list': [200, {}, ''],
    };
    expect((await ask(`/lists/${ID}`, { method: 'PUT', body: 'early' })).status).toBe(404);
    expect(JSON.parse((await ask('/lists', { method: 'POST' })).text)).toMatchObject({ list_id: ID });
    expect((await ask(`/lists/${ID}`, { method: 'PUT', body: 'https://a.example/1\n' })).status).toBe(200);
    expect(seen.at(-1)).toMatchObject({
      method: 'PUT',
      target: '/bucket/list',
      body: 'https://a.example/1\n',
    });
    expect(seen.at(-1)?.headers['content-length']).toBe('20');
  });

  it('says that the endpoint is away, and works again once it is back', async () => {
    const { port } = endpoint.address() as AddressInfo;
    await new Promise((resolve) => {
      endpoint.close(resolve);
      endpoint.closeAllConnections();
    });
    expect(await ask('/requests')).toMatchObject({
      status: 502,
      text: expect.stringContaining('cannot be reached'),
    });
    await new Promise<void>((resolve) => endpoint.listen(port, '127.0.0.1', resolve));
    answers = { 'GET /prod/requests': [200, JSON_TYPE, '{}'] };
    expect((await ask('/requests')).status).toBe(200);
  });
});
