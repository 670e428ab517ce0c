import { headSize, sizingHeaders } from '../../../../../lambdas/prewarm/engine/flow/head-size';
import type {
  AnswerHeader,
  FetchAnswer,
  FetchTarget,
  Transport,
} from '../../../../../lambdas/prewarm/engine/ports/transport';
import { HandClock, specOf } from './world';

function answer(status: number, headers: Partial<Record<AnswerHeader, string>> = {}): FetchAnswer {
  return {
    kind: 'answer',
    status,
    headers,
    bytes: 0,
    firstByteMs: 1,
    durationMs: 1,
  };
}

const refused: FetchAnswer = { kind: 'unreachable', reason: 'connect-refused', detail: '', durationMs: 1 };

/** Sizes one URL over a transport that gives these answers in turn. */
async function sizeWith(...answers: readonly FetchAnswer[]) {
  const seen: FetchTarget[] = [];
  const transport: Transport = {
    fetch: async (target) => {
      seen.push(target);
      return answers[seen.length - 1] ?? refused;
    },
    close: async () => {},
  };
  const clock = new HandClock(() => 0);
  clock.sleep = async () => {};
  const size = await headSize(
    { transport, clock, edgePort: 4433 },
    'https://www.example.com/a%20b?c=d',
    sizingHeaders(specOf({ headers: [{ name: 'X-Tenant', value: 'a' }], encodings: ['br'], rangeBytes: 10 })),
    ['192.0.2.1', '192.0.2.2'],
  );
  return { size, seen };
}

describe('asking for the size of a URL', () => {
  it('sends HEAD to the distribution with the headers of the request, without its range', async () => {
    const { size, seen } = await sizeWith(answer(200, { 'content-length': '1234' }));
    expect(size).toEqual({ kind: 'known', bytes: 1_234 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'HEAD',
      scheme: 'https',
      address: '192.0.2.1',
      port: 4433,
      host: 'www.example.com',
      path: '/a%20b?c=d',
    });
    expect(seen[0]?.headers).toMatchObject({ 'x-tenant': 'a', 'accept-encoding': 'br' });
    expect(seen[0]?.headers).not.toHaveProperty('range');
  });

  it.each([403, 405, 501])('asks for the first byte where HEAD is refused with %i', async (status) => {
    const { size, seen } = await sizeWith(
      answer(status),
      answer(206, { 'content-range': 'bytes 0-0/987654', 'content-length': '1' }),
    );
    expect(size).toEqual({ kind: 'known', bytes: 987_654 });
    expect(seen[1]).toMatchObject({ method: 'GET', headers: { range: 'bytes=0-0' } });
  });

  it('takes the whole length where a range is not served', async () => {
    const { size } = await sizeWith(answer(405), answer(200, { 'content-length': '55' }));
    expect(size).toEqual({ kind: 'known', bytes: 55 });
  });

  it('tries the next address after a failure that may heal', async () => {
    const { size, seen } = await sizeWith(refused, answer(200, { 'content-length': '7' }));
    expect(size).toEqual({ kind: 'known', bytes: 7 });
    expect(seen.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('does not ask twice for what is not there', async () => {
    const { size, seen } = await sizeWith(answer(404));
    expect(size).toEqual({ kind: 'unreached' });
    expect(seen).toHaveLength(1);
  });

  it('gives up after its attempts, and knows no size of a body without a length', async () => {
    expect((await sizeWith(refused, answer(503))).size).toEqual({ kind: 'unreached' });
    expect((await sizeWith(answer(200))).size).toEqual({ kind: 'unknown' });
  });
});
