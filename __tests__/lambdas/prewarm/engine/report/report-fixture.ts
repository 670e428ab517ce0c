import { popCode, requestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import type { FetchOutcome } from '../../../../../lambdas/prewarm/engine/model/outcome';
import type {
  PopRecord,
  RequestRecord,
  RequestSpec,
} from '../../../../../lambdas/prewarm/engine/model/request';
import type { FetchFailure } from '../../../../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally, mergeTally } from '../../../../../lambdas/prewarm/engine/model/tally';
import { plainSpec } from '../../support/request-spec';

export const ID = requestId('5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11');
export const CREATED_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export function spec(changes: Partial<RequestSpec> = {}): RequestSpec {
  return plainSpec({ headers: [{ name: 'authorization', value: 'Bearer very-secret' }], ...changes });
}

export function record(changes: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: ID,
    spec: spec(),
    status: 'CREATED',
    createdAt: CREATED_AT,
    timeoutAt: CREATED_AT + 30 * 60_000,
    updatedAt: CREATED_AT + 1500,
    acceptedUrlCount: 2,
    urlBytes: 0,
    failedUrlCount: 0,
    progress: emptyTally(),
    countedSlices: 0,
    reported: false,
    ...changes,
  };
}

export function popRecord(pop: string, changes: Partial<PopRecord> = {}): PopRecord {
  return {
    requestId: ID,
    pop: popCode(pop),
    status: 'SUCCESS',
    addresses: ['192.0.2.1'],
    createdAt: CREATED_AT,
    progress: emptyTally(),
    ...changes,
  };
}

export function warmed(durationMs = 40): FetchOutcome {
  return {
    kind: 'warmed',
    status: 200,
    bytes: 1000,
    durationMs,
  };
}

export function hit(durationMs = 4): FetchOutcome {
  return {
    kind: 'already-warm',
    status: 200,
    bytes: 1000,
    durationMs,
  };
}

export const notFound: FetchOutcome = { kind: 'http-error', status: 404, bytes: 10, durationMs: 30 };

export function tallyOf(outcomes: readonly FetchOutcome[]) {
  const tally = emptyTally();
  for (const outcome of outcomes) addOutcome(tally, outcome);
  return tally;
}

/** A finished request with these outcomes per PoP. */
export function finished(outcomes: Readonly<Record<string, readonly FetchOutcome[]>>): {
  readonly record: RequestRecord;
  readonly pops: readonly PopRecord[];
} {
  const pops = Object.entries(outcomes).map(([pop, list]) => popRecord(pop, { progress: tallyOf(list) }));
  const progress = emptyTally();
  for (const pop of pops) mergeTally(progress, pop.progress);
  const urlCount = Math.max(0, ...Object.values(outcomes).map((list) => list.length));
  return {
    record: record({
      status: 'FINISHED',
      spec: spec({ pops: pops.map(({ pop }) => pop) }),
      progress,
      totals: { urlCount, popCount: pops.length, sliceCount: pops.length, fetchCount: progress.fetches },
      countedSlices: pops.length,
      reported: true,
    }),
    pops,
  };
}

export function failure(url: string, outcome: FetchOutcome = notFound, pop = 'FRA56-P4'): FetchFailure {
  return {
    pop: popCode(pop),
    url,
    encoding: 'browser',
    outcome,
    attempts: 1,
  };
}

export async function text(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}
