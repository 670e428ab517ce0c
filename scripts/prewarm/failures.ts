import type { RequestId } from '../../lambdas/prewarm/domain/ids';
import type { FetchFailure } from '../../lambdas/prewarm/domain/slice';
import type { BlobStore } from '../../lambdas/prewarm/ports';

/** Every failed fetch of a request, read slice by slice as the workers wrote them. */
export async function* readFailures(
  blobs: Pick<BlobStore, 'list' | 'read'>,
  id: RequestId,
): AsyncGenerator<FetchFailure> {
  for await (const key of blobs.list(`${id}/failures/`)) {
    for await (const line of textLines(blobs.read(key))) {
      if (line !== '') yield JSON.parse(line);
    }
  }
}

async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest + decoder.decode();
}
