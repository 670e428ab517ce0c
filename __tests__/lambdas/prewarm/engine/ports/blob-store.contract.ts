import { BlobNotFound, type BlobStore } from '../../../../../lambdas/prewarm/engine/ports/blob-store';
import { collect, type Made, newId } from './samples';

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await collect(chunks)).toString();
}

/** What every BlobStore does. */
export function describeBlobStoreContract(makeAdapter: () => Promise<Made<BlobStore>>): void {
  describe('the blob store', () => {
    let made: Made<BlobStore>;
    let blobs: BlobStore;

    beforeAll(async () => {
      made = await makeAdapter();
      blobs = made.port;
    });
    afterAll(() => made.close());

    async function* pieces(): AsyncGenerator<string | Uint8Array> {
      yield 'one\n';
      yield Buffer.from('zwei ü\n');
      yield '';
      yield 'three';
    }

    it('gives back what was written, in text and bytes, and says how long it is', async () => {
      const key = `${newId()}/list.txt`;
      expect(await blobs.put(key, pieces())).toEqual({ sizeBytes: 17 });
      expect(await textOf(blobs.read(key))).toBe('one\nzwei ü\nthree');
      expect(await blobs.exists(key)).toBe(true);
    });

    it('reads ranges; the end is not included and may lie behind the blob', async () => {
      const key = `${newId()}/list.txt`;
      await blobs.put(key, ['0123456789']);
      expect(await textOf(blobs.read(key, { startByte: 2, endByte: 5 }))).toBe('234');
      expect(await textOf(blobs.read(key, { startByte: 8, endByte: 1_000 }))).toBe('89');
      expect(await textOf(blobs.read(key, { startByte: 3, endByte: 3 }))).toBe('');
    });

    it('keeps empty blobs', async () => {
      const key = `${newId()}/empty.txt`;
      expect(await blobs.put(key, [])).toEqual({ sizeBytes: 0 });
      expect(await blobs.exists(key)).toBe(true);
      expect(await textOf(blobs.read(key))).toBe('');
    });

    it('replaces a blob whole', async () => {
      const key = `${newId()}/report.json`;
      await blobs.put(key, ['a longer first version']);
      await blobs.put(key, ['second']);
      expect(await textOf(blobs.read(key))).toBe('second');
    });

    it('keeps the old blob when the new one breaks off', async () => {
      const key = `${newId()}/report.json`;
      await blobs.put(key, ['whole']);
      async function* broken(): AsyncGenerator<string> {
        yield 'half';
        throw new Error('the source broke off');
      }
      await expect(blobs.put(key, broken())).rejects.toThrow('the source broke off');
      expect(await textOf(blobs.read(key))).toBe('whole');
    });

    it('says which blob is not there', async () => {
      const key = `${newId()}/nothing.txt`;
      await expect(textOf(blobs.read(key))).rejects.toThrow(BlobNotFound);
      expect(await blobs.exists(key)).toBe(false);
      await blobs.remove(key);
    });

    it('lists keys by prefix in order, and forgets removed ones', async () => {
      const id = newId();
      for (const name of [
        'failures/b.1.ndjson',
        'failures/a.2.ndjson',
        'report.json',
        'failures/a.10.ndjson',
      ])
        await blobs.put(`${id}/${name}`, ['x']);
      await blobs.remove(`${id}/failures/b.1.ndjson`);
      expect(await collect(blobs.list(`${id}/failures/`))).toEqual([
        `${id}/failures/a.10.ndjson`,
        `${id}/failures/a.2.ndjson`,
      ]);
      expect(await collect(blobs.list(`${id}/rep`))).toEqual([`${id}/report.json`]);
      expect(await collect(blobs.list(`${newId()}/`))).toEqual([]);
    });

    it('makes a link to a blob', async () => {
      const key = `${newId()}/report.html`;
      await blobs.put(key, ['<html>']);
      expect(new URL(await blobs.link(key, 600)).pathname).toContain('report');
    });

    it('takes a blob of several megabytes piece by piece', async () => {
      const key = `${newId()}/large.txt`;
      async function* large(): AsyncGenerator<string> {
        for (let piece = 0; piece < 200; piece += 1) yield 'x'.repeat(40_000);
      }
      expect(await blobs.put(key, large())).toEqual({ sizeBytes: 8_000_000 });
      expect(await textOf(blobs.read(key, { startByte: 7_999_998, endByte: 8_000_000 }))).toBe('xx');
    });
  });
}
