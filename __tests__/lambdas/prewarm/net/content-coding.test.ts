import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decodeContent } from '../../../../lambdas/prewarm/net/content-coding';

const TEXT = Buffer.from('#EXTM3U\n1.ts\n');

describe('the content coding of a document', () => {
  it.each([
    [undefined, TEXT],
    ['identity', TEXT],
    ['br', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['deflate, BR', brotliCompressSync(deflateSync(TEXT))],
  ])('%s is taken off', async (coding, body) => {
    expect(Buffer.from(await decodeContent(body, coding, 100)).toString()).toBe(TEXT.toString());
  });

  it('gzip stays: the document may be a gzip file as well, which its first bytes tell', async () => {
    const body = gzipSync(TEXT);
    expect(await decodeContent(body, 'gzip', 100)).toEqual(body);
  });

  it.each([
    ['br', brotliCompressSync(Buffer.alloc(1_000)), 'unpacks to more than 100 bytes'],
    ['deflate', deflateSync(Buffer.alloc(1_000)), 'unpacks to more than 100 bytes'],
    ['deflate', deflateRawSync(Buffer.alloc(1_000)), 'unpacks to more than 100 bytes'],
    ['br, br', brotliCompressSync(brotliCompressSync(Buffer.alloc(1_000))), 'unpacks to more than 100 bytes'],
    ['br', TEXT, 'cannot be unpacked (br)'],
    ['br', brotliCompressSync(TEXT).subarray(0, 8), 'cannot be unpacked (br)'],
    ['br', Buffer.alloc(0), 'cannot be unpacked (br)'],
    ['br, br, br, br, br', TEXT, 'has 5 content codings, of which 4 are read at most'],
    ['zstd', TEXT, 'has the content coding "zstd"'],
  ])('%s that cannot be taken off is refused', async (coding, body, message) => {
    await expect(decodeContent(body, coding, 100)).rejects.toThrow(message);
  });
});
