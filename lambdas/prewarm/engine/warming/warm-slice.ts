import { isWarm } from '../model/outcome';
import type { RequestSpec } from '../model/request';
import type { FetchFailure, Slice } from '../model/slice';
import { addOutcome, emptyTally, type Tally } from '../model/tally';
import type { Clock } from '../ports/clock';
import type { Transport } from '../ports/transport';
import { type EncodingPlan, placeOf, planEncodings } from './fetch-plan';
import type { Governor } from './governor';
import { signalsOverload } from './retry';
import { type FetchContext, type Warmed, warmOne } from './warm-fetch';

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
  /** Aborts the slice: nothing of it is then to be recorded. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the outcomes go while the slice is warmed. */
export interface WarmSliceSinks {
  /** Called once, before the first fetch, with the sum that is answered at the end: it grows in place. */
  readonly onBegin?: ((soFar: Tally) => void) | undefined;
  /** Called for each fetch that did not leave the object on the edge. */
  readonly onFailure: (failure: FetchFailure) => void;
}

/**
 * Warms every URL of a slice in every encoding and answers the sum.
 * Holds no more than the fetches that are underway. Rejects with the signal's reason when it is aborted, and with
 * whatever `lines` or a sink throws, always after the fetches underway have ended.
 */
export async function warmSlice(job: WarmSliceJob, sinks: WarmSliceSinks): Promise<Tally> {
  const { slice, spec, governor, signal } = job;
  const { pop } = slice;
  const plans = planEncodings(spec);
  const tally = emptyTally();
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
  sinks.onBegin?.(tally);
  let underway = 0;
  let turn = 0;
  let fault: unknown;
  let allEnded: (() => void) | undefined;

  function account(url: string, { encoding }: EncodingPlan, { outcome, attempts }: Warmed): void {
    addOutcome(tally, outcome);
    if (!isWarm(outcome.kind)) sinks.onFailure({ pop, url, encoding, outcome, attempts });
  }

  async function run(url: string, plan: EncodingPlan): Promise<void> {
    underway += 1;
    try {
      const place = placeOf(url);
      const verify = verifyEvery > 0 && turn % verifyEvery === 0;
      turn += 1;
      const warmed: Warmed = place
        ? await warmOne(context, place, plan.headers, turn, verify)
        : { outcome: { kind: 'refused', reason: 'not an http or https URL' }, attempts: 0 };
      const { outcome } = warmed;
      governor.release(pop, 'bytes' in outcome ? outcome.bytes : 0, signalsOverload(outcome), capped);
      if (!signal?.aborted) account(url, plan, warmed);
    } catch (error) {
      fault ??= error;
    }
    underway -= 1;
    if (underway === 0) allEnded?.();
  }

  async function warmAll(urls: readonly string[]): Promise<void> {
    for (const url of urls)
      for (const plan of plans) {
        const wait = governor.acquire(pop, capped);
        if (wait) await wait;
        void run(url, plan);
        if (signal?.aborted || fault !== undefined) return;
      }
  }

  try {
    for await (const urls of job.lines) {
      await warmAll(urls);
      if (signal?.aborted || fault !== undefined) break;
    }
  } finally {
    if (underway > 0)
      await new Promise<void>((resolve) => {
        allEnded = resolve;
      });
  }
  signal?.throwIfAborted();
  if (fault !== undefined) throw fault;
  return tally;
}
