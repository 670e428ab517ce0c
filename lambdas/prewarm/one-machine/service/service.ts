import { createRouter } from '../../api/router';
import type { Log } from '../../engine/ports/log';
import type { RequestContext } from '../../engine/request/normalise-request';
import type { EmbeddedEngine } from '../engine/engine-api';
import { embeddedApplication } from './embedded-application';
import { FollowedRequests } from './followed-requests';
import { guard } from './guard';
import { isLoopbackHost, ListenError, openListener, type RequestHandler } from './listener';
import { type PageFiles, pageServer } from './page';
import { ReportLinks } from './report-links';
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

/**
 * Starts the whole service on this machine: API, queue, store and workers in one process.
 * @throws ListenError, and what opening the engine throws, such as a data directory that another process holds
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { host = '127.0.0.1', port, apiKey, context, log } = options;
  const isLoopback = isLoopbackHost(host);
  if (!isLoopback && apiKey === undefined) {
    throw new ListenError(
      (names) =>
        `${names.host}: got ${host} without an API key; allowed: 127.0.0.1, or another host together with ${names.apiKeyFile}`,
    );
  }
  // Listening comes first: a port that is taken must leave no data directory behind. Who calls meanwhile waits.
  let serve: (router: RequestHandler) => void = () => {};
  const router = new Promise<RequestHandler>((resolve) => {
    serve = resolve;
  });
  const listener = await openListener(host, port, router);
  const { url } = listener;
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
        await listener.end();
        await engine.close({ drain: true });
      },
    };
  } catch (error) {
    listener.abandon();
    throw error;
  }
}
