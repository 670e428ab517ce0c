import * as z from 'zod/mini';
import { type RequestId, requestId } from '../engine/model/ids';

const schema = z.object({ requestId: z.string().check(z.minLength(1)) });

/**
 * Returns the request's id in an event of the Shutdown or the Report function.
 * @throws TypeError for an event of another shape, which a retry cannot mend
 */
export function requestIdOfEvent(event: unknown): RequestId {
  const read = schema.safeParse(event);
  if (!read.success)
    throw new TypeError('event: got no requestId; allowed {"requestId": "<id>"}; call it with one');
  return requestId(read.data.requestId);
}
