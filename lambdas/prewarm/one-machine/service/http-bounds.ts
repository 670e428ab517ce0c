import { randomUUID } from 'node:crypto';
import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { failureBody } from '../../api/failure';
import { visibleJson } from '../../engine/model/visible-text';

/*
 * What a client may take of the service before anybody has looked at its key: connections, time, memory of answers that it does
 * not read. The figures are in the README of this folder.
 */

/** Requests of one connection that wait for the answer to the one before. */
const MAX_PIPELINED = 16;
/** A client gets this long for its headers, and for its whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
/** A connection without a request. */
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
/** An answer of which the client takes nothing. */
const STALLED_MS = 30_000;

/** The time-outs as Node's server takes them. */
export const HTTP_LIMITS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  // Refused below, with a body.
  requireHostHeader: false,
};

/**
 * Bounds connections, closes those whose client does not read, and answers what is no request.
 * @param maxConnections at a time; beyond it the idle ones are closed to make room
 * @param stalledMs how long an answer may wait for a client that takes nothing of it; @default 30 s
 */
export function boundConnections(server: Server, maxConnections: number, stalledMs = STALLED_MS): void {
  server.maxConnections = maxConnections;
  server.on('drop', () => server.closeIdleConnections());
  server.on('clientError', refuseUnparsed);
  server.on('connect', (_: IncomingMessage, socket: Duplex) =>
    refuseRaw(socket, 405, 'CONNECT: this is no proxy; GET / lists the routes.'),
  );
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) =>
    refuse(response, { status: 417, message: 'Expect: allowed: 100-continue.' }),
  );
  server.setTimeout(stalledMs, (socket) => {
    // A request that is being worked on has nothing to send yet: only an answer that is not taken counts.
    if (socket.writableLength > 0) socket.destroy();
  });
}

interface Refused {
  readonly status: 400 | 417 | 501 | 505;
  readonly message: string;
}

/** Returns what Node's parser lets through and HTTP/1.1 does not, or what another server on the way may read in another way. */
function refusalOf({ httpVersion, headers, url = '' }: IncomingMessage): Refused | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return { status: 505, message: `HTTP version: got ${httpVersion}; allowed: 1.1, 1.0.` };
  if (httpVersion === '1.1' && headers.host === undefined)
    return { status: 400, message: 'Host: got none; allowed: the name that the service is called by.' };
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && httpVersion === '1.0')
    return { status: 400, message: 'Transfer-Encoding: got one with HTTP/1.0; allowed: a Content-Length.' };
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    return { status: 501, message: 'Transfer-Encoding: allowed: chunked.' };
  if (url.startsWith('/')) return undefined;
  if (URL.canParse(url) && new URL(url).host === headers.host?.toLowerCase()) return undefined;
  return { status: 400, message: 'Request target: allowed: a path, or a URL of the host that Host names.' };
}

/** Returns what is answered before the API is reached; as the API itself does, with a body and an id. */
function refusal(message: string): { readonly headers: Record<string, string>; readonly body: string } {
  const body = visibleJson(failureBody(Date.now(), message));
  return {
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': randomUUID(),
      connection: 'close',
    },
    body,
  };
}

function refuse(response: ServerResponse, { status, message }: Refused): void {
  const { headers, body } = refusal(message);
  response.writeHead(status, headers);
  response.end(body);
}

/** What Node's parser says of bytes that are no request, by the code of its error. */
const PARSER_STATUSES: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, `Headers: allowed: ${HTTP_LIMITS.maxHeaderSize} bytes.`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Chunk extensions: allowed: 16384 bytes.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
};

/** Responds to what the parser refuses; without this, Node does so with a status alone. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = PARSER_STATUSES[error.code ?? ''] ?? [400, 'This is no valid HTTP/1.1 request.'];
  refuseRaw(socket, status, message);
}

/** Writes a response where Node gives a socket and no response object. */
function refuseRaw(socket: Duplex, status: number, message: string): void {
  const { headers, body } = refusal(message);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Hands the requests of one connection on one after the other, each when the answer before it has gone out: whoever sends many
 * and reads nothing has one answer in memory.
 */
export function oneAtATime(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, (() => void)[]>();

  function begin(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => {
      const { socket } = request;
      const next = waiting.get(socket)?.shift();
      if (next && !socket.destroyed) next();
      else waiting.delete(socket);
    });
    const refused = refusalOf(request);
    if (refused) refuse(response, refused);
    else listener(request, response);
  }

  return (request, response) => {
    const { socket } = request;
    const queue = waiting.get(socket);
    if (queue === undefined) {
      waiting.set(socket, []);
      begin(request, response);
    } else if (queue.length >= MAX_PIPELINED) socket.destroy();
    else queue.push(() => begin(request, response));
  };
}
