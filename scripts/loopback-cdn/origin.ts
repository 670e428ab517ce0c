import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An object of the origin, or its response in place of one. */
export interface OriginObject {
  readonly body: string | Uint8Array;
  /** @default application/octet-stream */
  readonly contentType?: string;
  /** @default 200 */
  readonly status?: number;
  /** @default public, max-age=86400 */
  readonly cacheControl?: string;
  /** For a redirect. */
  readonly location?: string;
}

export interface OriginOptions {
  /** How long each request takes before its answer begins, in milliseconds. */
  readonly delayMs: number;
  /** Size of every object that is not listed, in bytes. */
  readonly objectBytes: number;
  /** Objects by path without the query. */
  readonly objects: Readonly<Record<string, OriginObject>>;
}

export interface Origin {
  readonly port: number;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
}

function send(object: OriginObject, response: ServerResponse): void {
  const body = Buffer.from(object.body);
  response.writeHead(object.status ?? 200, {
    'content-type': object.contentType ?? 'application/octet-stream',
    'cache-control': object.cacheControl ?? 'public, max-age=86400',
    'content-length': body.length,
    ...(object.location === undefined ? {} : { location: object.location }),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Starts a slow HTTP origin on 127.0.0.1. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const filler: OriginObject = { body: Buffer.alloc(options.objectBytes, 'warm') };
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests += 1;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (options.delayMs > 0) await sleep(options.delayMs);
    send(options.objects[path] ?? filler, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
