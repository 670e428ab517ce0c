import { requestId } from '../../../../lambdas/prewarm/engine/model/ids';
import { FleetNotFound } from '../../../../lambdas/prewarm/engine/ports/fleet';
import { finished, hit, notFound, popRecord, tallyOf, warmed } from '../engine/report/report-fixture';
import * as bodies from './bodies';
import { BODY, fakeService, REQUEST_ID } from './fake-application';

const OTHER_ID = '11111111-1111-4111-8111-111111111111';

describe('POST /prewarm', () => {
  it('answers a stored request with the keys of the compatible API, in their order', async () => {
    const { call } = fakeService();
    const { status, json, text } = await call('POST', '/prewarm', BODY);
    expect(status).toBe(200);
    expect(bodies.acceptedBody.parse(json)).toEqual(json);
    expect(text).toBe(
      `{"status":"Success","error_message":"","error_urls":[],"request_id":"${REQUEST_ID}","timestamp":"2026-01-02 03:04:05.678000","timeout_at":"2026-01-02 03:34:05.678000"}`,
    );
  });

  it('refuses the whole request for one invalid URL, and stores nothing', async () => {
    const { call, requests } = fakeService();
    const { status, json, text } = await call('POST', '/prewarm', {
      ...BODY,
      url_list: [...BODY.url_list, 'ftp://d111111abcdef8.cloudfront.net/a b'],
    });
    expect(status).toBe(400);
    expect(bodies.invalidUrlsBody.parse(json)).toEqual(json);
    expect(text).toBe(
      '{"status":"Failed","error_message":"Invalid URLs","error_urls":["ftp://d111111abcdef8.cloudfront.net/a%20b"],"request_id":"","timestamp":"2026-01-02 03:05:05.678000","timeout_at":"","error_reasons":["ftp://d111111abcdef8.cloudfront.net/a%20b: does not start with http:// or https://"]}',
    );
    expect(requests.size).toBe(0);
  });

  it('says why URLs are refused and what to do, once a reason, of twenty at most', async () => {
    const { call } = fakeService();
    const hosts = Array.from({ length: 30 }, (_, n) => `https://www${n}.elsewhere.example`);
    const list = hosts.flatMap((host) => [`${host}/1`, `${host}/2`]);
    const { json } = await call('POST', '/prewarm', { ...BODY, url_list: list });
    const { error_reasons: reasons } = bodies.invalidUrlsBody.parse(json);
    expect(reasons).toHaveLength(20);
    expect(reasons[1]).toMatch(
      /^https:\/\/www1\.elsewhere\.example\/1: www1\.elsewhere\.example .*; name it in aliases if d\w+\.cloudfront\.net serves it$/,
    );
  });

  it.each([
    ['a misspelt PoP', { pops: ['FRA56-P9999'] }, /pops\[0\].*FRA56/],
    ['a time-out that is text', { timeout: '30' }, /timeout: got "30"/],
    ['a missing time-out', { timeout: undefined }, /timeout: got nothing/],
    ['a header with a line end', { header: ['x: a\r\nhost: b'] }, /header\[0\]/],
    ['an unknown field', { time_out: 3 }, /time_out.*did you mean "timeout"/],
  ])('answers 400 that names the field for %s', async (_, change, message) => {
    const { call, requests } = fakeService();
    const { status, json } = await call('POST', '/prewarm', { ...BODY, ...change });
    expect(status).toBe(400);
    expect(bodies.failureBodySchema.parse(json).message).toMatch(message);
    expect(requests.size).toBe(0);
  });
});

describe('GET /prewarm', () => {
  const halfDone = {
    status: 'IN-PROGRESS' as const,
    urlBytes: 5000,
    totals: { urlCount: 3, popCount: 2, sliceCount: 2, fetchCount: 6 },
    progress: tallyOf([warmed(), hit(), notFound, warmed()]),
  };

  it('answers progress with the keys of the compatible API, in their order', async () => {
    const { call, add } = fakeService();
    add(halfDone);
    const { status, json, text } = await call('GET', `/prewarm?req_id=${REQUEST_ID}`);
    expect(status).toBe(200);
    expect(bodies.progressBody.parse(json)).toEqual(json);
    expect(text).toBe(
      `{"request_id":"${REQUEST_ID}","download_size":3010,"total_size":10000,"percentage_complete":66,"available_task_count":7,"in_progress_task_count":3,"download_count":4,"total_count":6,"created_at":"2026-01-02 03:04:05.678000","last_update_time":"2026-01-02 03:04:07.178000","timestamp":"2026-01-02 03:05:05.678000","status":"IN-PROGRESS"}`,
    );
  });

  it('says 0 percent before the totals are known, and never more than 100', async () => {
    const { call, add } = fakeService();
    add({});
    expect((await call('GET', `/prewarm?req_id=${REQUEST_ID}`)).json.percentage_complete).toBe(0);
    add({ ...halfDone, totals: { ...halfDone.totals, fetchCount: 2 } });
    expect((await call('GET', `/prewarm?req_id=${REQUEST_ID}`)).json.percentage_complete).toBe(100);
  });

  it.each([
    ['/prewarm', 400, 'req_id is empty!'],
    ['/prewarm?req_id=', 400, 'req_id is empty!'],
    [`/prewarm?req_id=${OTHER_ID}`, 404, 'The reqeust id is invalid.'],
    ['/prewarm?req_id=../../etc/passwd', 404, 'The reqeust id is invalid.'],
    ['/summary', 400, 'req_id is empty!'],
    [`/summary?req_id=${OTHER_ID}`, 404, 'Request Id is invalid.'],
  ])('answers %s with status %i and the old words', async (path, expected, message) => {
    const { call } = fakeService();
    const { status, json } = await call('GET', path);
    expect(status).toBe(expected);
    expect(bodies.failureBodySchema.parse(json).message).toBe(message);
    expect(Object.keys(json)).toEqual(['status', 'timestamp', 'message']);
  });
});

describe('GET /summary', () => {
  it('names failed PoPs and URLs and links the report, keys in their order', async () => {
    const { call, add, blobs } = fakeService();
    const { record, pops } = finished({ 'FRA56-P4': [warmed(), notFound] });
    add(record, [...pops, popRecord('XXX1-C1', { status: 'FAILED' })]);
    blobs.set(`${REQUEST_ID}/failed_urls.txt`, 'https://a.example/x\nhttps://a.example/y');
    const { status, json, text } = await call('GET', `/summary?req_id=${REQUEST_ID}`);
    expect(status).toBe(200);
    expect(bodies.summaryBody.parse(json)).toEqual(json);
    expect(text).toBe(
      `{"request_id":"${REQUEST_ID}","failure_pops":["XXX1-C1"],"failure_urls":["https://a.example/x","https://a.example/y"],"failure_pop_urls_report":"https://bucket.example/${REQUEST_ID}/failed_pop_urls.csv?seconds=600","timestamp":"2026-01-02 03:05:05.678000","created_at":"2026-01-02 03:04:05.678000","last_update_time":"2026-01-02 03:04:07.178000","status":"FINISHED"}`,
    );
  });

  it.each([undefined, ''])('has no failure URL when the list of them is %p', async (content) => {
    const { call, add, blobs } = fakeService();
    add(finished({}).record);
    if (content !== undefined) blobs.set(`${REQUEST_ID}/failed_urls.txt`, content);
    expect((await call('GET', `/summary?req_id=${REQUEST_ID}`)).json.failure_urls).toEqual([]);
  });

  it('refuses while the request runs, with the old words', async () => {
    const { call, add } = fakeService();
    add({ status: 'IN-PROGRESS' });
    const { status, json } = await call('GET', `/summary?req_id=${REQUEST_ID}`);
    expect(status).toBe(409);
    expect(json.message).toBe(
      'Job status is IN-PROGRESS,we can the get the summary when the job is "FINISHED" or "STOPPED.',
    );
  });
});

describe('/instances', () => {
  const GROUP = 'Auto Scaling Group prewarm_asg_prod ';

  it('tells the size of the fleet, keys in their order', async () => {
    const { call } = fakeService();
    await call('POST', '/instances', { DesiredCapacity: 4 });
    const { status, json, text } = await call('GET', '/instances');
    expect(status).toBe(200);
    expect(bodies.capacityBody.parse(json)).toEqual(json);
    expect(text).toBe(
      '{"status":"success","timestamp":"2026-01-02 03:05:05.678000","message":"query success","desiredcapacity":4}',
    );
  });

  it.each([
    ['a size', { DesiredCapacity: 300 }, 200, `${GROUP}updated to Desired Capacity: 300`],
    [
      'force_stop that is false',
      { DesiredCapacity: 1, force_stop: false },
      200,
      `${GROUP}updated to Desired Capacity: 1`,
    ],
    [
      'force_stop that is 0',
      { DesiredCapacity: 1, force_stop: 0 },
      200,
      `${GROUP}updated to Desired Capacity: 1`,
    ],
    ['a missing size', {}, 400, `${GROUP}DesiredCapacity is missing`],
    ['the body null', null, 400, `${GROUP}DesiredCapacity is missing`],
    ['a size below 0', { DesiredCapacity: -1 }, 400, `${GROUP}DesiredCapacity is less than 0`],
    [
      'a size above 300',
      { DesiredCapacity: 301 },
      400,
      `${GROUP}updated to DesiredCapacity is greater than 300`,
    ],
    [
      'force_stop without id',
      { DesiredCapacity: 0, force_stop: true },
      400,
      'If you want to clean the SQS,you must input the requst_id',
    ],
    ['an unknown id', { DesiredCapacity: 0, force_stop: 1, req_id: OTHER_ID }, 404, 'Request Id is invalid.'],
  ])('answers %s as the old API did', async (_, body, expected, message) => {
    const { call } = fakeService();
    const { status, json } = await call('POST', '/instances', JSON.stringify(body));
    expect(status).toBe(expected);
    expect(json).toEqual({
      status: expected === 200 ? 'success' : 'failure',
      timestamp: '2026-01-02 03:05:05.678000',
      message,
    });
  });

  it.each([
    ['no body', ''],
    ['bad JSON', '{'],
    ['a list', '[1]'],
    ['a text', '{"DesiredCapacity":"1"}'],
    ['a fraction', '{"DesiredCapacity":1.5}'],
  ])('answers 400 in the old words for %s', async (_, body) => {
    const { call } = fakeService();
    const { status, json } = await call('POST', '/instances', body);
    expect(status).toBe(400);
    expect(json.message).toMatch(/^Auto Scaling Group prewarm_asg_prod updated to Desired Capacity failed:./);
  });

  it.each(['CREATED', 'CHECK_POP', 'INSERT_TASK', 'IN-PROGRESS'] as const)(
    'stops a request that is %s',
    async (state) => {
      const { call, add, requests } = fakeService();
      add({ status: state });
      const { status, json } = await call('POST', '/instances', {
        DesiredCapacity: 0,
        force_stop: true,
        req_id: REQUEST_ID,
      });
      expect(status).toBe(200);
      expect(json.message).toBe(`${GROUP}updated to Desired Capacity: 0 and clean SQS success!`);
      expect(requests.get(REQUEST_ID)?.status).toBe('STOPPED');
    },
  );

  it('says in the old words that there is no fleet, and what kept a size from being set', async () => {
    const { call, application } = fakeService();
    Object.assign(application.fleet, {
      capacity: async () => {
        throw new FleetNotFound('prewarm_asg_prod');
      },
      setCapacity: async () => {
        throw new Error('scaling activity in progress');
      },
    });
    const read = await call('GET', '/instances');
    expect(read.status).toBe(404);
    expect(read.json.message).toBe('AutoScalingGroups Not exits');
    const written = await call('POST', '/instances', { DesiredCapacity: 2 });
    expect(written.status).toBe(500);
    expect(written.json.message).toBe(
      `${GROUP}updated to Desired Capacity failed:scaling activity in progress`,
    );
  });

  it('leaves other requests and their instances alone when it stops one', async () => {
    const { call, add, requests } = fakeService();
    await call('POST', '/prewarm', BODY);
    add({ id: requestId(OTHER_ID), status: 'IN-PROGRESS' });
    await call('POST', '/instances', { DesiredCapacity: 3 });
    const { json } = await call('POST', '/instances', {
      DesiredCapacity: 0,
      force_stop: true,
      req_id: OTHER_ID,
    });
    expect(json.message).toBe(`${GROUP}updated to Desired Capacity: 0 and clean SQS success!`);
    expect(requests.get(REQUEST_ID)?.status).toBe('CREATED');
    expect((await call('GET', '/instances')).json.desiredcapacity).toBe(2);
  });

  it('refuses to stop what has ended, and leaves the fleet as it is', async () => {
    const { call, add } = fakeService();
    await call('POST', '/instances', { DesiredCapacity: 3 });
    add({ status: 'FINISHED' });
    const { status, json } = await call('POST', '/instances', {
      DesiredCapacity: 0,
      force_stop: true,
      req_id: REQUEST_ID,
    });
    expect(status).toBe(409);
    expect(json.message).toBe('The data is currently being inserted into SQS or Job is FINISHED.');
    expect((await call('GET', '/instances')).json.desiredcapacity).toBe(3);
  });
});
