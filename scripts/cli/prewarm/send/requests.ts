import { visibleJson, visibleLines } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { FAILED } from '../../exit-codes';
import { type AccessOptions, accessOf, explainingSettings, refusal } from './api-access';
import { ApiClient, type ApiResponse } from './api-client';
import { ended, isAllWarm, requestSentence } from './send';

/** The options of the commands that ask a service about its requests. */
export interface AskOptions extends AccessOptions {
  readonly json?: boolean;
}

export type ReportFormat = 'html' | 'csv' | 'json';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Asks the service, and returns the exit code that the answer leads to. */
function asking(options: AskOptions, ask: (client: ApiClient) => Promise<number>): Promise<number> {
  return explainingSettings(async () => ask(new ApiClient(await accessOf(options))));
}

function taken(response: ApiResponse): ApiResponse['body'] {
  if (response.status !== 200) throw refusal(response);
  return response.body;
}

function requestPath(id: string): string {
  return `requests/${encodeURIComponent(id)}`;
}

/** Prints a request; with `isWatched` its progress on standard error until it has ended. Returns the exit code. */
export function showRequest(
  id: string,
  options: AskOptions & { readonly isWatched: boolean },
): Promise<number> {
  return asking(options, async (client) => {
    let said = '';
    function say(request: ApiResponse['body']): void {
      const sentence = requestSentence(request);
      if (sentence !== said && !options.json) process.stderr.write(`${sentence}\n`);
      said = sentence;
    }
    const request = options.isWatched
      ? await ended(client, id, say)
      : taken(await client.call('GET', requestPath(id)));
    print(options.json ? visibleJson(request) : requestSentence(request));
    return options.isWatched && !isAllWarm(request) ? FAILED : 0;
  });
}

/** Prints the requests of a service, newest first. Returns the exit code. */
export function listRequests({
  limit,
  ...options
}: AskOptions & { readonly limit: number }): Promise<number> {
  return asking(options, async (client) => {
    const page = taken(await client.call('GET', `requests?limit=${limit}`));
    if (options.json) print(visibleJson(page));
    else
      for (const request of Array.isArray(page['requests']) ? page['requests'] : [])
        print(requestSentence(request));
    return 0;
  });
}

/** Stops a request. Returns the exit code. */
export function stopRequest(id: string, options: AskOptions): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(await client.call('DELETE', `prewarm?req_id=${encodeURIComponent(id)}`));
    print(options.json ? visibleJson(body) : visibleLines(String(body['message'])));
    return 0;
  });
}

/** Prints the report of a request that has ended. Returns the exit code. */
export function printReport(
  id: string,
  { format, ...options }: AskOptions & { readonly format: ReportFormat },
): Promise<number> {
  return asking(options, async (client) => {
    const { status, text } = await client.download(
      `report?req_id=${encodeURIComponent(id)}&format=${format}`,
    );
    if (status === 200) {
      process.stdout.write(text);
      return 0;
    }
    const body: ApiResponse['body'] = text.startsWith('{') ? JSON.parse(text) : { message: 'no report' };
    throw refusal({ status, body });
  });
}

/** Prints how many instances the fleet has, or sets it. Returns the exit code. */
export function instances(count: number | undefined, options: AskOptions): Promise<number> {
  return asking(options, async (client) => {
    const body = taken(
      await (count === undefined
        ? client.call('GET', 'instances')
        : client.call('POST', 'instances', { DesiredCapacity: count })),
    );
    const said =
      count === undefined ? `${String(body['desiredcapacity'])} instances` : String(body['message']);
    print(options.json ? visibleJson(body) : visibleLines(said));
    return 0;
  });
}
