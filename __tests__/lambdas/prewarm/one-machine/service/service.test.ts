import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createPopDirectory } from '../../../../../lambdas/prewarm/engine/pops/pop-directory';
import { createResolver } from '../../../../../lambdas/prewarm/net/resolver';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import {
  type RunningService,
  startService,
} from '../../../../../lambdas/prewarm/one-machine/service/service';
import { type LoopbackCdn, startLoopbackCdn } from '../../../../../scripts/loopback-cdn';
import { until } from '../../../../support/until';
import * as bodies from '../../api/bodies';

const KEY = 'a-key-of-the-test-with-length';

describe('the service over real sockets', () => {
  let cdn: LoopbackCdn;
  let service: RunningService;
  let dataDir: string;
  const log: string[] = [];

  function start(publicUrl?: string): Promise<RunningService> {
    const context = {
      directory: createPopDirectory(),
      resolver: createResolver({ servers: [cdn.resolver] }),
      policy: 'any' as const,
    };
    function write(event: string, fields: object = {}) {
      return void log.push(JSON.stringify({ event, ...fields }));
    }
    const logger = { info: write, warn: write, error: write };
    return startService({
      port: 0,
      ...(publicUrl !== undefined && { publicUrl }),
      apiKey: KEY,
      context,
      log: logger,
      openEngine: (linkTo) =>
        openEngine({
          dataDir: publicUrl === undefined ? dataDir : join(dataDir, 'public'),
          log: logger,
          addressPolicy: context.policy,
          resolver: context.resolver,
          edgePort: cdn.edgePort,
          ca: cdn.caPem,
          linkTo,
        }),
    });
  }

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'warmpath-service-'));
    cdn = await startLoopbackCdn({
      pops: ['FRA56-P4', 'NRT57-P3'],
      originDelayMs: 5,
      objects: { '/missing.jpg': { status: 404, body: '' } },
    });
    service = await start();
  });
  afterAll(async () => {
    await service.stop();
    await cdn.close();
    await rm(dataDir, { recursive: true });
  });

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: { 'x-api-key': KEY, ...headers },
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const json = JSON.parse(await response.text());
    return { status: response.status, json };
  }

  it.each(['a b', 'a/b', 'a@b', '[::1', 'a:99999', 'ä'])(
    'says what is wrong with the host %j, under an id',
    async (host) => {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      socket.end(`GET /health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      let answer = '';
      for await (const piece of socket) answer += piece;
      expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
      expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
      expect(answer.slice(answer.indexOf('\r\n\r\n'))).toContain('"status":"failure"');
    },
  );

  function bodyOf(paths: readonly string[], changes: object = {}) {
    return {
      url_list: paths.map((path) => `https://${cdn.distributionDomain}${path}`),
      cf_domain: cdn.distributionDomain,
      target_type: 'pop',
      pops: ['FRA56-P4', 'NRT57-P3'],
      timeout: 5,
      header: ['authorization: Bearer very-secret'],
      instance_count: 1,
      ...changes,
    };
  }

  it.each([
    [
      'URLs',
      () => [
        'POST',
        '/prewarm',
        bodyOf([], { url_list: ['https://other.example/\u202e', 'no \u009b\u202e'] }),
      ],
    ],
    ['fields', () => ['POST', '/prewarm', bodyOf(['/a'], { target_type: 'x\u202ey\u009b31m' })]],
    ['names of PoPs', () => ['POST', '/prewarm', bodyOf(['/a'], { pops: ['FRA\u202e\u009b'] })]],
    ['paths', () => ['GET', '/%E2%80%AE%C2%9B']],
    ['parameters', () => ['GET', '/pops?near=%E2%80%AE%C2%9B&country=%E2%80%AE%C2%9B']],
  ] as [string, () => [string, string, object?]][])(
    'escapes what hides or steers in answers with %s of the caller',
    async (_, request) => {
      const [method, path, body] = request();
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: { 'x-api-key': KEY },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      expect({ status: response.status, json: typeof JSON.parse(text) }).toEqual({
        status: expect.any(Number),
        json: 'object',
      });
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).toMatch(/u202e/);
    },
  );

  async function submit(body: unknown, headers: Record<string, string> = {}): Promise<string> {
    const { status, json } = await call('POST', '/prewarm', body, headers);
    expect({ status, json }).toMatchObject({ status: 200 });
    return bodies.acceptedBody.parse(json).request_id;
  }

  /** Polls as a client does, until the request and its report are there. */
  async function untilEnd(id: string): Promise<readonly number[]> {
    const percentages: number[] = [];
    await until(async () => {
      const progress = bodies.progressBody.parse((await call('GET', `/prewarm?req_id=${id}`)).json);
      percentages.push(progress.percentage_complete);
      if (progress.status !== 'FINISHED' && progress.status !== 'STOPPED') return false;
      const report = await fetch(`${service.url}/report?req_id=${id}&format=html`, {
        headers: { 'x-api-key': KEY },
      });
      return report.status === 200;
    });
    return percentages;
  }

  it('warms a list through every PoP: submit, poll, summary, reports', async () => {
    const paths = Array.from({ length: 20 }, (_, index) => `/object-${index}`);
    const id = await submit(bodyOf([...paths, '/missing.jpg', paths[0]!]));
    const percentages = await untilEnd(id);
    expect(percentages).toEqual([...percentages].sort((a, b) => a - b));
    expect(percentages.at(-1)).toBe(100);

    const progress = bodies.progressBody.parse((await call('GET', `/prewarm?req_id=${id}`)).json);
    expect(progress).toMatchObject({ status: 'FINISHED', download_count: 42, total_count: 42 });

    const details = bodies.requestBody.parse((await call('GET', `/requests/${id}`)).json);
    expect(details).toMatchObject({ outcomes: { warmed: 40, 'http-error': 2 }, url_count: 21, pop_count: 2 });

    const summary = bodies.summaryBody.parse((await call('GET', `/summary?req_id=${id}`)).json);
    expect(summary).toMatchObject({ failure_pops: [], status: 'FINISHED' });
    const csv = await (await fetch(summary.failure_pop_urls_report)).text();
    expect(csv.split('\r\n')).toHaveLength(4);
    expect(csv).toContain('HTTP 404');

    const { json: report } = await call('GET', `/report?req_id=${id}&format=json`);
    expect(report.failures).toHaveLength(2);
    expect(bodies.reportBody.parse(report)).toMatchObject({
      asked: { requested: 42, warm: 40, failed: 2, not_done: 0 },
      failed_pops: [],
    });

    const list = bodies.requestListBody.parse((await call('GET', '/requests?limit=1')).json);
    expect(list.requests[0]?.request_id).toBe(id);
    expect(csv + JSON.stringify(report) + log.join('')).not.toMatch(/very-secret/);
  });

  it('answers for people where no route is: its root, unknown paths, and methods that a path does not take', async () => {
    const root = await fetch(`${service.url}/`);
    expect(root.status).toBe(200);
    const welcome = await root.text();
    expect(welcome).toMatch(/^The prewarm API[\s\S]*^POST +\/prewarm[\s\S]*\/openapi\.json[\s\S]*x-api-key/m);
    for (const secret of [KEY, dataDir, cdn.distributionDomain]) expect(welcome).not.toContain(secret);
    expect((await fetch(`${service.url}/pops`)).status).toBe(403);
    expect(await call('GET', '/prewam')).toMatchObject({
      status: 404,
      json: { status: 'failure', message: expect.stringMatching(/^\/prewam: there is nothing here/) },
    });
    for (const [method, path, allowed] of [
      ['PUT', '/prewarm', 'POST, GET, HEAD'],
      ['DELETE', '/pops', 'GET, HEAD'],
      ['POST', `/requests/${'0'.repeat(8)}`, 'GET, HEAD'],
      ['POST', '/', 'GET, HEAD'],
    ] as const) {
      const answer = await fetch(service.url + path, { method, headers: { 'x-api-key': KEY } });
      expect({
        method,
        path,
        status: answer.status,
        allow: answer.headers.get('allow')?.split(', ').sort(),
      }).toEqual({
        method,
        path,
        status: 405,
        allow: expect.arrayContaining(allowed.split(', ')),
      });
    }
  });

  it('takes a list by upload, from whoever has the key', async () => {
    const place = bodies.uploadTargetBody.parse((await call('POST', '/lists')).json);
    const { url_list: urls, ...fields } = bodyOf(['/up-1', '/up-2', '/up-1']);
    function put(headers: Record<string, string>) {
      return fetch(place.upload_url, { method: 'PUT', headers, body: urls.join('\n') });
    }
    expect((await put({})).status).toBe(403);
    expect((await put({ 'x-api-key': KEY })).status).toBe(200);
    const id = await submit({ ...fields, list_id: place.list_id });
    await untilEnd(id);
    const progress = bodies.progressBody.parse((await call('GET', `/prewarm?req_id=${id}`)).json);
    expect(progress).toMatchObject({ status: 'FINISHED', download_count: 4 });
  });

  it('names the place of a list, as links to reports, by its public URL', async () => {
    const behindProxy = await start('https://prewarm.example.com/warm/');
    const answer = await fetch(`${behindProxy.url}/lists`, { method: 'POST', headers: { 'x-api-key': KEY } });
    const { upload_url, list_id } = bodies.uploadTargetBody.parse(await answer.json());
    await behindProxy.stop();
    expect(upload_url).toBe(`https://prewarm.example.com/warm/lists/${list_id}`);
  });

  it('takes a gzip body, and a PoP that does not exist becomes a failed one', async () => {
    const body = bodyOf(['/zipped'], { pops: ['FRA56-P4', 'CDG50-P1'] });
    const id = await submit(gzipSync(JSON.stringify(body)), { 'content-encoding': 'gzip' });
    await untilEnd(id);
    const summary = bodies.summaryBody.parse((await call('GET', `/summary?req_id=${id}`)).json);
    expect(summary.failure_pops).toEqual(['CDG50-P1']);
  });

  it('stops one request and leaves another alone', async () => {
    cdn.inject({ path: /^\/slow/, fault: { kind: 'slow', delayMs: 400 } });
    const slow = bodyOf(Array.from({ length: 3_000 }, (_, index) => `/slow-${index}`));
    const id = await submit(slow);
    const other = await submit(bodyOf(['/other']));
    const { status, json } = await call('DELETE', `/prewarm?req_id=${id}`);
    expect({ status, json }).toMatchObject({ status: 200 });
    await untilEnd(id);
    await untilEnd(other);
    expect((await call('GET', `/prewarm?req_id=${id}`)).json.status).toBe('STOPPED');
    expect((await call('GET', `/prewarm?req_id=${other}`)).json).toMatchObject({
      status: 'FINISHED',
      percentage_complete: 100,
    });
  });

  it.each([
    ['POST', '/prewarm', 'content-length: 1000\r\n\r\n{"a"'],
    ['POST', '/prewarm', 'transfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n'],
    ['PUT', '/lists/5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11', 'content-length: 1000\r\n\r\nhttp'],
  ])(
    'logs a client that goes away while it sends a body to %s %s as one answered request: %j',
    async (method, path, begun) => {
      log.length = 0;
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      const text = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx-api-key: ${KEY}\r\n${begun}`;
      const untilArrived = new Promise((resolve) => socket.write(text, resolve));
      await untilArrived;
      socket.destroy();
      await until(() => log.length > 0);
      // Whatever else the first request made would be logged before the answer to the next one.
      await call('GET', '/requests?limit=1');
      await until(() => log.length > 1);
      expect(log.map((line) => JSON.parse(line))).toEqual([
        expect.objectContaining({ event: 'http', method, status: 400 }),
        expect.objectContaining({ event: 'http', method: 'GET', status: 200 }),
      ]);
    },
  );

  it('refuses bad input with a real status and starts nothing', async () => {
    const before = bodies.requestListBody.parse((await call('GET', '/requests')).json).requests.length;
    const invalid = await call(
      'POST',
      '/prewarm',
      bodyOf(['/a'], { url_list: ['https://elsewhere.example/a'] }),
    );
    expect(invalid.status).toBe(400);
    expect(bodies.invalidUrlsBody.parse(invalid.json).error_urls).toEqual(['https://elsewhere.example/a']);
    expect((await call('POST', '/prewarm', bodyOf(['/a'], { pops: ['FRA'] }))).status).toBe(400);
    expect((await call('POST', '/prewarm', bodyOf(['/a']), { 'x-api-key': 'wrong' })).status).toBe(403);
    const after = bodies.requestListBody.parse((await call('GET', '/requests')).json).requests.length;
    expect(after).toBe(before);
  });
});
