import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { failureBody } from '../../api/failure';
import { connectionBudget } from '../../runtime/open-files';
import { DEFAULT_ENGINE_LIMITS } from '../engine/engine-parts';
import { RefusedSetting, type SettingNames } from '../refused-setting';
import { boundConnections, HTTP_LIMITS, oneAtATime } from './http-bounds';
import { serverEnd } from './server-end';

/** The service cannot listen where it was told to. */
export class ListenError extends RefusedSetting {
  override readonly name = 'ListenError';

  constructor(explain: (names: SettingNames) => string, options?: ErrorOptions) {
    super('CANNOT_LISTEN', explain, options);
  }
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Returns true for an address that only this machine reaches. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK.has(host);
}

/** What handles requests, such as a router. */
export interface RequestHandler {
  readonly fetch: (request: Request, environment?: object) => Response | Promise<Response>;
}

export interface Listener {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Lets answers that are underway end (bounded), and takes no new connection. */
  readonly end: () => Promise<void>;
  /** Closes everything at once. */
  readonly abandon: () => void;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new ListenError(
          (names) => `cannot listen on ${host}:${port}: ${error.message}; choose another ${names.port}`,
          { cause: error },
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Responds where the host and the target of a request make no URL, or no route could respond. */
function unreadable(error: unknown): Response {
  const [status, message] =
    error instanceof RequestError
      ? [400, 'Host: allowed: a host name or address, with or without a port.']
      : [500, 'Internal server error.'];
  const headers = { 'x-request-id': randomUUID() };
  return Response.json(failureBody(Date.now(), message), { status, headers });
}

/**
 * Listens for HTTP, within the bounds that a service has.
 * @param handler who calls before it is there waits
 * @throws ListenError
 */
export async function openListener(
  host: string,
  port: number,
  handler: Promise<RequestHandler>,
): Promise<Listener> {
  const listener = getRequestListener(
    async (request, environment) => (await handler).fetch(request, environment),
    { errorHandler: unreadable },
  );
  const server = createServer(HTTP_LIMITS, oneAtATime(listener));
  boundConnections(server, connectionBudget(DEFAULT_ENGINE_LIMITS.maxFetchesInFlight).clients);
  const end = serverEnd(server);
  const listening = await listen(server, host, port);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    end,
    abandon: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
