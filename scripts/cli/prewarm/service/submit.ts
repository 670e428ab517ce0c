import { visibleJson, visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { objectBytes } from '../dry-run';
import { optionFields, refuseSeveralTargets } from '../run-body';
import type { RunOptions } from '../run-options';
import { Scratch } from '../scratch';
import { openUrlList, type UrlList } from '../url-list';
import { readEstimate } from './answers';
import { type AccessOptions, accessOf, explainingSettings, refusal } from './api-access';
import { ApiClient, type ApiResponse, TOO_LARGE } from './api-client';
import { estimateText } from './estimate-text';
import { ACCEPTED_SCHEMA, ESTIMATE_SCHEMA } from './json-schemas';
import { readListStart, uploadList } from './list-to-send';
import { watch } from './requests';

/** The options that say what is warmed by which service. */
export interface ListOptions extends RunOptions, AccessOptions {
  readonly instances?: number;
}

/** The options of `warmpath prewarm submit`. */
export interface SubmitOptions extends ListOptions {
  readonly wait?: boolean;
}

/** What is missing in LIST: one day, one instance. */
const DEFAULTS = { timeout: 1_440, instance_count: 1 };

function linesOf(list: UrlList): AsyncIterable<string> | Iterable<string> | undefined {
  if (list.kind === 'lines') return list.lines();
  const { url_list: urls } = list.body;
  return Array.isArray(urls) ? urls.map(String) : undefined;
}

/** Sends a body, its list in it or, where it does not fit, uploaded before. */
async function post(
  client: ApiClient,
  path: 'prewarm' | 'estimate',
  list: UrlList,
  options: ListOptions,
  scratch: Scratch,
): Promise<ApiResponse> {
  const { url_list: _, ...ofList } = list.kind === 'body' ? list.body : { url_list: undefined };
  const { instances } = options;
  const fields = {
    ...DEFAULTS,
    ...ofList,
    ...optionFields(options),
    ...(instances !== undefined && { instance_count: instances }),
    ...(path === 'estimate' && { average_object_bytes: objectBytes(options.objectSize) }),
  };
  const lines = linesOf(list);
  const start = lines === undefined ? undefined : await readListStart(lines);
  if (start === undefined || start.isWhole) {
    const answer = await client.call('POST', path, {
      ...fields,
      ...(start && { url_list: start.urls }),
    });
    if (answer.status !== TOO_LARGE || start === undefined) return answer;
  }
  const listId = await uploadList(client, linesOf(list) ?? [], scratch.path);
  return client.call('POST', path, { ...fields, list_id: listId });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Reads LIST, sends it with the options, and hands the answer on. Returns the exit code. */
async function sending(
  path: 'prewarm' | 'estimate',
  list: string | undefined,
  options: ListOptions,
  then: (body: ApiResponse['body'], client: ApiClient) => Promise<number> | number,
): Promise<number> {
  const scratch = new Scratch();
  try {
    return await explainingSettings(async () => {
      refuseSeveralTargets(options);
      const client = new ApiClient(await accessOf(options));
      const opened =
        list === undefined ? ({ kind: 'body', body: {} } as const) : await openUrlList(list, scratch);
      const answer = await post(client, path, opened, options, scratch);
      if (answer.status !== 200) throw refusal(answer);
      scratch.remove();
      return then(answer.body, client);
    });
  } finally {
    scratch.remove();
  }
}

/** Sends a request to a service; with `wait` follows it to its end. Returns the exit code. */
export function submitPrewarm(list: string | undefined, options: SubmitOptions): Promise<number> {
  return sending('prewarm', list, options, (body, client) => {
    const { request_id: id, timeout_at: end, warnings } = body;
    for (const warning of Array.isArray(warnings) ? warnings : [])
      process.stderr.write(`warmpath: ${visibleLines(String(warning))}\n`);
    if (options.wait) return watch(client, String(id), { ...options, sort: 'failed' });
    print(
      options.json
        ? visibleJson({ schema: ACCEPTED_SCHEMA, ...body })
        : visibleLines(`${String(id)}, ends by ${String(end)} UTC`),
    );
    return 0;
  });
}

/** Says what a request would fetch, take and cost, by the service; nothing is started. Returns the exit code. */
export function estimatePrewarm(list: string | undefined, options: ListOptions): Promise<number> {
  return sending('estimate', list, options, (body) => {
    const expected = readEstimate(body);
    if (options.json) print(visibleJson({ schema: ESTIMATE_SCHEMA, ...body }));
    else process.stdout.write(estimateText(expected));
    return 0;
  });
}
