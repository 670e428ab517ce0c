import { isJsonObject } from '../../../../lambdas/errors/json-fault';
import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { fetchFailure } from '../../proxy/fetch-failure';
import { type Signing, signedHeaders } from './signed-request';

export interface ApiAccess {
  /** Where the routes are; ends with a slash. */
  readonly endpoint: URL;
  /** @default - none is sent */
  readonly apiKey?: string | undefined;
  /** @default - requests are not signed */
  readonly signing?: Signing | undefined;
}

export interface ApiResponse {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Thrown where the API cannot be reached, or answers with something else than its own JSON. */
export class ApiUnreachable extends WarmpathError {
  override readonly name = 'ApiUnreachable';
  constructor(message: string, options?: ErrorOptions) {
    super('API_UNREACHABLE', message, options);
  }
}

/** Status of an answer to a body that is too large. */
export const TOO_LARGE = 413;

/** An answer that does not begin in this time never will: API Gateway itself gives up after 29 seconds. */
const ANSWER_MS = 60_000;

interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - no body */
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** @default 'error' */
  readonly redirect?: 'error' | 'manual';
  /** Ends the request, also while its answer is read. */
  readonly signal?: AbortSignal;
}

/** A client of the prewarm API, on AWS or on one machine. */
export class ApiClient {
  constructor(private readonly access: ApiAccess) {}

  /**
   * Sends a request with the key, signed where the API wants that, and returns the answer as it is.
   * @param path without a slash at its beginning
   * @throws ApiUnreachable
   */
  async request(
    path: string,
    { method = 'GET', headers = {}, body, redirect = 'error', signal }: Sent = {},
  ): Promise<Response> {
    const { endpoint, apiKey, signing } = this.access;
    const url = new URL(path, endpoint);
    const keyed = { ...headers, ...(apiKey !== undefined && { 'x-api-key': apiKey }) };
    const sent =
      signing === undefined
        ? keyed
        : await signedHeaders({ method, url, headers: keyed, body: body ?? '' }, signing);
    return this.answerOf(
      url,
      { method, headers: sent, redirect, ...(body !== undefined && { body }) },
      signal,
    );
  }

  /** Returns an answer once its headers are there; how long its body takes is for who reads it. */
  private async answerOf(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('it did not answer in time')), ANSWER_MS);
    const ended = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await fetch(url, { ...init, signal: ended });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw this.unreachable(cause);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param path without a slash at its beginning
   * @throws ApiUnreachable
   */
  async call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    fields?: unknown,
    signal?: AbortSignal,
  ): Promise<ApiResponse> {
    const response = await this.request(path, {
      method,
      ...(signal !== undefined && { signal }),
      ...(fields !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      }),
    });
    const text = await response.text().catch((cause: unknown) => {
      throw this.unreachable(cause);
    });
    // API Gateway itself, and proxies on the way, answer a body that is too large in plain text.
    const parsed =
      parse(text) ?? (response.status === TOO_LARGE ? { message: text.slice(0, 200) } : undefined);
    if (parsed === undefined)
      throw new ApiUnreachable(
        `--endpoint: ${this.access.endpoint.origin} answered ${response.status} with something else than the JSON of the API; allowed: the output prewarm_endpoint, or the URL of a service`,
      );
    return { status: response.status, body: parsed };
  }

  /**
   * Returns a document of the API. Where it lies in a bucket, that is asked without the key.
   * @throws ApiUnreachable
   */
  async download(path: string): Promise<Response> {
    const response = await this.request(path, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status !== 302 || location === null) return response;
    const bucket = new URL(location, new URL(path, this.access.endpoint));
    if (!isStorage(bucket, this.access.endpoint))
      throw new ApiUnreachable(
        `--endpoint: ${this.access.endpoint.origin} sends to ${bucket.host} for its report; allowed: a bucket of Amazon S3, or its own host`,
      );
    return this.answerOf(bucket, { redirect: 'error' }, undefined);
  }

  private unreachable(cause: unknown): ApiUnreachable {
    return new ApiUnreachable(
      `--endpoint: ${this.access.endpoint.origin} cannot be reached: ${fetchFailure(cause)}`,
      { cause },
    );
  }

  /** Returns the headers for an upload: a service on one machine takes it itself, and nobody else is shown the key. */
  headersForUpload(url: URL): Readonly<Record<string, string>> {
    const { endpoint, apiKey } = this.access;
    return apiKey !== undefined && url.origin === endpoint.origin ? { 'x-api-key': apiKey } : {};
  }
}

/** Returns true for where a service keeps reports and lists: a bucket, or the service itself. */
export function isStorage(url: URL, endpoint: URL): boolean {
  const isBucket = url.protocol === 'https:' && /\.amazonaws\.com(?:\.cn)?$/.test(url.hostname);
  return isBucket || url.origin === endpoint.origin;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
