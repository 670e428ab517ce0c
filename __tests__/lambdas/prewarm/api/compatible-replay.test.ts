/**
 * Calls as clients of the v2 prewarm extension make them, replayed one by one through the Lambda adapter. What is refused here is
 * in the documented differences, which a call names by their words.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { checkPrewarmBody } from '../../../../lambdas/prewarm/api/check-prewarm-body';
import { createRouter } from '../../../../lambdas/prewarm/api/router';
import { fixedResolver } from '../support/request-context';
import { fakeService, REQUEST_ID } from './fake-application';

const DOMAIN = 'd111111abcdef8.cloudfront.net';
const URLS = [`https://${DOMAIN}/index.html`, `https://${DOMAIN}/css/bootstrap-icons.css`];
const BODY = {
  url_list: URLS,
  cf_domain: DOMAIN,
  target_type: 'pop',
  pops: ['FRA56-P4', 'ATL59-P1'],
  timeout: 30,
  header: ['user-agent: Mozilla/5.0'],
  instance_count: 2,
};

interface RecordedCall {
  readonly what: string;
  readonly call: string;
  readonly body?: unknown;
  /** Words of the documented difference by which it is refused. @default - the call is a 200 */
  readonly refused?: string;
}

const STATUS = 'Errors have a real status';
const CALLS: readonly RecordedCall[] = [
  { what: 'points of presence', call: 'POST /prewarm', body: BODY },
  {
    what: 'regions',
    call: 'POST /prewarm',
    body: { ...BODY, target_type: 'region', regions: ['us', 'EU', 'apac', 'jp', 'au', 'ca', 'sa', 'cn'] },
  },
  { what: 'all regions', call: 'POST /prewarm', body: { ...BODY, target_type: 'region', regions: [] } },
  {
    what: 'countries',
    call: 'POST /prewarm',
    body: { ...BODY, target_type: 'country', countries: ['japan', 'India', 'malaysia', 'singapore'] },
  },
  { what: 'all countries', call: 'POST /prewarm', body: { ...BODY, target_type: 'country', countries: [] } },
  { what: 'a target type that is empty', call: 'POST /prewarm', body: { ...BODY, target_type: '' } },
  { what: 'no target type', call: 'POST /prewarm', body: { ...BODY, target_type: undefined } },
  { what: 'no points of presence', call: 'POST /prewarm', body: { ...BODY, pops: [] } },
  {
    what: 'fields that do not belong to the target',
    call: 'POST /prewarm',
    body: { ...BODY, regions: ['us'], countries: ['japan'] },
  },
  {
    what: 'null for what is left out',
    call: 'POST /prewarm',
    body: { ...BODY, regions: null, countries: null },
  },
  {
    what: 'a domain under an alias record',
    call: 'POST /prewarm',
    body: { ...BODY, cf_domain: 'www.example.com', url_list: ['https://www.example.com/a'] },
  },
  {
    what: 'hosts under alias records',
    call: 'POST /prewarm',
    body: { ...BODY, url_list: ['https://www.example.com/a', 'https://img.example.org/b'] },
  },
  {
    what: 'blanks and parentheses',
    call: 'POST /prewarm',
    body: { ...BODY, url_list: [` https://${DOMAIN}/a b(1).png `] },
  },
  { what: 'duplicates', call: 'POST /prewarm', body: { ...BODY, url_list: [...URLS, ...URLS] } },
  { what: 'http', call: 'POST /prewarm', body: { ...BODY, url_list: [`http://${DOMAIN}/a`] } },
  { what: 'a list without URLs', call: 'POST /prewarm', body: { ...BODY, url_list: [] } },
  { what: 'half a minute', call: 'POST /prewarm', body: { ...BODY, timeout: 0.5 } },
  { what: 'headers: none', call: 'POST /prewarm', body: { ...BODY, header: [] } },
  { what: 'headers: left out', call: 'POST /prewarm', body: { ...BODY, header: undefined } },
  { what: 'no domain', call: 'POST /prewarm', body: { ...BODY, cf_domain: undefined } },
  {
    what: 'fields of its own',
    call: 'POST /prewarm',
    body: { ...BODY, protocol: 'https', req_name: 'release' },
  },
  { what: 'an invalidation', call: 'POST /prewarm', body: { ...BODY, need_invalidate: true } },
  { what: 'an invalidation, as text', call: 'POST /prewarm', body: { ...BODY, need_invalidate: 'true' } },
  { what: 'an invalidation, as a number', call: 'POST /prewarm', body: { ...BODY, need_invalidate: 1 } },
  { what: 'no instances', call: 'POST /prewarm', body: { ...BODY, instance_count: 0 } },
  {
    what: 'a body of gzip',
    call: 'POST /prewarm',
    body: { input: gzipSync(JSON.stringify(BODY)).toString('base64') },
  },
  {
    what: 'ftp',
    call: 'POST /prewarm',
    body: { ...BODY, url_list: [`ftp://${DOMAIN}/a`] },
    refused: '`ftp` URLs',
  },
  {
    what: 'a time-out above four days',
    call: 'POST /prewarm',
    body: { ...BODY, timeout: 10_000 },
    refused: '`timeout` above four days',
  },
  {
    what: 'a time-out that is text',
    call: 'POST /prewarm',
    body: { ...BODY, timeout: '30' },
    refused: '`timeout` above four days, or text',
  },
  {
    what: 'a point of presence that is none',
    call: 'POST /prewarm',
    body: { ...BODY, pops: ['nowhere'] },
    refused: 'refused elsewhere',
  },
  {
    what: 'a region that is none',
    call: 'POST /prewarm',
    body: { ...BODY, target_type: 'region', regions: ['moon'] },
    refused: STATUS,
  },
  { what: 'text that is no JSON', call: 'POST /prewarm', body: '{', refused: STATUS },
  { what: 'progress', call: `GET /prewarm?req_id=${REQUEST_ID}` },
  { what: 'progress of nothing', call: 'GET /prewarm', refused: STATUS },
  {
    what: 'progress of an unknown request',
    call: 'GET /prewarm?req_id=11111111-1111-4111-8111-111111111111',
    refused: STATUS,
  },
  { what: 'a summary before the end', call: `GET /summary?req_id=${REQUEST_ID}`, refused: STATUS },
  { what: 'the capacity', call: 'GET /instances' },
  { what: 'another capacity', call: 'POST /instances', body: { DesiredCapacity: 3 } },
  { what: 'a capacity below 0', call: 'POST /instances', body: { DesiredCapacity: -1 }, refused: STATUS },
  { what: 'a capacity above 300', call: 'POST /instances', body: { DesiredCapacity: 301 }, refused: STATUS },
  { what: 'no capacity', call: 'POST /instances', body: {}, refused: STATUS },
  {
    what: 'a stop without an id',
    call: 'POST /instances',
    body: { DesiredCapacity: 0, force_stop: 1 },
    refused: STATUS,
  },
  {
    what: 'a stop',
    call: 'POST /instances',
    body: { DesiredCapacity: 0, req_id: REQUEST_ID, force_stop: 1 },
  },
  {
    what: 'a stop of what is stopped',
    call: 'POST /instances',
    body: { DesiredCapacity: 0, req_id: REQUEST_ID, force_stop: true },
    refused: STATUS,
  },
  { what: 'a summary', call: `GET /summary?req_id=${REQUEST_ID}` },
];

const ALIASES = {
  'www.example.com': { kind: 'addresses', addresses: ['13.32.0.1'], canonicalName: 'www.example.com' },
  'img.example.org': { kind: 'addresses', addresses: ['13.32.0.1'], canonicalName: 'img.example.org' },
} as const;
const FOUND = { domain: DOMAIN, aliases: ['www.example.com', '*.example.org'] };

const service = fakeService();
Object.assign(service.application, {
  parse: (body: unknown) =>
    checkPrewarmBody(body, {
      directory: service.application.directory,
      resolver: fixedResolver(ALIASES),
      policy: 'public',
      findDistribution: async () => FOUND,
      unknownFields: 'ignore',
    }),
});
const lambda = handle(createRouter(service.application));

/** As API Gateway calls the function: every body in base64. */
async function replay({ call, body }: RecordedCall) {
  const [httpMethod = '', target = ''] = call.split(' ');
  const { pathname: path, searchParams } = new URL(target, 'https://api.example.com');
  const headers = { 'content-type': 'application/json', host: 'api.example.com' };
  const query = Object.fromEntries(searchParams);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const event = {
    version: '1.0',
    resource: path,
    path,
    httpMethod,
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query,
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, [value]]),
    ),
    requestContext: {
      path,
      httpMethod,
      stage: 'prod',
      identity: { sourceIp: '203.0.113.1' },
      requestId: 'r',
    },
    body: body === undefined ? null : Buffer.from(text).toString('base64'),
    isBase64Encoded: body !== undefined,
  };
  const answer: { readonly statusCode: number; readonly body: string } = await lambda(
    event as unknown as LambdaEvent,
  );
  return { status: answer.statusCode, text: answer.body };
}

const repository = join(__dirname, '../../../..');
const documented = ['modules/prewarm/README.md', 'lambdas/prewarm/README.md']
  .map((file) => readFileSync(join(repository, file), 'utf8'))
  .join('\n');

// In order: some of them go on from what others did.
describe('a client of the solution that this one replaces', () => {
  it.each(CALLS)('$call with $what: a 200, or what the documentation says', async (call) => {
    const { status, text } = await replay(call);
    if (call.refused === undefined) expect([status, text]).toEqual([200, expect.any(String)]);
    else {
      expect([400, 404, 409]).toContain(status);
      expect(documented.includes(call.refused)).toBe(true);
    }
  });
});
