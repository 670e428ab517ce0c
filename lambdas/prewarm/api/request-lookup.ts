import { requestId } from '../engine/model/ids';
import type { RequestRecord } from '../engine/model/request';
import type { PrewarmApplication } from './application';
import { ApiFailure, MESSAGES } from './failure';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Returns the request with this id.
 * @throws ApiFailure 400 without an id, 404 with `unknownMessage` for one that is not known or is none at all.
 */
export async function findRequest(
  application: Pick<PrewarmApplication, 'find'>,
  id: string | undefined,
  unknownMessage: string = MESSAGES.unknownId,
): Promise<RequestRecord> {
  if (id === undefined || id === '') throw new ApiFailure('BAD_INPUT', MESSAGES.emptyId);
  // Whatever is not an id never gets into a key or a path.
  const record = UUID.test(id) ? await application.find(requestId(id.toLowerCase())) : undefined;
  if (record === undefined) throw new ApiFailure('NOT_FOUND', unknownMessage);
  return record;
}
