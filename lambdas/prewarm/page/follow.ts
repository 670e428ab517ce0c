import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type * as z from 'zod';
import type { failureGroup } from '../api/bodies';
import { ApiError, findRequest, type RequestView, send } from './api';

export type FailureGroupView = z.output<typeof failureGroup>;

/** The figures of a request at one moment. */
export interface CourseSample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fetches: number;
  readonly bytes: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

/** All that is known of a request that is followed. */
export interface Followed {
  readonly request?: RequestView;
  readonly samples: readonly CourseSample[];
  readonly failures: readonly FailureGroupView[];
  /** False where there are more failures than are listed. */
  readonly areFailuresWhole: boolean;
  /** `live` by events, `polling`, `lost` while the service does not answer, `ended`. */
  readonly connection: 'opening' | 'live' | 'polling' | 'lost' | 'ended';
  /** Why it cannot be followed at all. */
  readonly error?: ApiError;
}

export const NOTHING_YET: Followed = {
  samples: [],
  failures: [],
  areFailuresWhole: true,
  connection: 'opening',
};

const POLL_MS = 2_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;
/** Statuses that another try does not change. */
const HOPELESS = new Set([400, 403, 404]);
/** Longer rows are thinned: no screen shows more. */
const MAX_SAMPLES = 1_200;

/** The epoch milliseconds of a time of the API, which is in UTC. */
export function epochMs(timestamp: string): number {
  return Date.parse(`${timestamp.slice(0, 23).replace(' ', 'T')}Z`);
}

function isFinal({ status }: RequestView): boolean {
  return status === 'FINISHED' || status === 'STOPPED';
}

/** The request as last told, with the PoPs of before that did not change. */
function merged(before: RequestView | undefined, told: RequestView): RequestView {
  const pops = new Map(before?.pops.map((pop) => [pop.code, pop]));
  for (const pop of told.pops) pops.set(pop.code, pop);
  return { ...told, pops: [...pops.values()].sort((a, b) => (a.code < b.code ? -1 : 1)) };
}

function withSample(samples: readonly CourseSample[], sample: CourseSample): readonly CourseSample[] {
  if (sample.at <= (samples.at(-1)?.at ?? 0)) return samples;
  const all = [...samples, sample];
  return all.length <= MAX_SAMPLES
    ? all
    : all.filter((_, index) => index % 2 === 0 || index === all.length - 1);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Follows one request by events where the service has them, else by asking again and again; over restarts of the service. */
class Follower {
  private state: Followed = NOTHING_YET;
  private lastEventId: string | undefined;
  private hasEvents = true;
  private retryMs = FIRST_RETRY_MS;

  constructor(
    private readonly id: string,
    private readonly tell: (followed: Followed) => void,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    while (!this.isOver()) {
      try {
        await (this.hasEvents ? this.readEvents() : this.poll());
      } catch (error) {
        if (this.signal.aborted) return;
        if (await this.isHopeless(error)) return;
      }
      if (this.isOver()) return;
      await pause(this.retryMs, this.signal);
    }
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
    const failure = error instanceof ApiError ? error : new ApiError(String(error), 0);
    if (this.hasEvents && (HOPELESS.has(failure.status) || failure.status === 503)) {
      // A gateway in front knows no events and says so with 403 or 404; whether the request exists, the other route tells. A 503 is
      // a service with too many followers, or one that is about to end: it is asked for events again.
      this.hasEvents = failure.status === 503;
      return this.poll().then(
        () => false,
        (fault) => this.isLost(fault),
      );
    }
    return this.isLost(failure);
  }

  private isLost(error: unknown): boolean {
    const failure = error instanceof ApiError ? error : new ApiError(String(error), 0);
    if (HOPELESS.has(failure.status)) {
      this.set({ error: failure });
      return true;
    }
    this.retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.retryMs * 2));
    this.set({ connection: 'lost' });
    return false;
  }

  private async readEvents(): Promise<void> {
    const headers = {
      accept: 'text/event-stream',
      ...(this.lastEventId !== undefined && { 'last-event-id': this.lastEventId }),
    };
    const path = `/prewarm/${encodeURIComponent(this.id)}/events`;
    const { body } = await send(path, { headers, signal: this.signal });
    if (body === null) throw new ApiError('', 503);
    this.retryMs = FIRST_RETRY_MS;
    this.set({ connection: 'live' });
    const parser = createParser({ onEvent: (message) => this.take(message) });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
    } catch {
      // The connection broke: the same as its end.
    }
    if (!this.isOver()) this.set({ connection: 'lost' });
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
    const request = await findRequest(this.id, this.signal);
    const { fetches, bytes, outcomes } = request;
    this.retryMs = POLL_MS;
    this.set({
      request,
      samples: withSample(this.state.samples, { at: Date.now(), fetches, bytes, outcomes }),
      connection: 'polling',
    });
    if (isFinal(request)) await this.readReport();
  }

  /** The failures of a request that has ended, from its report; it may take a moment until that is written. */
  private async readReport(): Promise<void> {
    const answer = await send(`/report?req_id=${encodeURIComponent(this.id)}&format=json`, {
      signal: this.signal,
    }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    if (answer === undefined) return;
    const { failure_groups: failures } = await answer.json();
    this.set({ failures, areFailuresWhole: true, connection: 'ended' });
  }
}

/** Follows a request until its end, and tells every change. Returns the function that leaves it. */
export function follow(id: string, tell: (followed: Followed) => void): () => void {
  const left = new AbortController();
  void new Follower(id, tell, left.signal).run();
  return () => left.abort();
}
