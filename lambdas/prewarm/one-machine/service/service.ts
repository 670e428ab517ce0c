import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import { failureBody } from '../../api/failure';
import { createRouter } from '../../api/router';
import type { Log } from '../../engine/ports/log';
import type { RequestContext } from '../../engine/request/normalise-request';
import { connectionBudget } from '../../runtime/open-files';
import type { EmbeddedEngine } from '../engine/engine-api';
import { DEFAULT_ENGINE_LIMITS } from '../engine/engine-parts';
import { RefusedSetting, type SettingNames } from '../refused-setting';
import { embeddedApplication } from './embedded-application';
import { FollowedRequests } from './followed-requests';
import { guard } from './guard';
import { boundConnections, HTTP_LIMITS, oneAtATime } from './http-bounds';
import { type PageFiles, pageServer } from './page';
import { ReportLinks } from './report-links';
import { serverEnd } from './server-end';
import { unknownRoute } from './unknown-route';

export interface ServiceOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /**
   * Where clients reach the service; the beginning of links to reports and of upload URLs.
   * @default - the address it listens on for reports, the host that the caller named for lists
   */
  readonly publicUrl?: string;
  /** Needed for a host that is not loopback. */
  readonly apiKey?: string;
  /** @default - who opens the address in a browser is told of the API */
  readonly page?: PageFiles;
  readonly context: RequestContext;
  readonly log: Log;
  /** Opens the engine; its links to reports are to be made by `linkTo`. */
  readonly openEngine: (linkTo: (key: string, seconds: number) => string) => Promise<EmbeddedEngine>;
}

export interface RunningService {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Resolves, with the reason, when the engine can store nothing any more. */
  readonly broken: Promise<Error>;
  /** Takes no new connection, lets answers and slices that are underway end (bounded), closes the store. */
  stop(): Promise<void>;
}

/** The service cannot listen where it was told to. */
export class ListenError extends RefusedSetting {
  override readonly name = 'ListenError';

  constructor(explain: (names: SettingNames) => string, options?: ErrorOptions) {
    super('CANNOT_LISTEN', explain, options);
  }
}

type Router = ReturnType<typeof createRouter>;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

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
 * Starts the whole service on this machine: API, queue, store and workers in one process.
 * @throws ListenError, and what opening the engine throws, such as a data directory that another process holds
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { host = '127.0.0.1', port, apiKey, context, log } = options;
  const isLoopback = LOOPBACK.has(host);
  if (!isLoopback && apiKey === undefined) {
    throw new ListenError(
      (names) =>
        `${names.host}: got ${host} without an API key; allowed: 127.0.0.1, or another host together with ${names.apiKeyFile}`,
    );
  }
  // Listening comes first: a port that is taken must leave no data directory behind. Who calls meanwhile waits.
  let serve: (router: Router) => void = () => {};
  const router = new Promise<Router>((resolve) => {
    serve = resolve;
  });
  const listener = getRequestListener(
    async (request, environment) => (await router).fetch(request, environment),
    { errorHandler: unreadable },
  );
  const server = createServer(HTTP_LIMITS, oneAtATime(listener));
  boundConnections(server, connectionBudget(DEFAULT_ENGINE_LIMITS.maxFetchesInFlight).clients);
  const endServer = serverEnd(server);
  const listening = await listen(server, host, port);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${listening}`;
  const publicUrl = options.publicUrl?.replace(/\/+$/, '');
  const links = new ReportLinks(Date.now, publicUrl ?? url);
  try {
    const engine = await options.openEngine((key, seconds) => links.linkTo(key, seconds));
    const events = new FollowedRequests(engine);
    serve(
      createRouter(embeddedApplication(engine, { context, log, events, publicUrl }), {
        guard: guard({ ...(apiKey !== undefined && { apiKey }), loopbackOnly: isLoopback, links }),
        unknownRoute: unknownRoute(options.page && pageServer(options.page)),
      }),
    );
    return {
      url,
      broken: engine.broken,
      stop: async () => {
        events.close();
        await endServer();
        await engine.close({ drain: true });
      },
    };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
}
