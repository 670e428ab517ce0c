import * as z from 'zod/mini';
import { nothingLeft } from '../engine/model/exhaustive';
import { popCode, requestId, sliceId } from '../engine/model/ids';
import type { Segment, Slice } from '../engine/model/slice';

/** Every key of a segment: what a schema does not name, it drops. */
const segment = z.object({
  index: z.int().check(z.nonnegative()),
  urlCount: z.int().check(z.nonnegative()),
  startByte: z.int().check(z.nonnegative()),
  endByte: z.int().check(z.nonnegative()),
  expectedBytes: z.number().check(z.nonnegative()),
} satisfies Readonly<Record<keyof Segment, z.ZodMiniType>>);

const message = z.object({
  req_id: z.string().check(z.minLength(1)),
  pop: z.string().check(z.minLength(1)),
  pop_ips: z.array(z.string()).check(z.minLength(1)),
  segment,
});

/** Returns the slice as the body of a queue message. */
export function encodeSlice(slice: Slice): string {
  // The id follows from PoP and segment.
  const { id: _, requestId: id, pop, addresses, segment: written, ...rest } = slice;
  nothingLeft(rest);
  return JSON.stringify({ req_id: id, pop, pop_ips: addresses, segment: written });
}

/**
 * Returns the slice of a message body; `undefined` for a body that is no slice, whose message goes to the dead-letter
 * queue.
 */
export function decodeSlice(body: string | undefined): Slice | undefined {
  const read = message.safeParse(parse(body));
  if (!read.success) return undefined;
  const { req_id: id, pop, pop_ips: addresses, segment: written } = read.data;
  const code = popCode(pop);
  return {
    requestId: requestId(id),
    id: sliceId(code, written.index),
    pop: code,
    addresses,
    segment: written,
  };
}

function parse(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}
