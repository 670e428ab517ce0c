import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** A stored (or passed through) response of the origin. */
export interface StoredObject {
  readonly status: number;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly contentEncoding?: 'br' | 'gzip';
  readonly location?: string;
  readonly body: Buffer;
  readonly storedAt: number;
}

export type CacheStatus = 'Hit' | 'Miss' | 'RefreshHit' | 'Error';

/** Returns the header as CloudFront normalises it: br and gzip only, in a fixed order. */
export function normaliseAcceptEncoding(header: string | undefined): string {
  const accepted = (header ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';', 1)[0]);
  return ['br', 'gzip'].filter((name) => accepted.includes(name)).join(',');
}

const COMPRESSIBLE = /^(text\/|application\/(json|xml|javascript|vnd\.apple\.mpegurl|dash\+xml))/;
const UNCACHEABLE = /\b(no-store|no-cache|private)\b/i;
const MIN_COMPRESSED_BYTES = 1000;

/** The cache of one PoP: by host, path with query, and accepted encodings, over a keep-alive link to the origin. */
export class EdgeCache {
  private readonly stored = new Map<string, StoredObject>();
  private readonly underway = new Map<string, Promise<StoredObject>>();
  private readonly expired = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly originPort: number) {}

  get size(): number {
    return this.stored.size;
  }

  clear(): void {
    this.stored.clear();
    this.expired.clear();
  }

  /** Makes every stored object stale: the next request of each is a RefreshHit. */
  expire(): void {
    for (const key of this.stored.keys()) this.expired.add(key);
  }

  /** Returns the stored object, or fetches it from the origin. HEAD asks the origin too, and stores nothing. */
  async get(
    method: string,
    host: string,
    path: string,
    acceptEncoding: string | undefined,
    mayStore: boolean,
  ): Promise<{ readonly status: CacheStatus; readonly object: StoredObject }> {
    const encodings = normaliseAcceptEncoding(acceptEncoding);
    const key = `${host}\n${path}\n${encodings}`;
    const hit = this.stored.get(key);
    if (hit && mayStore) {
      const status = this.expired.delete(key) ? 'RefreshHit' : 'Hit';
      return { status, object: hit };
    }
    const object = await this.fetchOnce(host, path, encodings, key);
    if (object.status >= 400) return { status: 'Error', object };
    if (method === 'GET' && mayStore && !UNCACHEABLE.test(object.cacheControl)) this.stored.set(key, object);
    return { status: 'Miss', object };
  }

  close(): void {
    this.agent.destroy();
  }

  /** Requests for one key that come together wait for one fetch from the origin. */
  private fetchOnce(host: string, path: string, encodings: string, key: string): Promise<StoredObject> {
    const running = this.underway.get(key);
    if (running) return running;
    const started = this.fetchFromOrigin(host, path, encodings).finally(() => this.underway.delete(key));
    this.underway.set(key, started);
    return started;
  }

  private fetchFromOrigin(host: string, path: string, encodings: string): Promise<StoredObject> {
    return new Promise((resolve, reject) => {
      const options = {
        agent: this.agent,
        host: '127.0.0.1',
        port: this.originPort,
        path,
        headers: { host },
      };
      request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve(toObject(response.statusCode ?? 502, response.headers, Buffer.concat(chunks), encodings)),
        );
      })
        .on('error', reject)
        .end();
    });
  }
}

function toObject(
  status: number,
  headers: IncomingHttpHeaders,
  raw: Buffer,
  encodings: string,
): StoredObject {
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  const compress = raw.length >= MIN_COMPRESSED_BYTES && COMPRESSIBLE.test(contentType);
  const contentEncoding = !compress
    ? undefined
    : encodings.includes('br')
      ? 'br'
      : encodings.includes('gzip')
        ? 'gzip'
        : undefined;
  return {
    status,
    contentType,
    cacheControl: headers['cache-control'] ?? '',
    ...(contentEncoding ? { contentEncoding } : {}),
    ...(headers.location === undefined ? {} : { location: headers.location }),
    body:
      contentEncoding === 'br' ? brotliCompressSync(raw) : contentEncoding === 'gzip' ? gzipSync(raw) : raw,
    storedAt: Date.now(),
  };
}
