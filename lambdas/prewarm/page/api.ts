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
    /** Why, and what to do. */
    readonly reasons: readonly string[] = [],
  ) {
    super(message);
  }
}

/** Status of a service that does not take the key; nothing else of it has this one. */
export const KEY_REFUSED = 403;
/** Told to the window whenever a response says so, whatever was asked. */
export const KEY_REFUSED_EVENT = 'warmpath-key-refused';

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
    const {
      message,
      error_message: urlMessage,
      error_urls: urls = [],
      error_reasons: reasons = [],
    } = JSON.parse(text);
    return new ApiError(message ?? urlMessage ?? text, response.status, urls, reasons);
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
  if (response.status === KEY_REFUSED) dispatchEvent(new Event(KEY_REFUSED_EVENT));
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

/** The URLs that a request was sent with, one per line; undefined where the service does not tell them. */
export async function acceptedUrls(id: string): Promise<string | undefined> {
  try {
    return await (await send(`/requests/${encodeURIComponent(id)}/urls`)).text();
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
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
