import { gzipSync } from 'node:zlib';
import { uploadedList } from '../../../../lambdas/prewarm/api/uploaded-list';
import { BlobNotFound } from '../../../../lambdas/prewarm/engine/ports/blob-store';
import { InvalidRequest } from '../../../../lambdas/prewarm/engine/request/invalid-request';

const ID = '4b0c8f9e-0000-4000-8000-000000000000';

async function read(content: string | Uint8Array | undefined): Promise<string[]> {
  const lines: string[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (content === undefined) throw new BlobNotFound(ID);
    yield Buffer.from(content);
  }
  for await (const line of uploadedList({ read: bytes }, ID)) lines.push(line);
  return lines;
}

describe('an uploaded list', () => {
  it.each([
    ['https://a/1\r\n# all\r\nhttps://a/2 # two\r\n'],
    ['["https://a/1","https://a/2"]'],
    [gzipSync('https://a/1\nhttps://a/2')],
    [Buffer.from('\ufeffhttps://a/1\nhttps://a/2', 'utf16le')],
  ])('%#: is read as a LIST of the command line is', async (content) => {
    expect(await read(content)).toEqual(['https://a/1', 'https://a/2']);
  });

  it.each([
    ['User-agent: *\nDisallow: /', 'got a list that is a robots.txt'],
    [Buffer.from('https://a/\u00e9', 'latin1'), 'has bytes in line 1 that are not UTF-8'],
    [Buffer.alloc(33_554_432, 'a'), 'has more than 65536 characters in line 1'],
    ['\n\n  \n# nothing\n', 'got a list that names no URL'],
    ['[]', 'got a list that names no URL'],
    [undefined, 'allowed: the list_id of a list that was uploaded'],
  ])('%#: is refused by what is wrong with it', async (content, message) => {
    const refusal = await read(content).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(InvalidRequest);
    expect(String(refusal)).toContain(message);
  });
});
