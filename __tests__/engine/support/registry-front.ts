/** What stands before a test registry: ECR's authentication, a bandwidth limit, and switchable faults. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface RegistryFront {
  /** `127.0.0.1:<port>`: what images are named after. */
  readonly host: string;
  /** Requests that came in since the last `reset`. */
  readonly requests: readonly string[];
  /** While true every connection is dropped, as when the registry is down. */
  down: boolean;
  /** While true every request is answered with 429, as when ECR throttles. */
  throttling: boolean;
  /** Body bytes per second to the client; `undefined` = no limit. */
  bytesPerSecond: number | undefined;
  /** `Basic` user and password that is asked for; `undefined` = open. */
  credentials: string | undefined;
  /** Body bytes that went through under a limit since the last `reset`. */
  readonly throttledBytes: number;
  /** Bodies that are on their way under a limit. */
  readonly flowing: number;
  reset(): void;
  close(): Promise<void>;
}

function throttle(bytesPerSecond: number, onBytes: (count: number) => void): Transform {
  return new Transform({
    highWaterMark: 16 * 1024,
    async transform(chunk: Buffer, _encoding, done) {
      await sleep((chunk.length / bytesPerSecond) * 1000);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}

/** Starts a front before `upstream` (`127.0.0.1:<port>`). */
export async function startRegistryFront(upstream: string): Promise<RegistryFront> {
  const requests: string[] = [];
  const front: Omit<Mutable<RegistryFront>, 'host' | 'requests' | 'reset' | 'close'> = {
    down: false,
    throttling: false,
    bytesPerSecond: undefined,
    credentials: undefined,
    throttledBytes: 0,
    flowing: 0,
  };
  function count(bytes: number): void {
    front.throttledBytes += bytes;
  }
  function forward(request: IncomingMessage, response: ServerResponse) {
    const target = httpRequest(
      `http://${upstream}${request.url}`,
      { method: request.method, headers: { ...request.headers, host: request.headers.host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        const limit = front.bytesPerSecond;
        if (limit) front.flowing += 1;
        const done = limit ? pipeline(answer, throttle(limit, count), response) : pipeline(answer, response);
        done
          .catch(() => response.destroy())
          .finally(() => {
            if (limit) front.flowing -= 1;
          });
      },
    );
    target.on('error', () => response.destroy());
    pipeline(request, target).catch(() => target.destroy());
  }
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (front.down) {
      request.socket.destroy();
      return;
    }
    if (front.throttling) {
      const errors = [{ code: 'TOOMANYREQUESTS', message: 'Rate exceeded' }];
      response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
      return;
    }
    const expected = front.credentials && `Basic ${Buffer.from(front.credentials).toString('base64')}`;
    if (expected && request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
      return;
    }
    forward(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return Object.assign(front, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    reset: () => {
      requests.splice(0);
      front.throttledBytes = 0;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
