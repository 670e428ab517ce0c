import * as z from 'zod/mini';
import { popCode, requestId, sliceId } from '../engine/model/ids';
import type { Slice } from '../engine/model/slice';

const message = z.object({
  req_id: z.string().check(z.minLength(1)),
  pop: z.string().check(z.minLength(1)),
  pop_ips: z.array(z.string()).check(z.minLength(1)),
  segment: z.object({
    index: z.int().check(z.nonnegative()),
    urlCount: z.int().check(z.nonnegative()),
    startByte: z.int().check(z.nonnegative()),
    endByte: z.int().check(z.nonnegative()),
    expectedBytes: z.number().check(z.nonnegative()),
  }),
});

/** The body of a queue message. */
export function encodeSlice(slice: Slice): string {
  return JSON.stringify({
    req_id: slice.requestId,
    pop: slice.pop,
    pop_ips: slice.addresses,
    segment: slice.segment,
  });
}

/** `undefined` for a body that is no slice; its message is left to the dead-letter queue. */
export function decodeSlice(body: string | undefined): Slice | undefined {
  const read = message.safeParse(parse(body));
  if (!read.success) return undefined;
  const { req_id, pop, pop_ips, segment } = read.data;
  const code = popCode(pop);
  return {
    requestId: requestId(req_id),
    id: sliceId(code, segment.index),
    pop: code,
    addresses: pop_ips,
    segment,
  };
}

function parse(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
