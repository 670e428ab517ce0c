import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type CourseSample, withSample } from './course';
import { epochMs, type FailureGroupView, isFinal, type RequestView } from './views';

/** All that is known of a request that is followed. */
export interface Followed {
  readonly request?: RequestView;
  readonly samples: readonly CourseSample[];
  readonly failures: readonly FailureGroupView[];
  /** False where there are more failures than are listed. */
  readonly areFailuresWhole: boolean;
  /** `live` by events, `polling`, `lost` while the service does not answer, `ended`. */
  readonly connection: 'opening' | 'live' | 'polling' | 'lost' | 'ended';
  /** What was thrown where it cannot be followed at all. */
  readonly error?: unknown;
}

export const NOTHING_YET: Followed = {
  samples: [],
  failures: [],
  areFailuresWhole: true,
  connection: 'opening',
};

/** How a follower asks the service; what its calls throw is told apart by the HTTP status. */
export interface RequestSource {
  /** The text of `GET /prewarm/{id}/events`, as it comes. */
  readonly events: (lastEventId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<string>>;
  readonly request: (signal: AbortSignal) => Promise<RequestView>;
  /** The failures in the report of a request that has ended; undefined while that is not written. */
  readonly failures: (signal: AbortSignal) => Promise<readonly FailureGroupView[] | undefined>;
  /** Returns the HTTP status behind an error; 0 where nothing answered. */
  readonly statusOf: (error: unknown) => number;
}

export interface FollowTimes {
  readonly pollMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** A connection on which nothing comes for so long is dead: the service sends a line every fifteen seconds. */
  readonly silentMs: number;
}

const TIMES: FollowTimes = { pollMs: 2_000, firstRetryMs: 500, lastRetryMs: 5_000, silentMs: 45_000 };
/** Statuses that another try does not change. */
const HOPELESS = new Set([400, 403, 404]);
const BUSY = 503;
/** Polls for a report before it is taken for lost, as one is that was kept for some days only. */
const MAX_REPORT_POLLS = 30;

/** Returns the request as last told, with the PoPs of before that did not change. */
function merged(before: RequestView | undefined, told: RequestView): RequestView {
  const pops = new Map(before?.pops.map((pop) => [pop.code, pop]));
  for (const pop of told.pops) pops.set(pop.code, pop);
  return { ...told, pops: [...pops.values()].sort((a, b) => (a.code < b.code ? -1 : 1)) };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

/** Follows one request by events where the service has them, else by asking again and again; over restarts of the service. */
class Follower {
  private state: Followed = NOTHING_YET;
  private lastEventId: string | undefined;
  private hasEvents = true;
  private retryMs: number;
  private reportPolls = 0;

  constructor(
    private readonly source: RequestSource,
    private readonly tell: (followed: Followed) => void,
    private readonly signal: AbortSignal,
    private readonly times: FollowTimes,
  ) {
    this.retryMs = times.firstRetryMs;
  }

  async run(): Promise<Followed> {
    while (!this.isOver()) {
      try {
        await (this.hasEvents ? this.readEvents() : this.poll());
      } catch (error) {
        if (this.signal.aborted || (await this.isHopeless(error))) break;
      }
      if (!this.isOver()) await pause(this.retryMs, this.signal);
    }
    return this.state;
  }

  private isOver(): boolean {
    return this.signal.aborted || this.state.connection === 'ended';
  }

  private set(change: Partial<Followed>): void {
    this.state = { ...this.state, ...change };
    if (!this.signal.aborted) this.tell(this.state);
  }

  /** Returns true where another try is of no use. */
  private async isHopeless(error: unknown): Promise<boolean> {
    const status = this.source.statusOf(error);
    if (!this.hasEvents || !(HOPELESS.has(status) || status === BUSY)) return this.isLost(error);
    // A gateway in front knows no events and says so with 403 or 404; whether the request exists, the other route tells. A 503 is a
    // service with too many followers, or one that is about to end: it is asked for events again.
    this.hasEvents = status === BUSY;
    return this.poll().then(
      () => false,
      (fault) => this.isLost(fault),
    );
  }

  private isLost(error: unknown): boolean {
    if (HOPELESS.has(this.source.statusOf(error))) {
      this.set({ error });
      return true;
    }
    const { firstRetryMs, lastRetryMs } = this.times;
    this.retryMs = Math.min(lastRetryMs, Math.max(firstRetryMs, this.retryMs * 2));
    this.set({ connection: 'lost' });
    return false;
  }

  private async readEvents(): Promise<void> {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), this.times.silentMs);
    try {
      const texts = await this.source.events(this.lastEventId, AbortSignal.any([this.signal, silent.signal]));
      this.retryMs = this.times.firstRetryMs;
      this.set({ connection: 'live' });
      const parser = createParser({ onEvent: (message) => this.take(message) });
      await this.read(texts, (text) => {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), this.times.silentMs);
        parser.feed(text);
      });
    } finally {
      clearTimeout(timer);
    }
    if (!this.isOver()) this.set({ connection: 'lost' });
  }

  /** Reads to the end; a connection that breaks has ended too. */
  private async read(texts: AsyncIterable<string>, feed: (text: string) => void): Promise<void> {
    const reader = texts[Symbol.asyncIterator]();
    for (;;) {
      const next = await reader.next().catch(() => undefined);
      if (next === undefined || next.done) return;
      feed(next.value);
    }
  }

  private take({ event, data, id }: EventSourceMessage): void {
    if (id !== undefined) this.lastEventId = id;
    const told = JSON.parse(data);
    if (event === 'request') this.set({ request: merged(this.state.request, told) });
    if (event === 'sample')
      this.set({ samples: withSample(this.state.samples, { ...told, at: epochMs(told.at) }) });
    if (event === 'failures') this.set({ failures: told.failure_groups, areFailuresWhole: told.is_whole });
    if (event === 'end') this.set({ connection: 'ended' });
  }

  private async poll(): Promise<void> {
    const request = await this.source.request(this.signal);
    const { fetches, bytes, outcomes } = request;
    this.retryMs = this.times.pollMs;
    this.set({
      request,
      samples: withSample(this.state.samples, { at: Date.now(), fetches, bytes, outcomes }),
      connection: 'polling',
    });
    if (!isFinal(request)) return;
    // It may take a moment until the report is written.
    const failures = await this.source.failures(this.signal);
    this.reportPolls += 1;
    if (failures !== undefined) this.set({ failures, areFailuresWhole: true, connection: 'ended' });
    else if (this.reportPolls === MAX_REPORT_POLLS)
      this.set({ areFailuresWhole: false, connection: 'ended' });
  }
}

/**
 * Follows a request until its end, and tells every change. Resolves with what was known last: its connection is `ended`, or there is
 * an error, or `signal` was aborted.
 * @param times @default half a second and more between tries, two seconds between polls
 */
export function followRequest(
  source: RequestSource,
  tell: (followed: Followed) => void,
  signal: AbortSignal,
  times: FollowTimes = TIMES,
): Promise<Followed> {
  return new Follower(source, tell, signal, times).run();
}
