/**
 * One request to a registry and its answer. By Node's own HTTP client: loading `fetch` takes longer than a plan that finds
 * nothing to do.
 */
import { createReadStream } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { proxyFor } from '../../proxy/environment-proxy';

export interface Question {
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes, or a file that is sent as it is read from the disk. */
  readonly body?: Buffer | { readonly file: string; readonly sizeBytes: number };
}

export interface Answer {
  readonly status: number;
  /** `undefined` where there is none. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** A connection over which nothing moves for so long has broken off. */
const IDLE_MS = 60_000;
const MAX_REDIRECTS = 5;

/** Follows redirects of reads, as to the storage behind a registry; credentials stay with the host that they are for. */
export async function exchange(url: URL, question: Question): Promise<Answer> {
  let [at, headers] = [url, question.headers ?? {}];
  for (let redirects = 0; ; redirects++) {
    const answer = await once(at, { ...question, headers });
    const isRead = question.method === undefined || question.method === 'GET' || question.method === 'HEAD';
    const location = answer.header('location');
    if (!isRead || answer.status < 300 || answer.status > 399 || location === undefined) return answer;
    if (redirects === MAX_REDIRECTS)
      throw new Error(`${url.host} redirects more than ${MAX_REDIRECTS} times`);
    const next = new URL(location, at);
    if (next.origin !== at.origin) {
      const { authorization: _, ...others } = headers;
      headers = others;
    }
    at = next;
  }
}

function once(url: URL, question: Question): Promise<Answer> {
  return proxyFor(url) === undefined ? direct(url, question) : throughProxy(url, question);
}

function lengthOf(body: Question['body']): Readonly<Record<string, string>> {
  if (body === undefined) return {};
  return { 'content-length': String(Buffer.isBuffer(body) ? body.length : body.sizeBytes) };
}

async function throughProxy(url: URL, { method = 'GET', headers, body }: Question): Promise<Answer> {
  const { requestThroughProxy } =
    require('../../proxy/through-proxy') as typeof import('../../proxy/through-proxy');
  const answer = await requestThroughProxy(url, {
    method,
    headers: { ...headers, ...lengthOf(body) },
    body: body === undefined || Buffer.isBuffer(body) ? (body ?? null) : createReadStream(body.file),
    headersTimeout: IDLE_MS,
    bodyTimeout: IDLE_MS,
  });
  return {
    status: answer.statusCode,
    header: (name) => answer.headers[name]?.toString(),
    body: Buffer.from(await answer.body.arrayBuffer()),
  };
}

function direct(url: URL, { method = 'GET', headers, body }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const all = { ...headers, ...lengthOf(body) };
    const request = send(url, { method, headers: all, timeout: IDLE_MS }, (answer) => {
      read(answer).then(resolve, reject);
    });
    request.on('timeout', () => request.destroy(new Error('nothing moved for a minute')));
    request.on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else pipeline(createReadStream(body.file), request).catch(reject);
  });
}

async function read(answer: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return {
    status: answer.statusCode ?? 500,
    header: (name) => answer.headers[name]?.toString(),
    body: Buffer.concat(parts),
  };
}
