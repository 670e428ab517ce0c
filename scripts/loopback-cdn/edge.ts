import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from './certificate';
import type { CacheStatus, EdgeCache, StoredObject } from './edge-cache';
import type { Fault, Faults } from './faults';

/** One request as the edge saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly scheme: 'https' | 'http';
  readonly address: string;
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** What an edge has served since it started. */
export interface EdgeCounters {
  connections: number;
  requests: number;
  /** The most requests that were underway at the same time. */
  peakRequests: number;
  hits: number;
  misses: number;
  bodyBytes: number;
}

export interface EdgeOptions {
  readonly pop: string;
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly certificate: Certificate;
  readonly cache: EdgeCache;
  readonly faults: Faults;
  readonly counters: EdgeCounters;
  readonly onRequest: (request: SeenRequest) => void;
  /** Added to every answer, in milliseconds. */
  readonly latencyMs: number;
}

export interface Edge {
  readonly port: number;
  close(): Promise<void>;
}

const TLS_HANDSHAKE = 0x16;

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** The part of the object that a `bytes=first-last` range asks for. */
function withRange(reply: Reply, range: string | undefined): Reply {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (!match || reply.status !== 200) return reply;
  const size = reply.body.length;
  const first = Number(match[1]);
  if (first >= size) {
    const headers = { ...reply.headers, 'content-range': `bytes */${size}`, 'content-length': '0' };
    return { status: 416, headers, body: Buffer.alloc(0) };
  }
  const last = Math.min(match[2] ? Number(match[2]) : size - 1, size - 1);
  const body = reply.body.subarray(first, last + 1);
  const contentRange = `bytes ${first}-${last}/${size}`;
  const headers = { ...reply.headers, 'content-range': contentRange, 'content-length': String(body.length) };
  return { status: 206, headers, body };
}

function cacheControlOf(object: StoredObject, fault?: Fault): string | undefined {
  if (fault?.kind === 'uncacheable') return fault.cacheControl;
  if (fault?.kind === 'cache-control') return fault.value;
  return object.cacheControl === '' ? undefined : object.cacheControl;
}

function replyOf(pop: string, cacheStatus: CacheStatus, object: StoredObject, fault?: Fault): Reply {
  const cacheControl = cacheControlOf(object, fault);
  const headers: Record<string, string> = {
    'content-type': object.contentType,
    'content-length': String(object.body.length),
    'accept-ranges': 'bytes',
    server: 'LoopbackOrigin',
    ...(cacheControl === undefined ? {} : { 'cache-control': cacheControl }),
    ...(object.contentEncoding ? { 'content-encoding': object.contentEncoding } : {}),
    ...(object.location === undefined ? {} : { location: object.location }),
    ...(cacheStatus === 'Hit' ? { age: String(Math.floor((Date.now() - object.storedAt) / 1000)) } : {}),
  };
  if (fault?.kind !== 'not-cloudfront') {
    const id = randomBytes(16).toString('base64url');
    headers['x-cache'] = `${cacheStatus} from cloudfront`;
    headers['via'] = `1.1 ${id}.cloudfront.net (CloudFront)`;
    headers['x-amz-cf-pop'] = fault?.kind === 'pop-header' ? fault.pop : pop;
    headers['x-amz-cf-id'] = id;
  }
  return { status: object.status, headers, body: object.body };
}

/** What the edge answers by itself, without its cache: an error or a redirect that a fault asked for. */
function faultReply(pop: string, fault: Fault): Reply | undefined {
  const object = { contentType: 'text/html', cacheControl: '', body: Buffer.from('fault'), storedAt: 0 };
  switch (fault.kind) {
    case 'status': {
      const reply = replyOf(pop, 'Error', { ...object, status: fault.status });
      if (fault.retryAfterSeconds !== undefined)
        reply.headers['retry-after'] = String(fault.retryAfterSeconds);
      return reply;
    }
    case 'head-refused':
      return replyOf(pop, 'Error', { ...object, status: 405 });
    case 'redirect':
      return replyOf(pop, 'Miss', { ...object, status: fault.status ?? 301, location: fault.location });
    default:
      return undefined;
  }
}

async function drip(response: ServerResponse, body: Buffer, chunkBytes: number, everyMs: number) {
  for (let offset = 0; offset < body.length && !response.destroyed; offset += chunkBytes) {
    response.write(body.subarray(offset, offset + chunkBytes));
    await sleep(everyMs);
  }
  response.end();
}

async function sendBody(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  reset: () => void,
): Promise<void> {
  const half = reply.body.subarray(0, Math.ceil(reply.body.length / 2));
  if (fault?.kind === 'chunked') delete reply.headers['content-length'];
  response.writeHead(reply.status, reply.headers);
  if (response.req.method === 'HEAD') return void response.end();
  if (fault?.kind === 'drip') return drip(response, reply.body, fault.chunkBytes, fault.everyMs);
  if (fault?.kind === 'truncate')
    return void response.write(reply.body.subarray(0, fault.bytes), () => response.destroy());
  if (fault?.kind === 'reset') return void response.write(half, reset);
  if (fault?.kind === 'stall') return void response.write(half);
  response.end(reply.body);
}

/** Starts one caching edge, TLS and plain HTTP on the same port, at one loopback address. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { pop, address, certificate, cache, faults, counters, onRequest, latencyMs } = options;
  let underway = 0;

  async function answer(scheme: SeenRequest['scheme'], request: IncomingMessage, response: ServerResponse) {
    const { method = 'GET', url = '/', headers } = request;
    const host = headers.host?.split(':', 1)[0]?.toLowerCase() ?? '';
    onRequest({ method, scheme, address, host, path: url, headers });
    const fault = faults.atRequest(pop, address, method, url.split('?', 1)[0] ?? '/');
    if (latencyMs > 0) await sleep(latencyMs);
    if (fault?.kind === 'slow') await sleep(fault.delayMs);
    if (fault?.kind === 'reset' && fault.at === 'header') return void request.socket.destroy();
    if (fault?.kind === 'stall' && fault.at === 'header') return;
    const ownReply = fault && faultReply(pop, fault);
    // Under TLS the socket of the response is no TCP socket, which alone can be reset.
    function reset(): void {
      const { remotePort } = request.socket;
      for (const socket of sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
    }
    if (ownReply) return sendBody(response, ownReply, fault, reset);
    const encodings = headers['accept-encoding']?.toString();
    const got = await cache.get(method, host, url, encodings, fault?.kind !== 'uncacheable');
    counters[got.status === 'Hit' || got.status === 'RefreshHit' ? 'hits' : 'misses'] += 1;
    const reply = withRange(replyOf(pop, got.status, got.object, fault), headers.range);
    if (method !== 'HEAD') counters.bodyBytes += reply.body.length;
    await sendBody(response, reply, fault, reset);
  }

  function handle(scheme: SeenRequest['scheme']) {
    return (request: IncomingMessage, response: ServerResponse): void => {
      counters.requests += 1;
      underway += 1;
      counters.peakRequests = Math.max(counters.peakRequests, underway);
      response.on('close', () => {
        underway -= 1;
      });
      answer(scheme, request, response).catch(() => {
        if (!response.headersSent) response.writeHead(502, { 'x-cache': 'Error from cloudfront' });
        response.end();
      });
    };
  }

  const http = createHttpServer({ keepAliveTimeout: 60_000 }, handle('http'));
  const https = createTlsServer(
    { key: certificate.keyPem, cert: certificate.certPem, keepAliveTimeout: 60_000 },
    handle('https'),
  );

  const sockets = new Set<Socket>();
  /** One port for both schemes, as a test has one port to name: the first byte tells TLS from HTTP. */
  const listener = createServer((socket) => {
    counters.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    const fault = faults.atConnect(pop, address);
    if (fault?.kind === 'reset') return void socket.resetAndDestroy();
    if (fault?.kind === 'stall') return;
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      (first[0] === TLS_HANDSHAKE ? https : http).emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  });

  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(options.port, address, resolve);
  });
  const bound = listener.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : options.port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        https.closeAllConnections();
        http.closeAllConnections();
      }),
  };
}
