import type { RequestId } from '../model/ids';
import type { StopReason } from '../model/request';
import type { RequestStore } from '../ports/request-store';

const SENTENCES: Readonly<Partial<Record<StopReason, string>>> = {
  asked: 'stopped on demand',
  deadline: 'its time ran out',
};

/**
 * Stops this request alone, whatever its status; its queued slices are dropped by the workers that receive them.
 * False where it is unknown or has ended already.
 */
export async function stopRequest(
  requests: RequestStore,
  id: RequestId,
  reason: StopReason,
  message?: string,
): Promise<boolean> {
  const said = message ?? SENTENCES[reason];
  const record = await requests.get(id);
  if (record === undefined) return false;
  const moved = await requests.advance(id, 'STOPPED', {
    stopReason: reason,
    ...(said !== undefined && { message: said }),
  });
  return moved === 'advanced';
}
