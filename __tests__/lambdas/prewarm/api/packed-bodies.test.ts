import { gzipSync } from 'node:zlib';
import { BodyMemory } from '../../../../lambdas/prewarm/api/body-memory';
import { BODY, fakeService } from './fake-application';

const MIB = 1024 * 1024;

function gzip(body: string | Buffer): Buffer {
  return gzipSync(body, { level: 9 });
}

const BOMBS: readonly (readonly [what: string, status: number, body: () => Buffer])[] = [
  ['arrays in arrays', 400, () => gzip('['.repeat(20 * MIB))],
  ['objects in objects', 400, () => gzip('{"a":'.repeat(2_000_000))],
  [
    'a distribution of Han characters',
    400,
    () => gzip(JSON.stringify({ ...BODY, cf_domain: '漢'.repeat(2_600_000) })),
  ],
  ['millions of empty texts', 400, () => gzip(`{"url_list":[${'"",'.repeat(5_000_000)}""]}`)],
  ['nothing but blanks', 413, () => gzip(Buffer.alloc(100 * MIB, ' '))],
  ['nothing but zeros', 413, () => gzip(Buffer.alloc(100 * MIB))],
  ['many members', 400, () => Buffer.concat(new Array(10_000).fill(gzip('[')))],
];

describe('a packed body', () => {
  it.each(BOMBS)('with %s is refused before it is unpacked whole', async (_, status, body) => {
    const { call } = fakeService();
    const packed = body();
    const plain = await call('POST', '/prewarm', packed, { 'content-encoding': 'gzip' });
    const asInput = await call('POST', '/prewarm', JSON.stringify({ input: packed.toString('base64') }));
    expect([plain.status, asInput.status]).toEqual([status, status]);
  });
});

describe('the memory of bodies', () => {
  function request(): Request {
    return new Request('http://localhost/');
  }

  it('deals with large bodies one after the other, in the order in which they came', async () => {
    const memory = new BodyMemory();
    const requests = [request(), request(), request()];
    const order: number[] = [];
    const turns = requests.map((each, index) => memory.takeTurn(each).then(() => order.push(index)));
    for (const [index, each] of requests.entries()) {
      await turns[index];
      expect(order).toEqual([0, 1, 2].slice(0, index + 1));
      memory.release(each);
    }
  });

  it('is refused where all of it is taken, and there again when a request has ended', async () => {
    const memory = new BodyMemory();
    const first = request();
    memory.receive(first, 256 * MIB);
    expect(() => memory.receive(request(), 1)).toThrow(expect.objectContaining({ httpStatus: 503 }));
    memory.release(first);
    memory.receive(request(), 256 * MIB);
  });

  it('lets only some large bodies wait', async () => {
    const memory = new BodyMemory();
    const requests = Array.from({ length: 17 }, request);
    const turns = requests.map((each) => memory.takeTurn(each));
    await expect(memory.takeTurn(request())).rejects.toMatchObject({ httpStatus: 503 });
    for (const each of requests) memory.release(each);
    await Promise.all(turns.slice(0, 1));
  });
});
