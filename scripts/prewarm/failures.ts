import { readLines } from '../../lambdas/prewarm/domain/flow/lines';
import type { RequestId } from '../../lambdas/prewarm/domain/ids';
import type { FetchFailure } from '../../lambdas/prewarm/domain/slice';
import type { BlobStore } from '../../lambdas/prewarm/ports';

/** Every failed fetch of a request, read slice by slice as the workers wrote them. */
export async function* readFailures(
  blobs: Pick<BlobStore, 'list' | 'read'>,
  id: RequestId,
): AsyncGenerator<FetchFailure> {
  for await (const key of blobs.list(`${id}/failures/`)) {
    for await (const lines of readLines(blobs.read(key))) {
      for (const { text } of lines) yield JSON.parse(text);
    }
  }
}
