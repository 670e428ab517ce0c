import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { visibleJson, visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { RefusedSetting } from '../../../../lambdas/prewarm/one-machine/refused-setting';
import { readApiKey } from '../../../../lambdas/prewarm/one-machine/service/api-key';
import { callAws } from '../../aws';
import { BadInput } from '../../bad-input';
import { BAD_INPUT, FAILED } from '../../exit-codes';
import { SETTING_OPTIONS } from '../option-wording';
import { optionFields, refuseSeveralTargets } from '../run-body';
import type { RunOptions } from '../run-options';
import { Scratch } from '../scratch';
import { openUrlList, type UrlList } from '../url-list';
import { type ApiAccess, ApiClient, type ApiResponse } from './api-client';
import { readListStart, uploadList } from './list-to-send';
import type { Signing } from './signed-request';

/** The options of `warmpath prewarm send`. */
export interface SendOptions extends RunOptions {
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly iam?: boolean;
  readonly region?: string;
  readonly instances?: number;
  readonly wait?: boolean;
}

/** What is missing in LIST: one day, one instance. */
const DEFAULTS = { timeout: 1_440, instance_count: 1 };
const POLL_MS = 5_000;
const TOO_LARGE = 413;

function endpointOf({ endpoint }: SendOptions): URL {
  const written = endpoint ?? process.env['WARMPATH_ENDPOINT'];
  if (written === undefined || !/^https?:\/\//i.test(written) || !URL.canParse(written))
    throw new BadInput(
      `--endpoint: got ${written ?? 'nothing'}; allowed: the output prewarm_endpoint, or the URL of a service; set it here or in WARMPATH_ENDPOINT`,
    );
  return new URL(written.endsWith('/') ? written : `${written}/`);
}

/** API Gateway says its Region in its own names; behind a name of the user's own, the configuration says it. */
async function signingFor(endpoint: URL, { region, profile }: SendOptions): Promise<Signing> {
  const ofGateway = /\.execute-api\.([a-z0-9-]+)\.amazonaws\./.exec(endpoint.hostname)?.[1];
  const flags = { region: region ?? ofGateway, profile };
  return callAws(flags, async (settings) => {
    // Any client finds credentials and Region as all of them do.
    const { config } = new DynamoDBClient(settings);
    await config.credentials();
    return { region: await config.region(), credentials: config.credentials };
  });
}

async function accessOf(options: SendOptions): Promise<ApiAccess> {
  const endpoint = endpointOf(options);
  const { apiKeyFile, iam } = options;
  return {
    endpoint,
    apiKey: apiKeyFile === undefined ? undefined : await readApiKey(apiKeyFile),
    signing: iam ? await signingFor(endpoint, options) : undefined,
  };
}

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

function refusal({ status, body }: ApiResponse): BadInput {
  const { message, error_message: urlMessage, error_urls: urls } = body;
  const shown = Array.isArray(urls) ? urls.slice(0, 10).map((url) => `\n  ${String(url)}`) : [];
  return new BadInput(`the API answered ${status}: ${String(urlMessage ?? message)}${shown.join('')}`);
}

/** Waits until the request has ended. */
async function ended(client: ApiClient, id: string): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const { status, body } = await client.call('GET', `requests/${encodeURIComponent(id)}`);
    if (status !== 200) throw refusal({ status, body });
    if (body['status'] === 'FINISHED' || body['status'] === 'STOPPED') return body;
    await sleep(POLL_MS);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
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
  const { status, fetches, warm, failed } = request;
  print(
    options.json
      ? visibleJson(request)
      : visibleLines(
          `${String(id)}: ${String(status)}, ${String(warm)} of ${String(fetches)} fetches warm, ${String(failed)} failed`,
        ),
  );
  return status === 'FINISHED' && failed === 0 ? 0 : FAILED;
}

/** Sends a request to a deployed service. Returns the exit code. */
export async function sendPrewarm(path: string | undefined, options: SendOptions): Promise<number> {
  const scratch = new Scratch();
  try {
    return await send(path, options, scratch);
  } catch (error) {
    if (error instanceof RefusedSetting) {
      process.stderr.write(`warmpath: ${visibleLines(error.explain(SETTING_OPTIONS))}\n`);
      return BAD_INPUT;
    }
    throw error;
  } finally {
    scratch.remove();
  }
}
