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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Status of an answer to a body that is too large. */
export const TOO_LARGE = 413;

/** A client of the prewarm API, on AWS or on one machine. */
export class ApiClient {
  constructor(private readonly access: ApiAccess) {}

  /**
   * @param path without a slash at its beginning
   * @throws ApiUnreachable
   */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, fields?: unknown): Promise<ApiResponse> {
    const { endpoint, apiKey, signing } = this.access;
    const url = new URL(path, endpoint);
    const body = fields === undefined ? '' : JSON.stringify(fields);
    const headers = {
      ...(fields !== undefined && { 'content-type': 'application/json' }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    };
    const sent =
      signing === undefined ? headers : await signedHeaders({ method, url, headers, body }, signing);
    const response = await fetch(url, {
      method,
      headers: sent,
      redirect: 'error',
      ...(fields !== undefined && { body }),
    }).catch((cause: unknown) => {
      throw new ApiUnreachable(`--endpoint: ${url.origin} cannot be reached: ${fetchFailure(cause)}`, {
        cause,
      });
    });
    const text = await response.text();
    // API Gateway itself, and proxies on the way, answer a body that is too large in plain text.
    const parsed =
      parse(text) ?? (response.status === TOO_LARGE ? { message: text.slice(0, 200) } : undefined);
    if (parsed === undefined)
      throw new ApiUnreachable(
        `--endpoint: ${url.origin} answered ${response.status} with something else than the JSON of the API; allowed: the output prewarm_endpoint, or the URL of a service`,
      );
    return { status: response.status, body: parsed };
  }

  /**
   * Returns a document of the API. Where it lies in a bucket, that is asked without the key.
   * @throws ApiUnreachable
   */
  async download(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { endpoint, apiKey, signing } = this.access;
    const url = new URL(path, endpoint);
    const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
    const signed =
      signing === undefined
        ? headers
        : await signedHeaders({ method: 'GET', url, headers, body: '' }, signing);
    try {
      const response = await fetch(url, { headers: signed, redirect: 'manual' });
      const location = response.headers.get('location');
      const document =
        response.status === 302 && location !== null
          ? await fetch(new URL(location, url), { redirect: 'error' })
          : response;
      return { status: document.status, text: await document.text() };
    } catch (cause) {
      throw new ApiUnreachable(`--endpoint: ${url.origin} cannot be reached: ${fetchFailure(cause)}`, {
        cause,
      });
    }
  }

  /** Returns the headers for an upload: a service on one machine takes it itself, and nobody else is shown the key. */
  headersForUpload(url: URL): Readonly<Record<string, string>> {
    const { endpoint, apiKey } = this.access;
    return apiKey !== undefined && url.origin === endpoint.origin ? { 'x-api-key': apiKey } : {};
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
