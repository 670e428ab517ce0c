import { isWarm } from '../model/outcome';
import type { RequestSpec } from '../model/request';
import type { FetchFailure, Slice } from '../model/slice';
import type { ProgressCollector } from '../model/slice-progress';
import { addOutcome, emptyTally, mergeTally, type Tally } from '../model/tally';
import type { Clock } from '../ports/clock';
import type { Transport } from '../ports/transport';
import { type EncodingPlan, headersFor, planEncodings, urlPartsOf } from './fetch-plan';
import { type Governor, once } from './governor';
import { mayPass, signalsOverload } from './retry';
import { asWarmed, type FetchContext, type Warmed, warmOne } from './warm-fetch';

/** Fetches of a slice that are done, and their sum. */
export interface Resume {
  readonly done: ReadonlySet<number>;
  readonly tally: Tally;
}

/** A slice and what it is warmed with. */
export interface WarmSliceJob {
  readonly slice: Slice;
  readonly spec: RequestSpec;
  /** The URLs of the slice's byte range in batches; read no faster than they are warmed. */
  readonly lines: AsyncIterable<readonly string[]>;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Shared by all slices of a thread. */
  readonly governor: Governor;
  /** Port of the edges where it is not the URL's own. @default the URL's own */
  readonly edgePort?: number | undefined;
  /** What another delivery has done of it, which is not done again. @default nothing */
  readonly resume?: Resume | undefined;
  /** Aborts the slice. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the outcomes go while the slice is warmed. */
export interface WarmSliceSinks {
  /** Called once, before the first fetch, with the sum that is returned at the end: it grows in place. */
  readonly onBegin?: ((soFar: Tally) => void) | undefined;
  /** Called for each fetch that did not leave the object on the edge. */
  readonly onFailure: (failure: FetchFailure) => void;
  /** Gathers each fetch that is done. */
  readonly progress?: ProgressCollector | undefined;
  /**
   * Takes a function to be called with the number of fetches of `progress` that were stored since its last call: while too many
   * are not, no further one begins.
   * @default - what is gathered waits for nothing
   */
  readonly whenStored?: ((stored: (fetches: number) => void) => void) | undefined;
}

/** One URL in one encoding. */
interface Fetch {
  readonly url: string;
  readonly plan: EncodingPlan;
  /** Its place among the fetches of the slice, from 0. */
  readonly number: number;
  /** What the first pass came to; absent in it. */
  readonly before?: Warmed;
}

/**
 * Warms every URL of a slice in every encoding and returns the sum, that of `resume` included. What failed for a cause that may
 * pass is tried once more when all else is done.
 * Holds no more than the fetches that are underway. Rejects with the signal's reason when it is aborted, and with
 * whatever `lines` or a sink throws, always after the fetches underway have ended.
 */
export async function warmSlice(job: WarmSliceJob, sinks: WarmSliceSinks): Promise<Tally> {
  const { slice, spec, governor, signal } = job;
  const { pop } = slice;
  const plans = planEncodings(spec);
  const tally = emptyTally();
  if (job.resume) mergeTally(tally, job.resume.tally);
  const verifyEvery = { none: 0, sample: governor.limits.verifyOneOf, all: 1 }[spec.verify];
  const capped = governor.cap(slice.requestId, spec.maxBandwidthMbps);
  const context: FetchContext = {
    pop,
    addresses: slice.addresses,
    transport: job.transport,
    clock: job.clock,
    governor,
    edgePort: job.edgePort,
    pace: capped?.pace,
    signal,
    skipWarm: spec.skipWarm,
    rangeBytes: spec.rangeBytes,
  };
  let underway = 0;
  let begun = 0;
  let fault: unknown;
  let allEnded: (() => void) | undefined;

  /** What failed for a cause that may pass: it gets a second pass when all else is done. */
  const again: Fetch[] = [];

  function account({ url, plan, number }: Fetch, { outcome, attempts }: Warmed): void {
    const failure = isWarm(outcome.kind)
      ? undefined
      : { pop, url, encoding: plan.encoding, outcome, attempts };
    addOutcome(tally, outcome);
    sinks.progress?.add(number, outcome, failure);
    if (sinks.whenStored) governor.beginsToWait();
    if (failure) sinks.onFailure(failure);
  }

  async function run(fetch: Fetch): Promise<void> {
    underway += 1;
    try {
      const url = urlPartsOf(fetch.url);
      const verify = verifyEvery > 0 && begun % verifyEvery === 0;
      begun += 1;
      const warmed: Warmed = url
        ? await warmOne(context, url, headersFor(fetch.plan, url), begun, verify)
        : { outcome: { kind: 'refused', reason: 'not an http or https URL' }, attempts: 0 };
      const { outcome, attempts } = warmed;
      governor.release(pop, 'bytes' in outcome ? outcome.bytes : 0, signalsOverload(outcome), capped);
      if (signal?.aborted) return;
      const { before } = fetch;
      if (before) {
        const own = before.mayBeStored ? asWarmed(outcome) : outcome;
        account(fetch, { outcome: own, attempts: attempts + before.attempts });
      } else if (mayPass(outcome)) again.push({ ...fetch, before: warmed });
      else account(fetch, warmed);
    } catch (error) {
      fault ??= error;
    } finally {
      underway -= 1;
      if (underway === 0) allEnded?.();
    }
  }

  async function begin(fetch: Fetch): Promise<void> {
    const wait = governor.acquire(pop, capped);
    if (wait) await wait;
    void run(fetch);
  }

  async function firstPass(): Promise<void> {
    let number = -1;
    for await (const urls of job.lines)
      for (const url of urls)
        for (const plan of plans) {
          number += 1;
          if (job.resume?.done.has(number)) continue;
          await begin({ url, plan, number });
          if (signal?.aborted || fault !== undefined) return;
        }
  }

  async function untilAllEnded(): Promise<void> {
    if (underway === 0) return;
    await new Promise<void>((resolve) => {
      allEnded = resolve;
    });
  }

  sinks.whenStored?.((fetches) => governor.stored(fetches));
  const turn = governor.lineUp(slice.requestId, pop);
  try {
    if (turn.before && !signal?.aborted)
      await (signal ? Promise.race([turn.before, once(signal)]) : turn.before);
    signal?.throwIfAborted();
    sinks.onBegin?.(tally);
    await firstPass();
    turn.pass();
    await untilAllEnded();
    for (const fetch of again) {
      if (signal?.aborted || fault !== undefined) break;
      await begin(fetch);
    }
  } finally {
    turn.pass();
    await untilAllEnded();
    turn.end();
  }
  signal?.throwIfAborted();
  if (fault !== undefined) throw fault;
  return tally;
}
