import { WarmpathError } from '../../../../lambdas/errors/warmpath-error';
import { ratesOf } from '../../../../lambdas/prewarm/client/course';
import {
  type Followed,
  followRequest,
  type RequestSource,
} from '../../../../lambdas/prewarm/client/follower';
import type { FailureGroupView, RequestView } from '../../../../lambdas/prewarm/client/views';
import { visibleText } from '../../../../lambdas/prewarm/engine/model/visible-text';
import { bytes, percent } from '../../../../lambdas/prewarm/engine/report/format';
import { canRedraw, LiveRegion, type TerminalStream } from '../../terminal/live-region';
import type { Paint } from '../../terminal/paint';
import { listenForInterrupt } from '../interrupt';
import { ProgressPrinter, type ProgressSnapshot, renderBar } from '../progress';
import { readRequest } from './answers';
import { refusal } from './api-access';
import { type ApiClient, ApiUnreachable } from './api-client';
import { failureLines, outcomeLine, popTable, type ShownRequest, type TableChoice } from './request-text';

const PHASES: Readonly<Record<RequestView['status'], string>> = {
  CREATED: 'reading the list',
  CHECK_POP: 'finding the edges',
  INSERT_TASK: 'cutting slices',
  'IN-PROGRESS': 'warming',
  FINISHED: 'finished',
  STOPPED: 'stopped',
};

/** The service refused, or did not answer; the status tells whether another try helps. */
class FollowFailure extends WarmpathError {
  override readonly name = 'FollowFailure';
  constructor(
    readonly status: number,
    cause?: unknown,
  ) {
    super('API_UNREACHABLE', `--endpoint: the service answered ${status} to who follows a request`, {
      cause,
    });
  }
}

async function* decoded(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const part of response.body ?? []) yield decoder.decode(part, { stream: true });
}

function sourceOf(client: ApiClient, id: string): RequestSource {
  const path = encodeURIComponent(id);
  return {
    events: async (lastEventId, signal) => {
      const response = await client.request(`prewarm/${path}/events`, {
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        },
        signal,
      });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      if (response.status === 200 && isStream) return decoded(response);
      await response.body?.cancel();
      // What is no stream comes from who knows no events.
      throw new FollowFailure(response.status === 200 ? 404 : response.status);
    },
    request: async (signal) => {
      const answer = await client.call('GET', `requests/${path}`, undefined, signal);
      if (answer.status !== 200) throw new FollowFailure(answer.status, refusal(answer));
      return readRequest(answer.body);
    },
    failures: async () => {
      const report = await client.download(`report?req_id=${path}&format=json`);
      if (report.status === 200) {
        const { failure_groups: groups } = (await report.json()) as {
          readonly failure_groups: readonly FailureGroupView[];
        };
        return groups;
      }
      await report.body?.cancel();
      if (report.status === 404) return undefined;
      throw new FollowFailure(report.status);
    },
    statusOf: (error) => (error instanceof FollowFailure ? error.status : 0),
  };
}

function snapshotOf(request: RequestView): ProgressSnapshot {
  const { status, fetches, fetch_count: total, failed, bytes: done } = request;
  return { phase: PHASES[status], done: fetches, failed, bytes: done, ...(total > 0 && { total }) };
}

/** Shows what goes on: drawn anew on a terminal, line by line elsewhere. */
export class WatchScreen {
  private readonly region: LiveRegion;
  private readonly lines: ProgressPrinter;
  private readonly told = new Set<string>();
  private wasLost = false;

  constructor(
    private readonly stream: TerminalStream,
    private readonly paint: Paint,
    private readonly choice: TableChoice,
  ) {
    this.region = new LiveRegion(stream);
    this.lines = new ProgressPrinter(stream, paint);
  }

  show(followed: Followed): void {
    if (canRedraw(this.stream)) this.region.draw(this.frame(followed));
    else this.tell(followed);
  }

  finish(): void {
    this.region.clear();
    this.lines.finish();
  }

  private tell({ request, failures, connection }: Followed): void {
    const isLost = connection === 'lost';
    if (isLost !== this.wasLost)
      this.lines.say(isLost ? 'the service does not answer; trying again' : 'the service answers again');
    this.wasLost = isLost;
    if (request !== undefined) this.lines.show(snapshotOf(request));
    for (const group of failures) {
      if (this.told.has(`${group.outcome} ${group.cause}`)) continue;
      this.told.add(`${group.outcome} ${group.cause}`);
      for (const line of failureLines([group], true, this.paint)) this.lines.say(line);
    }
  }

  private frame({ request, samples, failures, areFailuresWhole, connection }: Followed): readonly string[] {
    const lost =
      connection === 'lost' ? [this.paint.yellow('the service does not answer; trying again')] : [];
    if (request === undefined) return lost.length > 0 ? lost : ['…'];
    const width = (this.stream.columns ?? 80) - 1;
    const rates = ratesOf(samples);
    const perSecond = rates?.fetches ?? 0;
    const left = request.fetch_count - request.fetches;
    const pace = { perSecond, ...(perSecond > 0 && left > 0 && { etaSeconds: left / perSecond }) };
    const figures = [
      ...(rates === undefined ? [] : [`${bytes(rates.bytes)}/s`]),
      `hits before ${percent(request.hit_ratio ?? undefined)}`,
      outcomeLine(request),
    ];
    const failed = failureLines(failures, areFailuresWhole, this.paint);
    const above = [
      this.paint.dim(`${request.request_id}  ${visibleText(request.cf_domain)}`),
      renderBar(snapshotOf(request), pace, width, this.paint),
      figures.filter((text) => text !== '').join('  '),
      ...(request.message === null ? [] : [this.paint.yellow(visibleText(request.message))]),
      ...lost,
      ...(failed.length === 0 ? [] : ['', ...failed.slice(0, MOST_FAILURE_LINES)]),
    ];
    // Title, blank line, how many more, and the last row of the terminal, which stays free.
    const room = Math.max(1, (this.stream.rows ?? 24) - above.length - 4);
    const top = Math.min(this.choice.top ?? room, room);
    return [...above, '', ...popTable(request.pops, { ...this.choice, top }, this.paint, width)];
  }
}

const MOST_FAILURE_LINES = 8;

export interface WatchOptions extends TableChoice {
  /** Shows nothing until the end. */
  readonly quiet: boolean;
}

/** How a request was when it was looked at last. */
export type WatchEnd =
  | ({ readonly kind: 'ended' } & ShownRequest)
  | { readonly kind: 'interrupted'; readonly exitCode: number }
  | { readonly kind: 'unheard' };

/** Ends where nobody reads what is shown any more, such as behind `head`. */
function listenForClosedPipe(): { readonly closed: Promise<void>; release(): void } {
  let release: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    const streams = [process.stdout, process.stderr];
    function end(): void {
      resolve();
    }
    for (const stream of streams) stream.once('error', end);
    release = () => {
      for (const stream of streams) stream.off('error', end);
    };
  });
  return { closed, release: () => release() };
}

/**
 * Follows a request to its end, over restarts of the service, with what goes on shown on standard error.
 * @throws BadInput where the service does not know it, ApiUnreachable where it does not answer at all
 */
export async function watchRequest(
  client: ApiClient,
  id: string,
  paint: Paint,
  { quiet, ...choice }: WatchOptions,
): Promise<WatchEnd> {
  // A wrong id, key or endpoint is told at once; only what was reached before is waited for.
  const first = await client.call('GET', `requests/${encodeURIComponent(id)}`);
  if (first.status !== 200) throw refusal(first);
  readRequest(first.body);
  const screen = new WatchScreen(process.stderr, paint, choice);
  const left = new AbortController();
  const interrupt = listenForInterrupt(() => screen.finish());
  const pipe = listenForClosedPipe();
  try {
    const end = await Promise.race([
      followRequest(sourceOf(client, id), (now) => (quiet ? undefined : screen.show(now)), left.signal),
      interrupt.signalled,
      pipe.closed,
    ]);
    if (end === undefined) return { kind: 'unheard' };
    if (typeof end === 'number') return { kind: 'interrupted', exitCode: end };
    const { request, failures, areFailuresWhole, error } = end;
    if (error !== undefined)
      throw error instanceof FollowFailure && error.cause !== undefined ? error.cause : error;
    if (request === undefined) throw new ApiUnreachable('--endpoint: nothing was told of the request');
    return { kind: 'ended', request, failures, areFailuresWhole };
  } finally {
    left.abort();
    screen.finish();
    pipe.release();
    interrupt.release();
  }
}
