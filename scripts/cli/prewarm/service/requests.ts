import { pipeline } from 'node:stream/promises';
import type { FailureGroupView } from '../../../../lambdas/prewarm/client/views';
import { isFinal } from '../../../../lambdas/prewarm/client/views';
import { visibleJson, visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { FAILED } from '../../exit-codes';
import { paintFor } from '../../terminal/paint';
import { terminalWidth } from '../../terminal/table';
import { readPage, readRequest } from './answers';
import { type AccessOptions, accessOf, explainingSettings, refusal } from './api-access';
import { ApiClient, type ApiResponse } from './api-client';
import { INSTANCES_SCHEMA, REQUEST_LIST_SCHEMA, REQUEST_SCHEMA, STOPPED_SCHEMA } from './json-schemas';
import { listText, requestText, type ShownRequest, type TableChoice } from './request-text';
import { watchRequest } from './watch';

/** The options of the commands that ask a service about its requests. */
export interface AskOptions extends AccessOptions {
  readonly json?: boolean;
}

/** The options of the commands that show one request. */
export interface ShowOptions extends AskOptions, TableChoice {
  readonly quiet?: boolean;
}

export type ReportFormat = 'html' | 'csv' | 'json';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a document with the name of its schema. */
function printJson(schema: string, document: object): void {
  print(visibleJson({ schema, ...document }));
}

/** Asks the service, and returns the exit code that the answer leads to. */
function asking(options: AskOptions, ask: (client: ApiClient) => Promise<number>): Promise<number> {
  return explainingSettings(async () => ask(new ApiClient(await accessOf(options))));
}

function taken(response: ApiResponse): ApiResponse['body'] {
  if (response.status !== 200) throw refusal(response);
  return response.body;
}

function showText(shown: ShownRequest, choice: TableChoice): void {
  process.stdout.write(requestText(shown, choice, paintFor(process.stdout), terminalWidth(process.stdout)));
}

/** Follows a request to its end, and prints what came of it. Returns the exit code: 0 where all is warm. */
export async function watch(client: ApiClient, id: string, options: ShowOptions): Promise<number> {
  const quiet = options.quiet === true || options.json === true;
  const end = await watchRequest(client, id, paintFor(process.stderr), { ...options, quiet });
  if (end.kind === 'unheard') return FAILED;
  if (end.kind === 'interrupted') {
    process.stderr.write(`the request goes on; \`warmpath prewarm watch ${id}\` follows it again\n`);
    return end.exitCode;
  }
  const { request } = end;
  const isWarm = request.status === 'FINISHED' && request.failed === 0;
  if (options.json) printJson(REQUEST_SCHEMA, request);
  else if (!(options.quiet && isWarm)) showText(end, options);
  return isWarm ? 0 : FAILED;
}

/** The failures of a request that has ended, from its report; none while that is not written. */
async function failuresOf(client: ApiClient, id: string): Promise<readonly FailureGroupView[] | undefined> {
  const report = await client.download(`report?req_id=${encodeURIComponent(id)}&format=json`);
  if (report.status === 200)
    return ((await report.json()) as { readonly failure_groups: readonly FailureGroupView[] }).failure_groups;
  await report.body?.cancel();
  return undefined;
}

/** Prints a request as it is now. Returns the exit code. */
export function showRequest(id: string, options: ShowOptions): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(await client.call('GET', `requests/${encodeURIComponent(id)}`));
    if (options.json) {
      printJson(REQUEST_SCHEMA, body);
      return 0;
    }
    const request = readRequest(body);
    const failures = isFinal(request) && request.failed > 0 ? await failuresOf(client, id) : [];
    showText({ request, failures: failures ?? [], areFailuresWhole: failures !== undefined }, options);
    return 0;
  });
}

/** Follows a request to its end. Returns the exit code: 0 where all is warm. */
export function followToEnd(id: string, options: ShowOptions): Promise<number> {
  return asking(options, (client) => watch(client, id, options));
}

/** Prints the requests of a service, newest first. Returns the exit code. */
export function listRequests({
  limit,
  ...options
}: AskOptions & { readonly limit: number }): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(await client.call('GET', `requests?limit=${limit}`));
    const { requests, next } = readPage(body);
    if (options.json) {
      printJson(REQUEST_LIST_SCHEMA, body);
      return 0;
    }
    process.stdout.write(listText(requests, paintFor(process.stdout), terminalWidth(process.stdout)));
    if (next !== null) process.stderr.write(`there are older ones; --limit shows up to 200\n`);
    return 0;
  });
}

/** Stops a request. Returns the exit code. */
export function stopRequest(id: string, options: AskOptions): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(await client.call('DELETE', `prewarm?req_id=${encodeURIComponent(id)}`));
    if (options.json) printJson(STOPPED_SCHEMA, body);
    else print(visibleLines(String(body['message'])));
    return 0;
  });
}

/** Prints the report of a request that has ended. Returns the exit code. */
export function printReport(
  id: string,
  { format, ...options }: AskOptions & { readonly format: ReportFormat },
): Promise<number> {
  return asking(options, async (client) => {
    const wanted = options.json ? 'json' : format;
    const report = await client.download(`report?req_id=${encodeURIComponent(id)}&format=${wanted}`);
    if (report.status === 200 && report.body !== null) {
      await pipeline(report.body, process.stdout, { end: false });
      return 0;
    }
    const text = await report.text();
    const body: ApiResponse['body'] = text.startsWith('{') ? JSON.parse(text) : { message: 'no report' };
    throw refusal({ status: report.status, body });
  });
}

/** Prints how many instances the fleet has, or sets it. Returns the exit code. */
export function instances(wanted: number | undefined, options: AskOptions): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(
      await (wanted === undefined
        ? client.call('GET', 'instances')
        : client.call('POST', 'instances', { DesiredCapacity: wanted })),
    );
    const said =
      wanted === undefined ? `${String(body['desiredcapacity'])} instances` : String(body['message']);
    if (options.json) printJson(INSTANCES_SCHEMA, body);
    else print(visibleLines(said));
    return 0;
  });
}
