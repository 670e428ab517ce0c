import { randomUUID } from 'node:crypto';
import {
  type PopCode,
  popCode,
  type RequestId,
  requestId,
  sliceId,
} from '../../../../../lambdas/prewarm/engine/model/ids';
import type { PopRecord, RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import type { Slice, SliceResult } from '../../../../../lambdas/prewarm/engine/model/slice';
import { addOutcome, emptyTally } from '../../../../../lambdas/prewarm/engine/model/tally';

/** An adapter under test, and what ends it. */
export interface Made<T> {
  readonly port: T;
  close(): Promise<void>;
}

export const frankfurt = popCode('FRA56-P4');
export const tokyo = popCode('NRT57-P3');

export function newId(): RequestId {
  return requestId(randomUUID());
}

export function sampleRequest(fields: Partial<RequestRecord> = {}): RequestRecord {
  return {
    id: newId(),
    spec: {
      distributionDomain: 'd111111abcdef8.cloudfront.net',
      cfDomain: 'www.example.com',
      aliases: ['www.example.com'],
      pops: [frankfurt, tokyo],
      headers: [{ name: 'x-tenant', value: 'secret: value' }],
      encodings: ['identity', 'br'],
      verify: 'sample',
      skipWarm: false,
      needInvalidate: false,
      instanceCount: 2,
      timeoutMinutes: 30,
      sources: [],
    },
    status: 'CREATED',
    createdAt: Date.now(),
    timeoutAt: Date.now() + 1_800_000,
    updatedAt: Date.now(),
    acceptedUrlCount: 10,
    urlBytes: 0,
    failedUrlCount: 0,
    progress: emptyTally(),
    countedSlices: 0,
    reported: false,
    ...fields,
  };
}

export function samplePop(id: RequestId, pop: PopCode, fields: Partial<PopRecord> = {}): PopRecord {
  return {
    requestId: id,
    pop,
    status: 'SUCCESS',
    addresses: ['192.0.2.1', '2001:db8::1'],
    createdAt: 1,
    progress: emptyTally(),
    ...fields,
  };
}

export function sampleSlice(id: RequestId, pop: PopCode, index: number): Slice {
  return {
    requestId: id,
    id: sliceId(pop, index),
    pop,
    addresses: ['192.0.2.1'],
    segment: { index, urlCount: 2, startByte: index * 100, endByte: index * 100 + 99, expectedBytes: 2_048 },
  };
}

export function sampleResult(id: RequestId, pop: PopCode, index: number): SliceResult {
  const tally = emptyTally();
  addOutcome(tally, { kind: 'warmed', status: 200, bytes: 1_000, durationMs: 20 });
  addOutcome(tally, { kind: 'http-error', status: 404, bytes: 10, durationMs: 5 });
  return {
    requestId: id,
    sliceId: sliceId(pop, index),
    pop,
    tally,
    failuresKey: `${id}/failures/${sliceId(pop, index)}/first.ndjson`,
    finishedAt: 1_700_000_000_000,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
