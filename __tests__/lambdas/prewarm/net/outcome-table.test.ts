import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { popCode } from '../../../../lambdas/prewarm/engine/model/ids';
import type { OutcomeKind } from '../../../../lambdas/prewarm/engine/model/outcome';
import type { Transport } from '../../../../lambdas/prewarm/engine/ports/transport';
import { describeOutcome } from '../../../../lambdas/prewarm/engine/report/describe-outcome';
import { classify } from '../../../../lambdas/prewarm/engine/warming/classify';
import { createTransport } from '../../../../lambdas/prewarm/net/transport';

/**
 * What an answer means, as a table of its own beside the code: from RFC 9110, 9111 and 9112, and from the pages of CloudFront's
 * developer guide on expiration, on responses of custom origins and on range requests. Each row goes over a socket.
 */
const POP = popCode('FRA56-P4');
const BODY = 'x'.repeat(100);
const DATE = 'Sat, 28 Nov 2026 08:00:00 GMT';

/** Header lines of an answer, and whether an edge with a minimum TTL of 0 serves it to the next viewer. */
const CACHING: readonly (readonly [lines: readonly string[], isKept: boolean])[] = [
  [[], true],
  [['Cache-Control: public'], true],
  [['Cache-Control: max-age=60'], true],
  [['Cache-Control: max-age=00060'], true],
  [['Cache-Control: max-age="60"'], true],
  [['Cache-Control: max-age=0'], false],
  [['Cache-Control: max-age=00'], false],
  [['Cache-Control: max-age=-60'], false],
  [['Cache-Control: max-age=one'], false],
  [['Cache-Control: max-age='], false],
  [['Cache-Control: s-maxage=0'], false],
  [['Cache-Control: s-maxage=0, max-age=60'], false],
  [['Cache-Control: max-age=60, s-maxage=0'], false],
  [['Cache-Control: max-age=0, s-maxage=60'], true],
  [['Cache-Control: max-age=0, stale-while-revalidate=60'], true],
  [['Cache-Control: max-age=0, stale-while-revalidate=0'], false],
  [['Cache-Control: max-age=0, stale-if-error=60'], false],
  [['Cache-Control: no-store'], false],
  [['Cache-Control: NO-STORE'], false],
  [['cache-control:no-store'], false],
  [['Cache-Control: public, max-age=60', 'Cache-Control: no-store'], false],
  [['Cache-Control: no-store, stale-while-revalidate=60'], false],
  [['Cache-Control: no-cache'], false],
  [['Cache-Control: no-cache="Set-Cookie", max-age=60'], true],
  [['Cache-Control: private'], false],
  [['Cache-Control: private, max-age=60'], false],
  [['Cache-Control: s-maxage=60, private'], false],
  [['Cache-Control: must-revalidate, max-age=60'], true],
  [['Cache-Control: proxy-revalidate, immutable, max-age=60'], true],
  [['Cache-Control: no-transform'], true],
  [['Cache-Control: x="no-store"'], true],
  [['X-Cache-Control: no-store'], true],
  [['Expires: 0'], false],
  [['Expires: -1'], false],
  [['Expires: Thu, 01 Jan 1970 00:00:00 GMT'], false],
  [[`Expires: ${DATE}`], false],
  [['Expires: Sat, 28 Nov 2026 08:00:01 GMT'], true],
  [['Expires: Saturday, 28-Nov-26 09:00:00 GMT'], true],
  [['Expires: 0', 'Cache-Control: max-age=60'], true],
  [['Expires: 0', 'Cache-Control: s-maxage=60'], true],
  [['Expires: 0', 'Cache-Control: public'], false],
  [['Expires: Sat, 28 Nov 2026 09:00:00 GMT', 'Cache-Control: max-age=0'], false],
  [['Expires: Sat, 28 Nov 2026 09:00:00 GMT', 'Cache-Control: no-store'], false],
  [['Pragma: no-cache'], true],
  [['Set-Cookie: session=1'], true],
  [['Vary: Accept-Encoding'], true],
  [['Vary: Accept-Encoding, Cookie', 'Vary: Origin'], true],
  [['Vary: *'], false],
  [['Vary: Accept-Encoding, *'], false],
  [['Vary: Origin', 'Vary: *'], false],
  [['Age: 30', 'Cache-Control: max-age=60'], true],
];

/** Values of `x-cache`, and what each says of the edge. */
const X_CACHE: readonly (readonly [value: string | undefined, says: 'had it' | 'had it not' | 'neither'])[] =
  [
    ['Hit from cloudfront', 'had it'],
    ['RefreshHit from cloudfront', 'had it'],
    ['hit from cloudfront', 'had it'],
    ['Miss from cloudfront', 'had it not'],
    ['OriginShieldHit from cloudfront', 'had it not'],
    ['Error from cloudfront', 'neither'],
    ['Redirect from cloudfront', 'neither'],
    ['LambdaGeneratedResponse from cloudfront', 'neither'],
    ['FunctionGeneratedResponse from cloudfront', 'neither'],
    ['HIT', 'neither'],
    [undefined, 'neither'],
  ];

/** How a body of 100 bytes is sent, and whether all of it comes. */
const FRAMING: readonly (readonly [name: string, head: string, sent: string, isWhole: boolean])[] = [
  ['with a length', 'Content-Length: 100', BODY, true],
  ['with a length, one byte short', 'Content-Length: 100', BODY.slice(1), false],
  ['with a length and nothing after it', 'Content-Length: 100', '', false],
  ['in chunks', 'Transfer-Encoding: chunked', `64\r\n${BODY}\r\n0\r\n\r\n`, true],
  ['in chunks with a trailer', 'Transfer-Encoding: chunked', `64;a=b\r\n${BODY}\r\n0\r\nT: 1\r\n\r\n`, true],
  ['in chunks that end early', 'Transfer-Encoding: chunked', `64\r\n${BODY}\r\n`, false],
  ['in a chunk that ends early', 'Transfer-Encoding: chunked', `65\r\n${BODY}`, false],
  ['in chunks of which one has no size', 'Transfer-Encoding: chunked', `64\r\n${BODY}\r\nzz\r\n`, false],
  ['in chunks that end without a line', 'Transfer-Encoding: chunked', `64\r\n${BODY}\r\n0\r\n`, false],
  ['until the connection ends', 'Connection: close', BODY, true],
];

/** Statuses with a body, and what came by them where all of it came. */
const STATUSES: readonly (readonly [status: number, what: 'the object' | 'a part' | OutcomeKind])[] = [
  ...([200, 201, 202, 203, 226, 299] as const).map((status) => [status, 'the object'] as const),
  [206, 'a part'],
  ...([300, 301, 302, 303, 305, 307, 308] as const).map((status) => [status, 'redirect'] as const),
  ...([400, 401, 403, 404, 410, 412, 413, 414, 416, 429, 431, 451] as const).map(
    (status) => [status, 'http-error'] as const,
  ),
  ...([500, 501, 502, 503, 504, 505, 511, 599] as const).map((status) => [status, 'http-error'] as const),
];

/** Content-Range of a 206 with a body of 100 bytes; whether it is all that the first 100 bytes, or the whole, could be. */
const RANGES: readonly (readonly [line: string, isAsked100: boolean])[] = [
  ['Content-Range: bytes 0-99/5000', true],
  ['Content-Range: bytes 0-99/100', true],
  ['Content-Range: bytes 0-99/*', true],
  ['Content-Range: bytes 1-100/5000', false],
  ['Content-Range: bytes 4900-4999/5000', false],
];

interface Row {
  readonly status: number;
  readonly lines: readonly string[];
  readonly sent: string;
  readonly rangeBytes?: number;
  readonly expected: OutcomeKind;
}

function lines(xCache: string | undefined, ...more: readonly string[]): readonly string[] {
  const own = ['Via: 1.1 a.cloudfront.net (CloudFront)', `X-Amz-Cf-Pop: ${POP}`, `Date: ${DATE}`];
  return [...own, ...(xCache === undefined ? [] : [`X-Cache: ${xCache}`]), ...more];
}

function* cachingRows(): Generator<Row> {
  for (const [xCache, says] of X_CACHE)
    for (const [caching, isKept] of CACHING) {
      const missed = isKept ? 'warmed' : 'not-cacheable';
      const expected = says === 'had it' ? 'already-warm' : says === 'had it not' ? missed : 'not-cacheable';
      yield { status: 200, lines: lines(xCache, ...caching, 'Content-Length: 100'), sent: BODY, expected };
    }
}

function* framingRows(): Generator<Row> {
  for (const rangeBytes of [undefined, 100])
    for (const isHit of [true, false])
      for (const [status, what] of STATUSES)
        for (const [, head, sent, isWhole] of FRAMING) {
          const warm = isHit ? 'already-warm' : 'warmed';
          const came = what === 'a part' && rangeBytes === undefined ? 'truncated' : warm;
          yield {
            status,
            lines: lines(`${isHit ? 'Hit' : 'Miss'} from cloudfront`, head),
            sent,
            ...(rangeBytes !== undefined && { rangeBytes }),
            expected: what !== 'the object' && what !== 'a part' ? what : isWhole ? came : 'truncated',
          };
        }
}

function* otherRows(): Generator<Row> {
  const miss = 'Miss from cloudfront';
  for (const [line, isAsked100] of RANGES) {
    const row = { status: 206, lines: lines(miss, line, 'Content-Length: 100'), sent: BODY };
    yield { ...row, rangeBytes: 100, expected: isAsked100 ? 'warmed' : 'truncated' };
    yield { ...row, expected: 'truncated' };
    yield { ...row, sent: BODY.slice(1), rangeBytes: 100, expected: 'truncated' };
  }
  const short = lines(miss, 'Content-Range: bytes 0-99/5000', 'Content-Length: 100');
  yield { status: 206, lines: short, sent: BODY, rangeBytes: 200, expected: 'truncated' };
  const small = lines(miss, 'Content-Range: bytes 0-99/100', 'Content-Length: 100');
  yield { status: 206, lines: small, sent: BODY, rangeBytes: 200, expected: 'warmed' };
  yield { status: 200, lines: lines(miss, 'Content-Length: 0'), sent: '', expected: 'warmed' };
  for (const length of ['Content-Length: 0', 'Content-Length: 100', 'X-No: length']) {
    yield { status: 204, lines: lines(miss, length), sent: '', expected: 'warmed' };
    yield { status: 304, lines: lines(miss, length), sent: '', expected: 'http-error' };
  }
  const elsewhere = lines(miss, 'Content-Length: 100').map((line) => line.replace(POP, 'NRT57-P3'));
  yield { status: 200, lines: elsewhere, sent: BODY, expected: 'wrong-pop' };
  const unnamed = lines(miss, 'Content-Length: 100').filter((line) => !line.startsWith('X-Amz-Cf-Pop'));
  yield { status: 200, lines: unnamed, sent: BODY, expected: 'wrong-pop' };
  yield { status: 200, lines: ['Server: nginx', 'Content-Length: 100'], sent: BODY, expected: 'refused' };
  const twoLengths = lines(miss, 'Content-Length: 100', 'Content-Length: 99');
  yield { status: 200, lines: twoLengths, sent: BODY, expected: 'unreachable' };
  const both = lines(miss, 'Content-Length: 100', 'Transfer-Encoding: chunked');
  yield { status: 200, lines: both, sent: `64\r\n${BODY}\r\n0\r\n\r\n`, expected: 'unreachable' };
  const compressedTransfer = lines(miss, 'Transfer-Encoding: gzip, chunked');
  yield { status: 200, lines: compressedTransfer, sent: '0\r\n\r\n', expected: 'unreachable' };
}

const ROWS: readonly Row[] = [...cachingRows(), ...framingRows(), ...otherRows()];

describe('what an answer means, over a socket', () => {
  let edge: Server;
  let transport: Transport;

  beforeAll(async () => {
    edge = createServer((socket) => {
      socket.on('error', () => {});
      let asked = '';
      socket.on('data', (chunk) => {
        asked += chunk;
        const [, number] = /^GET \/(\d+) .*\r\n\r\n$/s.exec(asked) ?? [];
        const row = ROWS[Number(number)];
        if (row) socket.end(`HTTP/1.1 ${row.status} X\r\n${row.lines.join('\r\n')}\r\n\r\n${row.sent}`);
      });
    });
    edge.listen(0, '127.0.0.1');
    await once(edge, 'listening');
    transport = createTransport();
  });
  afterAll(async () => {
    await transport.close();
    edge.close();
  });

  async function outcomeOf(row: Row, number: number) {
    const answer = await transport.fetch({
      method: 'GET',
      scheme: 'http',
      address: '127.0.0.1',
      port: (edge.address() as AddressInfo).port,
      host: 'www.example.com',
      path: `/${number}`,
      headers: {},
      timeouts: { connectMs: 60_000, headerMs: 60_000, idleMs: 60_000, totalMs: 60_000 },
    });
    return classify(answer, { method: 'GET', pop: POP, rangeBytes: row.rangeBytes });
  }

  it('is what the table says, row by row', async () => {
    const wrong: string[] = [];
    for (const [number, row] of ROWS.entries()) {
      const outcome = await outcomeOf(row, number);
      if (outcome.kind !== row.expected)
        wrong.push(
          `${row.status} ${row.lines.slice(3).join(' | ')}, ${row.sent.length} bytes: ${describeOutcome(outcome)}, not ${row.expected}`,
        );
    }
    expect(wrong).toEqual([]);
    expect(ROWS.length).toBeGreaterThan(1_500);
  });
});
