import { sizesKey } from '../../../../../lambdas/prewarm/engine/flow/blob-names';
import { readSizes } from '../../../../../lambdas/prewarm/engine/flow/url-sizes';
import { requestId } from '../../../../../lambdas/prewarm/engine/model/ids';
import { BlobNotFound } from '../../../../../lambdas/prewarm/engine/ports/blob-store';
import { collect } from '../ports/samples';
import { MemoryBlobStore } from './memory-blob-store';

const ID = requestId('r');
const RUN = 'run';

async function storeOf(parts: number): Promise<MemoryBlobStore> {
  const blobs = new MemoryBlobStore();
  for (let part = 0; part < parts; part += 1)
    await blobs.put(sizesKey(ID, RUN, part), [`${part}00\n-\n!\n${part}01`]);
  return blobs;
}

describe('the sizes of a list', () => {
  it.each([0, 1, 8, 9, 40])('come in order from %i parts, however many are read at a time', async (parts) => {
    const sizes = await collect(readSizes(await storeOf(parts), ID, { run: RUN, parts }));
    const expected = Array.from({ length: parts }, (_, part) => [`${part}00`, '-', '!', `${part}01`]);
    expect(sizes).toEqual(expected.flat());
  });

  it('come up to a part that is gone, and then throw', async () => {
    const blobs = await storeOf(12);
    await blobs.remove(sizesKey(ID, RUN, 5));
    const sizes: string[] = [];
    const reading = (async () => {
      for await (const size of readSizes(blobs, ID, { run: RUN, parts: 12 })) sizes.push(size);
    })();
    await expect(reading).rejects.toThrow(BlobNotFound);
    expect(sizes).toHaveLength(5 * 4);
  });
});
