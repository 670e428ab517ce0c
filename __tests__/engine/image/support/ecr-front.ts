/** What stands before a test registry: ECR's login, tags that do not move, archived images, and faults by request. */
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

export interface EcrFront {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
  /** Tags that answer 404, as those of archived images do. */
  readonly archived: Set<string>;
  /** Tags cannot be moved once they are there. @default true */
  immutable: boolean;
  /** `user:password` that is asked for; `undefined` = open. */
  credentials: string | undefined;
  /** Called before a request is passed on; `drop` breaks the connection, a number is the status it is answered with. */
  before: (request: string) => 'pass' | 'drop' | number;
  close(): Promise<void>;
}

export async function startEcrFront(upstream: string): Promise<EcrFront> {
  const requests: string[] = [];
  const archived = new Set<string>();
  function error(response: ServerResponse, status: number, code: string, message = code): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
  }
  /** Digest at a tag; null where there is none. */
  async function digestAt(path: string): Promise<string | null> {
    const accept =
      'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json';
    const answer = await fetch(`http://${upstream}${path}`, { method: 'HEAD', headers: { accept } });
    return answer.ok ? answer.headers.get('docker-content-digest') : null;
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const what = front.before(line);
    if (what === 'drop') return void request.socket.destroy();
    if (typeof what === 'number') return error(response, what, 'TOOMANYREQUESTS');
    const expected = front.credentials && `Basic ${Buffer.from(front.credentials).toString('base64')}`;
    if (expected && request.headers.authorization !== expected) {
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
    }
    const tag = /\/manifests\/([^/?:]+)$/.exec(request.url ?? '')?.[1];
    if (tag !== undefined && archived.has(tag) && request.method !== 'PUT')
      return error(response, 404, 'MANIFEST_UNKNOWN');
    let body: Buffer | undefined;
    if (tag !== undefined && request.method === 'PUT') {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      body = Buffer.concat(parts);
      const there = await digestAt(request.url ?? '');
      const same = there === `sha256:${createHash('sha256').update(body).digest('hex')}`;
      // The same image once more brings an archived one back; a client is told of it where it is not archived.
      if (front.immutable && there !== null && !(same && archived.has(tag))) {
        const [, repository] = /^\/v2\/(.+)\/manifests\//.exec(request.url ?? '') ?? [];
        const message = `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`;
        return error(response, 400, 'TAG_INVALID', message);
      }
      archived.delete(tag);
    }
    const target = httpRequest(
      `http://${upstream}${request.url}`,
      { method: request.method, headers: { ...request.headers, authorization: '' } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        pipeline(answer, response).catch(() => response.destroy());
      },
    );
    target.on('error', () => response.destroy());
    if (body) target.end(body);
    else await pipeline(request, target).catch(() => target.destroy());
  }
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const front: EcrFront = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    archived,
    immutable: true,
    credentials: undefined,
    before: () => 'pass',
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return front;
}
