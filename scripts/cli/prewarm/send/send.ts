import { setTimeout as sleep } from 'node:timers/promises';
import { visibleJson, visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { FAILED } from '../../exit-codes';
import { optionFields, refuseSeveralTargets } from '../run-body';
import type { RunOptions } from '../run-options';
import { Scratch } from '../scratch';
import { openUrlList, type UrlList } from '../url-list';
import { type AccessOptions, accessOf, explainingSettings, refusal } from './api-access';
import { ApiClient, type ApiResponse, TOO_LARGE } from './api-client';
import { readListStart, uploadList } from './list-to-send';

/** The options of `warmpath prewarm send`. */
export interface SendOptions extends RunOptions, AccessOptions {
  readonly instances?: number;
  readonly wait?: boolean;
}

/** What is missing in LIST: one day, one instance. */
const DEFAULTS = { timeout: 1_440, instance_count: 1 };
const POLL_MS = 5_000;

function linesOf(list: UrlList): AsyncIterable<string> | Iterable<string> | undefined {
  if (list.kind === 'lines') return list.lines();
  const { url_list: urls } = list.body;
  return Array.isArray(urls) ? urls.map(String) : undefined;
}

/** Sends the request, its list in the body or, where it does not fit, uploaded before. */
async function submit(
  client: ApiClient,
  list: UrlList,
  options: SendOptions,
  scratch: Scratch,
): Promise<ApiResponse> {
  const { url_list: _, ...ofList } = list.kind === 'body' ? list.body : { url_list: undefined };
  const { instances } = options;
  const fields = {
    ...DEFAULTS,
    ...ofList,
    ...optionFields(options),
    ...(instances !== undefined && { instance_count: instances }),
  };
  const lines = linesOf(list);
  const start = lines === undefined ? undefined : await readListStart(lines);
  if (start === undefined || start.isWhole) {
    const answer = await client.call('POST', 'prewarm', {
      ...fields,
      ...(start && { url_list: start.urls }),
    });
    if (answer.status !== TOO_LARGE || start === undefined) return answer;
  }
  const listId = await uploadList(client, linesOf(list) ?? [], scratch.path);
  return client.call('POST', 'prewarm', { ...fields, list_id: listId });
}

/**
 * Waits until the request has ended, and returns it.
 * @param onLook hears what every look at it showed
 */
export async function ended(
  client: ApiClient,
  id: string,
  onLook: (request: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const { status, body } = await client.call('GET', `requests/${encodeURIComponent(id)}`);
    if (status !== 200) throw refusal({ status, body });
    onLook(body);
    if (body['status'] === 'FINISHED' || body['status'] === 'STOPPED') return body;
    await sleep(POLL_MS);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What came of a request so far, in one line. */
export function requestSentence({
  request_id: id,
  status,
  fetches,
  warm,
  failed,
}: Readonly<Record<string, unknown>>): string {
  return visibleLines(
    `${String(id)}: ${String(status)}, ${String(warm)} of ${String(fetches)} fetches warm, ${String(failed)} failed`,
  );
}

/** Returns whether a request has ended with everything warm. */
export function isAllWarm({ status, failed }: Readonly<Record<string, unknown>>): boolean {
  return status === 'FINISHED' && failed === 0;
}

async function send(path: string | undefined, options: SendOptions, scratch: Scratch): Promise<number> {
  refuseSeveralTargets(options);
  const client = new ApiClient(await accessOf(options));
  const list = path === undefined ? ({ kind: 'body', body: {} } as const) : await openUrlList(path, scratch);
  const accepted = await submit(client, list, options, scratch);
  if (accepted.status !== 200) throw refusal(accepted);
  const { request_id: id, timeout_at: end, warnings } = accepted.body;
  for (const warning of Array.isArray(warnings) ? warnings : [])
    process.stderr.write(`warmpath: ${visibleLines(String(warning))}\n`);
  if (!options.wait) {
    print(
      options.json ? visibleJson(accepted.body) : visibleLines(`${String(id)}, ends by ${String(end)} UTC`),
    );
    return 0;
  }
  const request = await ended(client, String(id));
  print(options.json ? visibleJson(request) : requestSentence({ ...request, request_id: id }));
  return isAllWarm(request) ? 0 : FAILED;
}

/** Sends a request to a deployed service. Returns the exit code. */
export async function sendPrewarm(path: string | undefined, options: SendOptions): Promise<number> {
  const scratch = new Scratch();
  try {
    return await explainingSettings(() => send(path, options, scratch));
  } finally {
    scratch.remove();
  }
}
