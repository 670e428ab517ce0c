import { gzipSync } from 'node:zlib';
import { checkPrewarmBody } from '../../../../lambdas/prewarm/api/check-prewarm-body';
import { requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import { InvalidPageToken } from '../../../../lambdas/prewarm/engine/ports/request-store';
import { finished, hit, notFound, warmed } from '../engine/report/report-fixture';
import { context, fixedResolver, leadsTo } from '../support/request-context';
import * as bodies from './bodies';
import { BODY, fakeService, REQUEST_ID } from './fake-application';

describe('DELETE /prewarm', () => {
  it('stops the request, and says so again when it is stopped already', async () => {
    const { call, add, requests } = fakeService();
    add({ status: 'CHECK_POP' });
    for (const _ of ['first', 'again']) {
      const { status, json } = await call('DELETE', `/prewarm?req_id=${REQUEST_ID}`);
      expect(status).toBe(200);
      expect(bodies.successBody.parse(json).message).toBe(`Request ${REQUEST_ID} stopped`);
    }
    expect(requests.get(REQUEST_ID)?.status).toBe('STOPPED');
  });

  it('refuses a request that has finished, or that nobody knows', async () => {
    const { call, add } = fakeService();
    expect((await call('DELETE', `/prewarm?req_id=${REQUEST_ID}`)).status).toBe(404);
    add({ status: 'FINISHED' });
    expect((await call('DELETE', `/prewarm?req_id=${REQUEST_ID}`)).status).toBe(409);
  });
});

describe('a list that is too long for a body', () => {
  async function upload(service: ReturnType<typeof fakeService>, list: string): Promise<string> {
    const place = bodies.uploadTargetBody.parse((await service.call('POST', '/lists')).json);
    expect((await service.call('PUT', new URL(place.upload_url).pathname, list)).status).toBe(200);
    return place.list_id;
  }
  const { url_list: urls, ...fields } = BODY;

  it('is uploaded, and named in place of the URLs', async () => {
    const service = fakeService();
    const listId = await upload(service, `${urls.join('\n')}\n`);
    const { status, json } = await service.call('POST', '/prewarm', { ...fields, list_id: listId });
    expect(status).toBe(200);
    const { request_id: id } = bodies.acceptedBody.parse(json);
    expect(service.requests.get(id)?.acceptedUrlCount).toBe(2);
  });

  it('is refused as a whole for a bad URL, and where it was not uploaded', async () => {
    const service = fakeService();
    const missing = await service.call('POST', '/prewarm', { ...fields, list_id: REQUEST_ID });
    expect(missing.status).toBe(400);
    expect(bodies.failureBodySchema.parse(missing.json).message).toContain('upload_url first');

    const listId = await upload(service, `${urls[0]}\nhttps://elsewhere.example/x`);
    const bad = await service.call('POST', '/prewarm', { ...fields, list_id: listId });
    expect(bad.status).toBe(400);
    expect(bodies.invalidUrlsBody.parse(bad.json).error_urls).toEqual(['https://elsewhere.example/x']);
    expect(service.requests.size).toBe(0);
  });

  it.each([
    ['gzip', 200],
    ['br', 415],
    ['zstd', 415],
    ['deflate', 415],
  ])('packed with %s is answered with %i where it is taken', async (coding, status) => {
    const service = fakeService();
    const place = bodies.uploadTargetBody.parse((await service.call('POST', '/lists')).json);
    const { pathname } = new URL(place.upload_url);
    const answer = await service.call('PUT', pathname, 'x', { 'content-encoding': coding });
    expect(answer.status).toBe(status);
  });

  it('has no other place than one that was given out', async () => {
    const { call } = fakeService();
    expect((await call('PUT', '/lists/..%2Fstate', 'x')).status).toBe(400);
  });

  it('is what a body with too many URLs is told to use', async () => {
    const many = new Array(100_001).fill(urls[0]);
    const { status, json } = await fakeService().call('POST', '/prewarm', { ...BODY, url_list: many });
    expect(status).toBe(400);
    expect(bodies.failureBodySchema.parse(json).message).toContain('POST /lists, then list_id');
  });
});

describe('a point of presence whose airport is not known', () => {
  function serviceWhoseDnsHas(pop: string) {
    const service = fakeService();
    const resolver = fixedResolver({ [`d111111abcdef8.${pop}.cloudfront.net`]: leadsTo('', '13.32.0.1') });
    Object.assign(service.application, {
      parse: (body: unknown) => checkPrewarmBody(body, context(resolver)),
    });
    return service;
  }

  it('is taken with a warning where DNS has an address for it', async () => {
    const { call, requests } = serviceWhoseDnsHas('QQQ1-P1');
    const { status, json } = await call('POST', '/prewarm', { ...BODY, pops: ['qqq1-p1', 'FRA56-P4'] });
    expect(status).toBe(200);
    expect(bodies.acceptedBody.parse(json).warnings).toEqual([
      'QQQ1-P1: its airport is not known; DNS has an address for it, so it is taken',
    ]);
    expect(requests.get(REQUEST_ID)?.spec.pops).toEqual(['QQQ1-P1', 'FRA56-P4']);
  });

  it('is refused where DNS has none, and one whose airport is known needs no warning', async () => {
    const { call } = serviceWhoseDnsHas('QQQ1-P1');
    expect((await call('POST', '/prewarm', { ...BODY, pops: ['QQQ2-P1'] })).status).toBe(400);
    const { status, json } = await call('POST', '/prewarm', { ...BODY, pops: ['CPT50'] });
    expect(status).toBe(200);
    expect(json).not.toHaveProperty('warnings');
  });
});

describe('GET /requests', () => {
  it('lists page by page', async () => {
    const { call, add } = fakeService();
    for (const last of ['1', '2', '3']) add({ id: requestId(REQUEST_ID.replace(/.$/, last)) });
    const first = bodies.requestListBody.parse((await call('GET', '/requests?limit=2')).json);
    expect(first.requests).toHaveLength(2);
    const second = bodies.requestListBody.parse(
      (await call('GET', `/requests?limit=2&after=${first.next}`)).json,
    );
    expect([...first.requests, ...second.requests].map(({ request_id: id }) => id.at(-1))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(second.next).toBeNull();
  });

  it('says what a request waits for while the fleet has no instance', async () => {
    const { call, add } = fakeService();
    add({ status: 'IN-PROGRESS', message: 'a source was not read' });
    async function messages(): Promise<unknown[]> {
      return [
        bodies.requestBody.parse((await call('GET', `/requests/${REQUEST_ID}`)).json).message,
        bodies.requestListBody.parse((await call('GET', '/requests')).json).requests[0]?.message,
      ];
    }
    for (const message of await messages())
      expect(message).toMatch(/^a source was not read; waiting for capacity: .*POST \/instances/);
    await call('POST', '/instances', { DesiredCapacity: 1 });
    expect(await messages()).toEqual(['a source was not read', 'a source was not read']);
    await call('POST', '/instances', { DesiredCapacity: 0 });
    add({ status: 'FINISHED' });
    expect(String(await messages())).not.toContain('waiting');
  });

  it.each(['0', '201', 'many', '1.5'])('refuses a page of %s', async (limit) => {
    const { status, json } = await fakeService().call('GET', `/requests?limit=${limit}`);
    expect(status).toBe(400);
    expect(bodies.failureBodySchema.parse(json).message).toContain('limit');
  });

  it('refuses a page token that it did not give out', async () => {
    const { call, application } = fakeService();
    Object.assign(application, {
      list: async () => {
        throw new InvalidPageToken();
      },
    });
    const { status, json } = await call('GET', '/requests?after=made-up');
    expect(status).toBe(400);
    expect(bodies.failureBodySchema.parse(json).message).toContain('after: got a token');
  });

  it('shows one request with its PoPs, and none of its headers', async () => {
    const { call, add } = fakeService();
    const { record, pops } = finished({ 'FRA56-P4': [warmed(), hit(), notFound] });
    add(record, pops);
    const { json, text } = await call('GET', `/requests/${REQUEST_ID}`);
    expect(bodies.requestBody.parse(json)).toMatchObject({
      fetches: 3,
      pops: [{ code: 'FRA56-P4', failed: 1 }],
    });
    expect(text).not.toMatch(/secret|authorization/i);
    expect((await call('GET', '/requests/none')).status).toBe(404);
  });
});

describe('GET /pops', () => {
  it('lists PoPs with their places', async () => {
    const { json } = await fakeService().call('GET', '/pops');
    const { pops } = bodies.popListBody.parse(json);
    expect(pops.length).toBeGreaterThan(300);
    expect(pops.find(({ code }) => code === 'FRA56-P4')).toMatchObject({
      country: 'DE',
      continent: 'Europe',
    });
  });

  it('narrows by region and country, by name or ISO code, in any case', async () => {
    const { call } = fakeService();
    async function codesOf(query: string): Promise<readonly string[]> {
      return bodies.popListBody
        .parse((await call('GET', `/pops?${query}`)).json)
        .pops.map(({ code }) => code);
    }
    const japan = await codesOf('region=JP');
    expect(japan).toContain('NRT57-P3');
    expect(await codesOf('region=eu&country=DE')).toEqual(['FRA56-P4', 'FRA60-P1']);
    expect((await codesOf('country=de')).length).toBeGreaterThan(2);
  });

  it('names the allowed values for what a query may not have', async () => {
    const { call } = fakeService();
    expect((await call('GET', '/pops?region=europa')).json.message).toMatch(
      /region: got "europa"; allowed: .*europe/,
    );
    expect((await call('GET', '/pops?country=atlantis')).status).toBe(400);
    expect((await call('GET', '/requests?limit=abc')).json.message).toBe(
      'limit: got "abc"; allowed: a number',
    );
    expect((await call('GET', '/requests?limit=201')).json.message).toBe(
      'limit: got "201"; allowed: at most 200',
    );
    expect((await call('GET', '/report?req_id=x&format=pdf')).json.message).toBe(
      'format: got "pdf"; allowed: csv, json, html',
    );
  });
});

describe('POST /estimate', () => {
  it('estimates without starting anything', async () => {
    const { call, requests } = fakeService();
    const { status, json } = await call('POST', '/estimate', {
      ...BODY,
      pops: ['FRA56-P4', 'NRT57-P3'],
      encodings: ['gzip', 'br'],
      average_object_bytes: 1_000_000_000,
    });
    expect(status).toBe(200);
    // 2 URLs x 2 encodings x 1 GB per PoP: Europe at 0.085 and Japan at 0.114 per GB.
    expect(bodies.estimateBody.parse(json)).toMatchObject({
      urls: 2,
      pops: 2,
      // 4 fetches per PoP, and of them a sample asked for again.
      requests: 10,
      bytes: 8_000_000_000,
      cost_usd: { cloudfront_transfer: 0.796, invalidation: 0 },
    });
    expect(requests.size).toBe(0);
  });

  it('takes the size of objects from the last request for the distribution, where nothing is given', async () => {
    const { call, add } = fakeService();
    const guessed = (await call('POST', '/estimate', BODY)).json;
    expect(guessed.bytes).toBe(2 * 100_000);
    expect(guessed.assumptions[0]).toContain('a guess');
    add({ urlBytes: 3_000, totals: { urlCount: 3, popCount: 1, sliceCount: 1, fetchCount: 3 } });
    const remembered = (await call('POST', '/estimate', BODY)).json;
    expect(remembered.bytes).toBe(2 * 1_000);
    expect(remembered.assumptions[0]).toContain('as in the last request');
  });

  it('counts a URL once that the list has twice', async () => {
    const { json } = await fakeService().call('POST', '/estimate', {
      ...BODY,
      url_list: [...BODY.url_list, ...BODY.url_list],
    });
    expect(json.urls).toBe(2);
  });

  it('refuses what POST /prewarm would refuse, in the same words', async () => {
    const { call } = fakeService();
    const bad = { ...BODY, url_list: ['ftp://x/'] };
    expect((await call('POST', '/estimate', bad)).json.error_urls).toEqual(['ftp://x/']);
    expect((await call('POST', '/estimate', { ...BODY, average_object_bytes: -1 })).status).toBe(400);
  });
});

describe('GET /report', () => {
  it.each([
    ['csv', 'failed_pop_urls.csv', 'text/csv; charset=utf-8'],
    ['json', 'report.json', 'application/json'],
    ['html', 'report.html', 'text/html; charset=utf-8'],
  ])('hands out the %s report', async (format, blob, type) => {
    const { call, add, blobs } = fakeService();
    add(finished({}).record);
    blobs.set(`${REQUEST_ID}/${blob}`, '{"the":"report"}');
    const { status, text, headers } = await call('GET', `/report?req_id=${REQUEST_ID}&format=${format}`);
    expect(status).toBe(200);
    expect(text).toBe('{"the":"report"}');
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('breaks off where the report cannot be read to its end', async () => {
    const { application, router, add, blobs } = fakeService();
    add(finished({}).record);
    blobs.set(`${REQUEST_ID}/report.json`, '{}');
    Object.assign(application.blobs, {
      async *read() {
        yield Buffer.from('{');
        throw new Error('disk gone');
      },
    });
    const response = await router.request(`/report?req_id=${REQUEST_ID}&format=json`);
    await expect(response.text()).rejects.toThrow('disk gone');
  });

  it('redirects to a link that expires where reports are kept elsewhere', async () => {
    const { application, call, add, blobs } = fakeService();
    Object.assign(application, { reportDelivery: 'redirect' });
    add(finished({}).record);
    blobs.set(`${REQUEST_ID}/report.html`, '<!doctype html>');
    const { status, headers } = await call('GET', `/report?req_id=${REQUEST_ID}`);
    expect(status).toBe(302);
    expect(headers.get('location')).toBe(`https://bucket.example/${REQUEST_ID}/report.html?seconds=600`);
  });

  it('says that the report of an ended request is being written', async () => {
    const service = fakeService();
    const { id } = service.add({ status: 'FINISHED' });
    const { status, json } = await service.call('GET', `/report?req_id=${id}`);
    expect(status).toBe(404);
    expect(json.message).toBe(
      `Request ${id} is FINISHED, and its report is being written; ask again in a moment.`,
    );
  });

  it('refuses an empty list, and stores nothing', async () => {
    const service = fakeService();
    const { status, json } = await service.call('PUT', `/lists/${REQUEST_ID}`, '');
    expect(status).toBe(400);
    expect(json.message).toMatch(/^The list is empty/);
    expect([...service.blobs.keys()]).toEqual([]);
  });

  it('names the number of instances that is set, where the fleet may have no more', async () => {
    const service = fakeService();
    Object.assign(service.application.fleet, { maxInstances: 1 });
    const { json } = await service.call('POST', '/instances', { DesiredCapacity: 250 });
    expect(json.message).toBe(
      'Auto Scaling Group prewarm_asg_prod updated to Desired Capacity: 1, the most that it may have (250 asked for)',
    );
  });

  it('says that a report is not written yet', async () => {
    const { call, add } = fakeService();
    add({ status: 'IN-PROGRESS' });
    const { status, json } = await call('GET', `/report?req_id=${REQUEST_ID}&format=csv`);
    expect(status).toBe(404);
    expect(json.message).toContain('not written yet (status IN-PROGRESS)');
  });

  it.each(['format=pdf', 'req_id='])('refuses %s', async (query) => {
    expect((await fakeService().call('GET', `/report?${query}`)).status).toBe(400);
  });
});

describe('bodies', () => {
  const packed = gzipSync(JSON.stringify(BODY));

  it('reads a gzip body', async () => {
    const { call, requests } = fakeService();
    expect((await call('POST', '/prewarm', packed, { 'content-encoding': 'gzip' })).status).toBe(200);
    expect(requests.get(REQUEST_ID)?.acceptedUrlCount).toBe(2);
  });

  it('reads a gzip body that a gateway has unpacked, and whose header it left', async () => {
    const { call } = fakeService();
    expect((await call('POST', '/prewarm', BODY, { 'content-encoding': 'gzip' })).status).toBe(200);
  });

  it('reads base64 of gzip in the field input', async () => {
    const { call } = fakeService();
    expect((await call('POST', '/prewarm', { input: packed.toString('base64') })).status).toBe(200);
  });

  const limits = { receivedBytes: 2_000, unpackedBytes: 4_000 };
  const bomb = gzipSync(Buffer.alloc(1_000_000, ' '));

  it.each([
    ['a large body', 'x'.repeat(2_001), {}, 413],
    ['a small body that unpacks to a huge one', bomb, { 'content-encoding': 'gzip' }, 413],
    ['the same inside input', JSON.stringify({ input: bomb.toString('base64') }), {}, 413],
    ['a body that is not gzip', 'plain', { 'content-encoding': 'gzip' }, 400],
    ['an encoding nobody speaks', 'plain', { 'content-encoding': 'br' }, 415],
    ['input that is not base64', JSON.stringify({ input: '***' }), {}, 400],
    ['JSON that is cut short', '{"url_list": ["https://a', {}, 400],
    ['no body', '', {}, 400],
  ])('refuses %s', async (_, body, headers, expected) => {
    const { call, requests } = fakeService({ limits });
    const { status, json } = await call('POST', '/prewarm', body, headers as Record<string, string>);
    expect(status).toBe(expected);
    expect(bodies.failureBodySchema.parse(json)).toEqual(json);
    expect(requests.size).toBe(0);
  });
});

describe('every answer', () => {
  it('is logged once with method, route, status, latency and request id, without ids and queries', async () => {
    const { call, log } = fakeService();
    const { headers } = await call('GET', `/prewarm?req_id=${REQUEST_ID}`);
    expect(log).toEqual([
      {
        level: 'info',
        event: 'http',
        fields: {
          method: 'GET',
          route: '/prewarm',
          status: 404,
          latencyMs: expect.any(Number),
          requestId: headers.get('x-request-id'),
        },
      },
    ]);
  });

  it('never has a header of a request in the log', async () => {
    const { call, log } = fakeService();
    await call('POST', '/prewarm', BODY);
    await call('POST', '/prewarm', { ...BODY, pops: ['none'] });
    expect(log).toHaveLength(2);
    expect(JSON.stringify(log)).not.toMatch(/secret|authorization/i);
  });

  it('hides what broke from the caller and keeps it in the log', async () => {
    const service = fakeService();
    Object.assign(service.application, {
      find: async () => {
        throw new Error('disk on fire');
      },
    });
    const { status, text, json } = await service.call('GET', `/prewarm?req_id=${REQUEST_ID}`);
    expect(status).toBe(500);
    expect(bodies.failureBodySchema.parse(json)).toEqual(json);
    expect(text).not.toContain('disk');
    expect(JSON.stringify(service.log)).toContain('disk on fire');
  });

  it.each([
    ['GET', '/nowhere'],
    ['PUT', '/prewarm'],
    ['GET', '/estimate'],
  ])('is what the gateway says for %s %s', async (method, path) => {
    const { status, json } = await fakeService().call(method, path);
    expect(status).toBe(403);
    expect(bodies.gatewayBody.parse(json)).toMatchObject({ message: 'Missing Authentication Token' });
  });
});
