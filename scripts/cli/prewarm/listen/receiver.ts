import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { BadInput } from '../../bad-input';
import type { Inbox } from './inbox';
import { NotNow, Refusal } from './refusal';

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM of certificate and key. @default - plain HTTP, for a proxy that ends TLS in front */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly inbox: Pick<Inbox, 'take'>;
  /** Called with a line about each request that was not accepted. */
  readonly onProblem: (line: string) => void;
}

export interface Receiver {
  readonly url: string;
  stop(): Promise<void>;
}

/** A message has 256 KiB; as JSON, with what surrounds it, it can be several times that. */
const MOST_BODY_BYTES = 2 * 1024 * 1024;
const LIMITS = { headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000 };
const MOST_CONNECTIONS = 256;

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw new Refusal(`the body has more than ${MOST_BODY_BYTES} bytes`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** SNS takes 2xx for received, and repeats after a 5xx. Who sends something else learns no reason. */
function statusOf(error: unknown): number {
  return error instanceof Refusal ? error.status : 503;
}

function problemLine(error: unknown): string {
  const kind = error instanceof Refusal ? 'refused' : error instanceof NotNow ? 'later' : 'failed';
  return `${kind}: ${error instanceof Error ? error.message : String(error)}`;
}

function listener({ inbox, onProblem }: ReceiverOptions): RequestListener {
  return async (incoming, answer) => {
    if (incoming.method === 'GET' && incoming.url === '/health') {
      answer.writeHead(200).end();
      return;
    }
    if (incoming.method !== 'POST') {
      answer.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    try {
      await inbox.take(await readBody(incoming));
      answer.writeHead(200).end();
    } catch (error) {
      onProblem(problemLine(error));
      const status = statusOf(error);
      // What is left of a body that is too long is not read.
      answer.writeHead(status, status === 413 ? { connection: 'close' } : {}).end();
    }
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new BadInput(`--port: cannot listen on ${host}:${port}: ${error.message}; choose another one`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Listens for what SNS posts.
 * @throws BadInput where it cannot listen, or where certificate and key do not fit
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { host, port, tls } = options;
  const server = createHttpServer(options, tls);
  server.maxConnections = MOST_CONNECTIONS;
  const listening = await listen(server, host, port);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${listening}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), LIMITS.requestTimeout).unref();
      }),
  };
}

function createHttpServer(options: ReceiverOptions, tls: ReceiverOptions['tls']): Server {
  if (tls === undefined) return createServer(LIMITS, listener(options));
  try {
    return createTlsServer({ ...LIMITS, ...tls, minVersion: 'TLSv1.2' }, listener(options));
  } catch (error) {
    throw new BadInput(`--cert, --key: not a certificate (PEM) and its key: ${String(error)}`);
  }
}
