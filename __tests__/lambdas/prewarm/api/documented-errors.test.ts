import type * as z from 'zod';
import type { Operation, ResponseDoc } from '../../../../lambdas/prewarm/api/documentation';
import { ApiFailure } from '../../../../lambdas/prewarm/api/failure';
import { ROUTES } from '../../../../lambdas/prewarm/api/routes';
import type { Route } from '../../../../lambdas/prewarm/api/routes/route';
import { FleetNotFound } from '../../../../lambdas/prewarm/engine/ports/fleet';
import { InvalidPageToken } from '../../../../lambdas/prewarm/engine/ports/request-store';
import { guard } from '../../../../lambdas/prewarm/one-machine/service/guard';
import { ReportLinks } from '../../../../lambdas/prewarm/one-machine/service/report-links';
import { gatewayDocument } from '../../../../modules/prewarm/gateway-document';
import { BODY, fakeService, REQUEST_ID } from './fake-application';

type Service = ReturnType<typeof fakeService>;
type Answer = Awaited<ReturnType<Service['call']>>;

/** What is sent to a route; what is left out is right for it. */
interface Sent {
  readonly query?: string;
  readonly id?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Bodies with which a route does what it is for. */
const BODIES: Readonly<Record<string, object>> = {
  submit: BODY,
  estimate: BODY,
  setCapacity: { DesiredCapacity: 1, force_stop: true, req_id: REQUEST_ID },
};

function bodyOf({ operationId, body }: Operation): string | undefined {
  if (body === undefined) return undefined;
  return 'text' in body ? 'https://a.example/1\n' : JSON.stringify(BODIES[operationId]);
}

/** The query with which a route that reads an id finds the request. */
function queryOf({ parameters = [] }: Operation): string {
  return parameters.some(({ name }) => name === 'req_id') ? `req_id=${REQUEST_ID}` : '';
}

function send(service: Service, { method, path, operation }: Route, sent: Sent = {}): Promise<Answer> {
  const target = path.replace('{id}', sent.id ?? REQUEST_ID);
  const query = sent.query ?? queryOf(operation);
  const body = operation.body === undefined ? undefined : (sent.body ?? bodyOf(operation));
  return service.call(method.toUpperCase(), query === '' ? target : `${target}?${query}`, body, sent.headers);
}

function reject(error: Error) {
  return async () => {
    throw error;
  };
}

/** Sends large bodies until one more is refused; those that were let in are answered after that. */
async function crowd(service: Service, route: Route): Promise<Answer> {
  const { parse, fleet } = service.application;
  const { setCapacity } = fleet;
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  Object.assign(service.application, { parse: (body: unknown) => gate.then(() => parse(body)) });
  Object.assign(fleet, { setCapacity: (instances: number) => gate.then(() => setCapacity(instances)) });
  const body = `${JSON.stringify(BODIES[route.operation.operationId] ?? {})}${' '.repeat(1_100_000)}`
    // A stop would be refused at once, and its turn be over.
    .replace('"force_stop":true', '"force_stop":false');
  const answers = Array.from({ length: 20 }, () => send(service, route, { body }));
  try {
    return await Promise.any(
      answers.map(async (answer) => {
        const { status } = await answer;
        if (status !== 503) throw new Error(`answered ${status}`);
        return answer;
      }),
    );
  } finally {
    open();
    await Promise.all(answers);
  }
}

/** A stream of more bytes than a list may have. */
function endlessList(): ReadableStream<Uint8Array> {
  const piece = new Uint8Array(64 * 1024 * 1024);
  return new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
}

async function uploadWithoutEnd(service: Service, { path }: Route): Promise<Answer> {
  Object.assign(service.application, {
    receiveList: async (_: string, body: AsyncIterable<Uint8Array>) => {
      for await (const _piece of body);
    },
  });
  const response = await service.router.request(path.replace('{id}', REQUEST_ID), {
    method: 'PUT',
    body: endlessList() as never,
    duplex: 'half',
  } as RequestInit);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

const FULL_DISK = new ApiFailure('STORAGE_FULL', 'The disk is full.');
const FULL_LISTS = new ApiFailure('LISTS_FULL', 'There is no room for this list.');

/** What goes wrong, tried on every route; a route that it does not touch does its work. */
const FAULTS: Readonly<Record<string, (service: Service, route: Route) => Promise<Answer>>> = {
  nothing: (service, route) => send(service, route),
  'no id': (service, route) =>
    send(service, route, { id: '%20', query: '', body: '{"DesiredCapacity":0,"force_stop":1}' }),
  'an id that is not known': (service, route) => {
    service.requests.clear();
    return send(service, route);
  },
  'a query that no route takes': (service, route) =>
    send(service, route, { query: `req_id=${REQUEST_ID}&limit=x&region=x&format=x` }),
  'a request that has ended': (service, route) => {
    service.add({ status: 'FINISHED' });
    return send(service, route);
  },
  'a page token that nobody gave out': (service, route) => {
    Object.assign(service.application, {
      list: async ({ after }: { readonly after?: string }) => {
        if (after !== undefined) throw new InvalidPageToken();
        return { items: [] };
      },
    });
    return send(service, route, { query: `${queryOf(route.operation)}&after=x` });
  },
  'an empty body': (service, route) => send(service, route, { body: '' }),
  'a body that is cut short': (service, route) => send(service, route, { body: '{"url_list":[' }),
  'a field of the wrong type': (service, route) =>
    send(service, route, { body: '{"timeout":"x","DesiredCapacity":"x"}' }),
  'a URL of another host': (service, route) =>
    send(service, route, {
      body: JSON.stringify({ ...BODY, ...BODIES['setCapacity'], url_list: ['ftp://a/'] }),
    }),
  'an encoding that nobody speaks': (service, route) =>
    send(service, route, { headers: { 'content-encoding': 'br' } }),
  'a body that is too large': (service, route) =>
    route.operation.operationId === 'putList'
      ? uploadWithoutEnd(service, route)
      : send(service, route, { body: `{}${' '.repeat(33 * 1024 * 1024)}` }),
  'large bodies at a time': (service, route) =>
    route.operation.body === undefined || 'text' in route.operation.body
      ? send(service, route)
      : crowd(service, route),
  'a full disk': (service, route) => {
    Object.assign(service.application, { submit: reject(FULL_DISK), receiveList: reject(FULL_DISK) });
    return send(service, route);
  },
  'no room for lists': (service, route) => {
    Object.assign(service.application, { receiveList: reject(FULL_LISTS) });
    return send(service, route);
  },
  'an event id that nobody gave out': (service, route) =>
    send(service, route, { headers: { 'last-event-id': 'x' } }),
  'no room for followers': (service, route) => {
    Object.assign(service.application.events ?? {}, { hasRoom: () => false });
    return send(service, route);
  },
  'no fleet': (service, route) => {
    const gone = reject(new FleetNotFound('prewarm_asg_prod'));
    Object.assign(service.application, { waitsForCapacity: gone, submit: gone });
    Object.assign(service.application.fleet, { capacity: gone, setCapacity: gone });
    return send(service, route);
  },
  'an application that broke': (service, route) => {
    for (const name of Object.keys(service.application)) {
      if (name === 'log' || name === 'now') continue;
      Object.defineProperty(service.application, name, {
        get: () => {
          throw new Error('disk on fire');
        },
      });
    }
    return send(service, route);
  },
  'a page of another site': (_, route) =>
    send(
      fakeService({
        guard: guard({ loopbackOnly: true, links: new ReportLinks(() => 0, 'http://127.0.0.1') }),
      }),
      route,
      { headers: { host: 'attacker.example' } },
    ),
};

/** Faults of the gateway in front and of the function behind it, which responds to nothing then. */
const GATEWAY_ONLY = ['429', '502', '504'];
/** It reads nothing that could break: only the function as a whole can. */
const UNBREAKABLE = ['health'];
/** What the gateway says by itself, besides the above: no key, no such route, too large, a fault of its own. */
const OF_GATEWAY = [...GATEWAY_ONLY, '403', '413', '500'];

function schemasOf({ content }: ResponseDoc): readonly z.ZodType[] {
  const bodies = content?.['application/json'];
  return Array.isArray(bodies) ? bodies.map(({ schema }) => schema) : [];
}

/** How many of the documented bodies this one is; `oneOf` asks for exactly one. */
function matches(doc: ResponseDoc, body: unknown): number {
  return schemasOf(doc).filter((schema) => schema.safeParse(body).success).length;
}

function isError(status: number | string): boolean {
  return Number(status) >= 400;
}

function documentedErrors({ responses }: Operation): readonly string[] {
  return Object.keys(responses).filter(isError).sort();
}

const TABLE = ROUTES.map((route) => [route.method.toUpperCase(), route.path, route] as const);

describe('the documented errors', () => {
  it.each(TABLE)('of %s %s are those that it has, with the bodies that it sends', async (_, _path, route) => {
    const { operation } = route;
    const seen = new Set<string>();
    for (const [fault, cause] of Object.entries(FAULTS)) {
      const service = fakeService();
      service.add({ status: 'IN-PROGRESS' });
      const { status, json } = await cause(service, route);
      if (!isError(status)) continue;
      seen.add(String(status));
      const doc = operation.responses[String(status)];
      expect({
        fault,
        status,
        json,
        bodies: doc === undefined ? 'undocumented' : matches(doc, json),
      }).toMatchObject({
        bodies: 1,
      });
    }
    const produced = [
      ...seen,
      ...GATEWAY_ONLY,
      ...(UNBREAKABLE.includes(operation.operationId) ? ['500'] : []),
    ];
    expect(produced.sort()).toEqual(documentedErrors(operation));
  });

  const { 'x-amazon-apigateway-gateway-responses': gatewayResponses } = gatewayDocument({
    title: 'prewarm',
    functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:api',
    partition: 'aws',
    region: 'eu-central-1',
    authorization: 'api-key',
  }) as unknown as {
    readonly 'x-amazon-apigateway-gateway-responses': Readonly<
      Record<string, { readonly responseTemplates: Readonly<Record<string, string>> }>
    >;
  };
  const gatewayBodies = Object.values(gatewayResponses).map(({ responseTemplates }) =>
    JSON.parse(
      (responseTemplates['application/json'] ?? '')
        .replace('$context.requestTime', '02/Jan/2026:03:05:05 +0000')
        .replace('$context.error.messageString', '"Forbidden"'),
    ),
  );

  it.each(TABLE.filter(([, , { needs }]) => needs === undefined))(
    'of %s %s have the body of the gateway where it responds itself',
    (_, _path, { operation }) => {
      // Of the paths whose messages are not part of the compatible API it checks required parameters.
      const statuses = operation.operationId === 'report' ? [...OF_GATEWAY, '400'] : OF_GATEWAY;
      for (const status of statuses) {
        const doc = operation.responses[status];
        if (doc === undefined) continue;
        expect(gatewayBodies.map((body) => matches(doc, body))).toEqual(gatewayBodies.map(() => 1));
      }
    },
  );
});
