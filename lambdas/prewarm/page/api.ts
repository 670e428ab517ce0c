import type {
  Accepted,
  CapacityView,
  EstimateView,
  PopList,
  RequestPage,
  RequestView,
} from '../client/views';
import type { PrewarmBody } from '../engine/request/request-body';
import { readKey } from './key';
import { TEXTS } from './texts';

/** A body of `POST /prewarm`, with the id of an uploaded list where it is long. */
export type Body = PrewarmBody;

/** What the API refused, or that it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    message: string,
    /** 0 where nothing answered. */
    readonly status: number,
    /** URLs that are refused. */
    readonly urls: readonly string[] = [],
  ) {
    super(message);
  }
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function failureOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { message, error_message: urlMessage, error_urls: urls = [] } = JSON.parse(text);
    return new ApiError(message ?? urlMessage ?? text, response.status, urls);
  } catch {
    return new ApiError(text.slice(0, 500) || TEXTS.errors.status(response.status), response.status);
  }
}

/** Gzip, so that a long list is a small body. */
function packed(json: unknown): Promise<ArrayBuffer> {
  const stream = new Blob([JSON.stringify(json)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

/** Sends a request with the key of this tab. @throws ApiError for every response but a good one */
export async function send(
  path: string,
  { method = 'GET', json, body, headers, signal }: Call = {},
): Promise<Response> {
  const key = readKey();
  const sent = json === undefined ? body : await packed(json);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...headers,
        ...(json !== undefined && { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
        ...(key !== undefined && { 'x-api-key': key }),
      },
      ...(sent !== undefined && { body: sent }),
      ...(signal !== undefined && { signal }),
      cache: 'no-store',
      redirect: 'follow',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(TEXTS.errors.noAnswer, 0);
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

async function json<T>(path: string, call?: Call): Promise<T> {
  return (await send(path, call)).json();
}

export function submit(body: Body): Promise<Accepted> {
  return json('/prewarm', { method: 'POST', json: body });
}

export function estimate(body: Body, signal: AbortSignal): Promise<EstimateView> {
  return json('/estimate', { method: 'POST', json: body, signal });
}

/** Puts a list where the API keeps lists for a day, and returns its id. */
export async function upload(urls: readonly string[], signal: AbortSignal): Promise<string> {
  const { list_id: id } = await json<{ readonly list_id: string }>('/lists', { method: 'POST', signal });
  await send(`/lists/${id}`, { method: 'PUT', body: urls.join('\n'), signal });
  return id;
}

export function findRequest(id: string, signal?: AbortSignal): Promise<RequestView> {
  return json(`/requests/${encodeURIComponent(id)}`, signal === undefined ? {} : { signal });
}

export function listRequests(after?: string): Promise<RequestPage> {
  return json(`/requests?limit=50${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`);
}

export function listPops(): Promise<PopList> {
  return json('/pops');
}

export async function stop(id: string): Promise<void> {
  await send(`/prewarm?req_id=${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export async function capacity(): Promise<number> {
  return (await json<CapacityView>('/instances')).desiredcapacity;
}

export async function setCapacity(instances: number): Promise<void> {
  await send('/instances', { method: 'POST', json: { DesiredCapacity: instances } });
}

export async function report(id: string, format: 'html' | 'csv' | 'json'): Promise<Blob> {
  return (await send(`/report?req_id=${encodeURIComponent(id)}&format=${format}`)).blob();
}
