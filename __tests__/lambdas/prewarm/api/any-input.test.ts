import * as fc from 'fast-check';
import { handle } from 'hono/aws-lambda';
import { ROUTES } from '../../../../lambdas/prewarm/api/routes';
import { anyCharacter } from '../../../support/any-character';
import * as bodies from './bodies';
import { fakeService, REQUEST_ID } from './fake-application';

/** Values that look like those of the API, so that the checks behind the types are reached as well. */
const likely = fc.oneof(
  fc.constantFrom(
    'https://d111111abcdef8.cloudfront.net/a',
    'd111111abcdef8.cloudfront.net',
    'pop',
    'region',
    'eu',
    'FRA56-P4',
    'x-a: b',
    REQUEST_ID,
    '',
    0,
    -1,
    1e308,
    30,
    true,
    null,
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const value = fc.oneof(likely, fc.array(likely, { maxLength: 4 }));
const body = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(
      'url_list',
      'cf_domain',
      'aliases',
      'target_type',
      'regions',
      'countries',
      'pops',
      'near',
      'timeout',
      'header',
      'instance_count',
      'encodings',
      'verify',
      'range',
      'sitemap',
      'notify',
      'DesiredCapacity',
      'force_stop',
      'req_id',
      'average_object_bytes',
      'input',
      '__proto__',
      'constructor',
    ),
    value,
  ),
);

const failures = bodies.failureBodySchema.or(bodies.invalidUrlsBody).or(bodies.gatewayBody);
const ANSWERS = {
  '/prewarm': bodies.acceptedBody,
  '/instances': bodies.successBody,
  '/estimate': bodies.estimateBody,
} as const;

describe('any input', () => {
  it.each(Object.entries(ANSWERS))(
    'to POST %s gets an answer of its schema and never breaks the service',
    async (path, answer) => {
      const { call, log, requests } = fakeService();
      await fc.assert(
        fc.asyncProperty(body, async (json) => {
          requests.clear();
          const { status, json: got } = await call('POST', path, JSON.stringify(json));
          expect([200, 400, 404, 409]).toContain(status);
          (status === 200 ? answer : failures).parse(got);
          expect(log.filter(({ level }) => level === 'error')).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('in a query gets an answer of its schema', async () => {
    const { call, add } = fakeService();
    add({ status: 'FINISHED' });
    const routes = ['/prewarm', '/summary', '/requests', '/pops', '/report', '/instances'];
    const query = fc.dictionary(
      fc.constantFrom('req_id', 'limit', 'after', 'region', 'country', 'format'),
      fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom(REQUEST_ID, '1', 'eu', 'csv', '../../etc')),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), query, async (path, parameters) => {
        const search = new URLSearchParams(parameters).toString();
        const { status, json } = await call('GET', `${path}?${search}`);
        expect([200, 400, 404]).toContain(status);
        if (status !== 200) bodies.failureBodySchema.parse(json);
      }),
      { numRuns: 150 },
    );
  });

  const MALFORMED = ['', '{', '[]', 'null', '"text"', '{"input":"!"}', '{"req_id":7}'];
  const ATTEMPTS = [
    ...ROUTES.map(({ method, path }) => [method, path] as const),
    ['patch', '/nothing'] as const,
  ];
  it.each(ATTEMPTS)(
    'to %s %s gets a body and an id with whatever is refused, on AWS as well',
    async (verb, route) => {
      const { router } = fakeService();
      const handler = handle(router);
      const method = verb.toUpperCase();
      const path = route.replace(/\{\w+\}/g, 'x');
      for (const text of method === 'GET' ? [''] : MALFORMED) {
        const answer = await router.request(`${path}?req_id=%00&limit=x&region=x`, {
          method,
          ...(method !== 'GET' && { body: text }),
        });
        expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
        if (answer.status >= 400) expect(await answer.json()).toHaveProperty('message');
        const event = {
          httpMethod: method,
          path,
          resource: path,
          headers: { host: 'api.example.com' },
          multiValueHeaders: {},
          multiValueQueryStringParameters: { limit: ['x'], req_id: ['\0'] },
          body: text,
          isBase64Encoded: false,
          requestContext: {},
        };
        const {
          statusCode,
          multiValueHeaders,
          body: content,
        } = (await handler(event as never)) as {
          readonly statusCode: number;
          readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
          readonly body: string;
        };
        expect(multiValueHeaders['x-request-id']?.[0]).toMatch(/^[0-9a-f-]{36}$/);
        if (statusCode >= 400) expect(JSON.parse(content)).toHaveProperty('message');
      }
    },
  );
});
