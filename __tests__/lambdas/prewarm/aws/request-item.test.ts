import * as fc from 'fast-check';
import { DamagedItem, type Item } from '../../../../lambdas/prewarm/aws/attributes';
import { patchAttributes, readRequest, requestItem } from '../../../../lambdas/prewarm/aws/request-item';
import type { RequestPatch } from '../../../../lambdas/prewarm/engine/ports/request-store';
import { record } from '../engine/report/report-fixture';

const HEADERS = [{ name: 'authorization', value: 'Bearer x' }];

const everyPatch: Required<RequestPatch> = {
  totals: { urlCount: 2, popCount: 1, sliceCount: 1, fetchCount: 2 },
  urlBytes: 10,
  failedUrlCount: 1,
  acceptedUrlCount: 2,
  cursor: 'from here',
  stopReason: 'deadline',
  message: 'stopped',
  reported: true,
};

describe('the row of a request', () => {
  it('holds all of the record but its headers, which are opened elsewhere', () => {
    const stored = record({ ...everyPatch });
    const item = requestItem({ ...stored, spec: { ...stored.spec, headers: HEADERS } }, undefined, 30);
    expect(JSON.stringify(item)).not.toContain('Bearer');
    expect(readRequest(item, HEADERS)).toEqual({ ...stored, spec: { ...stored.spec, headers: HEADERS } });
  });

  it('takes any part of a patch, and nothing else', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(everyPatch) as (keyof RequestPatch)[]), (keys) => {
        const patch: RequestPatch = Object.fromEntries(keys.map((key) => [key, everyPatch[key]]));
        const before = record({});
        const item = { ...requestItem(before, undefined, 30), ...patchAttributes(patch) };
        expect(readRequest(item, before.spec.headers)).toEqual({ ...before, ...patch });
        expect(Object.keys(patchAttributes(patch))).toHaveLength(keys.length);
      }),
    );
  });

  it.each([
    ['without its status', ({ status: _, ...item }: Item) => item, 'attribute status is not one of'],
    [
      'with a status of another version',
      (item: Item) => ({ ...item, status: { S: 'LOST' } }),
      'attribute status is not one of CREATED',
    ],
    [
      'with a text for a number',
      (item: Item) => ({ ...item, created_at: { S: '1' } }),
      'attribute created_at is not a number',
    ],
    [
      'with a specification of something else',
      (item: Item) => ({ ...item, spec: { S: '{}' } }),
      'attribute spec is not the specification',
    ],
  ])('is refused %s', (_, change, message) => {
    const damaged = change(requestItem(record({}), undefined, 30));
    expect(() => readRequest(damaged, [])).toThrow(DamagedItem);
    expect(() => readRequest(damaged, [])).toThrow(message);
  });
});
