/** One address for the services that a rollout calls, over HTTP as the SDK's clients and the boot program speak to them. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultXml } from './auto-scaling-api';
import { Fault } from './fault';
import type { JsonActions } from './json-services';

export interface FakeAws {
  readonly url: string;
  /** Operations in order, such as `PutWarmPool`. */
  readonly calls: readonly string[];
  /** How many of the next calls of an operation are throttled. */
  throttle(operation: string, times: number): void;
  /** Has something happen just before a call of an operation is answered, once. */
  before(operation: string, happens: () => void): void;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

export async function startFakeAws(services: {
  readonly autoScaling: (form: URLSearchParams) => string;
  readonly json: readonly JsonActions[];
}): Promise<FakeAws> {
  const calls: string[] = [];
  const throttled = new Map<string, number>();
  const before = new Map<string, () => void>();
  const json: JsonActions = Object.assign({}, ...services.json);

  function checked(request: IncomingMessage, operation: string): void {
    calls.push(operation);
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
      throw new Fault('MissingAuthenticationToken', 'Missing Authentication Token', 403);
    const left = throttled.get(operation) ?? 0;
    throttled.set(operation, left - 1);
    if (left > 0) throw new Fault('Throttling', 'Rate exceeded');
    before.get(operation)?.();
    before.delete(operation);
  }

  async function answer(request: IncomingMessage): Promise<readonly [number, string, string]> {
    const body = await bodyOf(request);
    const target = request.headers['x-amz-target'];
    const isJson = typeof target === 'string';
    try {
      if (!isJson) {
        const form = new URLSearchParams(body);
        checked(request, form.get('Action') ?? '');
        return [200, 'text/xml', services.autoScaling(form)];
      }
      checked(request, target.split('.')[1] ?? '');
      const run = json[target];
      if (run === undefined) throw new Fault('UnknownOperationException', '');
      return [200, 'application/x-amz-json-1.1', JSON.stringify(run(JSON.parse(body)))];
    } catch (error) {
      const fault = error instanceof Fault ? error : new Fault('InternalFailure', String(error), 500);
      return isJson
        ? [
            fault.status,
            'application/x-amz-json-1.1',
            JSON.stringify({ __type: fault.code, message: fault.message }),
          ]
        : [fault.status, 'text/xml', faultXml(fault)];
    }
  }

  const server = createServer((request, response) => {
    answer(request).then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    throttle: (operation, times) => throttled.set(operation, times),
    before: (operation, happens) => before.set(operation, happens),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
