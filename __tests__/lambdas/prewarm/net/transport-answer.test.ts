import fc from 'fast-check';
import { AnswerReader } from '../../../../lambdas/prewarm/net/transport-answer';
import { BadAnswer } from '../../../../lambdas/prewarm/net/transport-head';

type Method = 'GET' | 'HEAD';

/** What a reader makes of bytes that come in these pieces, and of the end of the connection after them. */
function readPieces(pieces: readonly Buffer[], method: Method = 'GET', ends = false) {
  const reader = new AnswerReader();
  reader.begin(method);
  // As in the transport, every piece lies at the start of one buffer, over what was there before.
  const buffer = Buffer.alloc(70_000, 'x\r\n\r\n');
  try {
    for (const piece of pieces) {
      piece.copy(buffer);
      reader.take(buffer, piece.length);
    }
    if (ends) reader.endOfConnection();
  } catch (error) {
    if (error instanceof BadAnswer) return { bad: error.message };
    throw error;
  }
  const { head, bodyBytes, isDone, hasSurplus } = reader;
  return { head, bodyBytes, isDone, hasSurplus };
}

function read(text: string, method: Method = 'GET', ends = false) {
  return readPieces([Buffer.from(text, 'latin1')], method, ends);
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])];
  cuts.sort((a, b) => a - b);
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

function answer(headers: readonly string[], body = '', status = 'HTTP/1.1 200 OK'): string {
  return [status, ...headers, '', body].join('\r\n');
}

const headerName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,18}$/).filter((name) => {
  const lower = name.toLowerCase();
  return !['content-length', 'transfer-encoding', 'connection'].includes(lower);
});
const headerValue = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,40}$/);
const anyHeaders = fc.array(
  fc.oneof(
    fc.tuple(headerName, headerValue).map(([name, value]) => `${name}: ${value}`),
    fc.constantFrom('X-Cache: Hit from cloudfront', 'x-amz-cf-pop:FRA56-P4', 'Age:  12 ', 'VIA: 1.1 a.net'),
  ),
  { maxLength: 8 },
);
const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const chunked = fc
  .tuple(
    fc.array(
      body.filter((text) => text !== ''),
      { maxLength: 5 },
    ),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([chunks, withExtension, withTrailer]) => ({
    payload: chunks.join(''),
    wire: [
      ...chunks.map((text) => `${text.length.toString(16)}${withExtension ? ';a="b"' : ''}\r\n${text}\r\n`),
      withTrailer ? '0\r\nx-sum: 1\r\nx-b: 2\r\n\r\n' : '000\r\n\r\n',
    ].join(''),
  }));
const interim = fc.constantFrom(
  '',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Hints\r\nlink: <a>\r\n\r\n',
);

/** A valid answer, with what is to be read from it. */
const valid = fc.oneof(
  fc.tuple(anyHeaders, body, interim).map(([headers, text, before]) => ({
    wire: before + answer([...headers, `Content-Length: ${text.length}`], text),
    bodyBytes: text.length,
    ends: false,
  })),
  fc.tuple(anyHeaders, chunked, interim).map(([headers, { payload, wire }, before]) => ({
    wire: before + answer([...headers, 'Transfer-Encoding: Chunked'], wire),
    bodyBytes: payload.length,
    ends: false,
  })),
  fc.tuple(anyHeaders, body).map(([headers, text]) => ({
    wire: answer(headers, text, 'HTTP/1.0 200 OK'),
    bodyBytes: text.length,
    ends: true,
  })),
);

describe('an answer that comes in pieces', () => {
  it('is read as if it came at once, wherever it is cut', () => {
    fc.assert(
      fc.property(valid, fc.array(fc.nat(3_000), { maxLength: 12 }), ({ wire, bodyBytes, ends }, cuts) => {
        const bytes = Buffer.from(wire, 'latin1');
        const whole = readPieces([bytes], 'GET', ends);
        expect(whole).toMatchObject({ isDone: true, bodyBytes, hasSurplus: false });
        expect(readPieces(cutAt(bytes, cuts), 'GET', ends)).toEqual(whole);
      }),
    );
  });

  it('is read also byte by byte', () => {
    fc.assert(
      fc.property(valid, ({ wire, ends }) => {
        const bytes = Buffer.from(wire, 'latin1');
        const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
        expect(readPieces(single, 'GET', ends)).toEqual(readPieces([bytes], 'GET', ends));
      }),
      { numRuns: 50 },
    );
  });

  it('is not done before its last byte', () => {
    fc.assert(
      fc.property(
        valid.filter(({ ends }) => !ends),
        fc.nat(),
        ({ wire }, place) => {
          const bytes = Buffer.from(wire, 'latin1');
          const part = bytes.subarray(0, place % bytes.length);
          expect(readPieces([part])).toMatchObject({ isDone: false });
          expect(readPieces([part], 'GET', true)).toMatchObject({ isDone: false });
        },
      ),
    );
  });
});

describe('whatever comes', () => {
  it('is read or refused, never worse', () => {
    const garbage = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
      fc
        .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }))
        .map(([{ wire }, changes]) => {
          const bytes = Buffer.from(wire, 'latin1');
          for (const [place, value] of changes) bytes[place % bytes.length] = value;
          return bytes;
        }),
    );
    fc.assert(
      fc.property(garbage, fc.array(fc.nat(3_000), { maxLength: 5 }), fc.boolean(), (bytes, cuts, isHead) => {
        const result = readPieces(cutAt(bytes, cuts), isHead ? 'HEAD' : 'GET', true);
        if ('bad' in result) expect(result.bad).toContain('the answer is not valid HTTP/1.1');
        else expect(result.bodyBytes).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
    ['a bare line feed within', answer(['x-a: 1\ncontent-length: 5', 'x-b: 2'], 'hello')],
    ['a folded line', answer(['x-a: 1', ' 2', 'content-length: 0'])],
    ['a line without colon', answer(['content-length 5'], 'hello')],
    ['a blank before the colon', answer(['content-length : 5'], 'hello')],
    ['two lengths', answer(['content-length: 5', 'content-length: 6'], 'hello')],
    ['a list of lengths', answer(['content-length: 5, 5'], 'hello')],
    ['a negative length', answer(['content-length: -1'])],
    ['a length beyond counting', answer(['content-length: 99999999999999999999'])],
    ['a length and chunks', answer(['content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n')],
    ['another transfer encoding', answer(['transfer-encoding: gzip, chunked'], '0\r\n\r\n')],
    ['chunks twice', answer(['transfer-encoding: chunked', 'transfer-encoding: chunked'], '0\r\n\r\n')],
    ['chunks in HTTP/1.0', answer(['transfer-encoding: chunked'], '0\r\n\r\n', 'HTTP/1.0 200 OK')],
    ['a chunk without size', answer(['transfer-encoding: chunked'], '\r\n\r\n')],
    ['a chunk with a wrong size', answer(['transfer-encoding: chunked'], '2\r\nabc\r\n0\r\n\r\n')],
    ['a chunk beyond counting', answer(['transfer-encoding: chunked'], 'fffffffffffff\r\n')],
    ['an unasked switch', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['an endless head', answer(Array(2_000).fill(`x-filler: ${'y'.repeat(40)}`)).slice(0, -4)],
  ])('is refused where it has %s', (_what, text) => {
    expect(readPieces(cutAt(Buffer.from(text, 'latin1'), [1, 5_000, 60_000]))).toMatchObject({
      bad: expect.stringContaining('not valid'),
    });
  });
});

describe('the end of an answer', () => {
  it.each([204, 304])('comes with the head of a %i, whatever length it names', (status) => {
    const text = answer(['content-length: 5'], '', `HTTP/1.1 ${status} x`);
    expect(read(text)).toMatchObject({ isDone: true, bodyBytes: 0, hasSurplus: false });
  });

  it('comes with the head after HEAD', () => {
    expect(read(answer(['content-length: 5']), 'HEAD')).toMatchObject({
      isDone: true,
      bodyBytes: 0,
      head: { headers: { 'content-length': '5' } },
    });
    expect(read(answer(['transfer-encoding: chunked']), 'HEAD')).toMatchObject({ isDone: true });
  });

  it('is the end of the connection where nothing else is said, and only there', () => {
    expect(read(answer([], 'hello'))).toMatchObject({ isDone: false, bodyBytes: 5 });
    expect(read(answer([], 'hello'), 'GET', true)).toMatchObject({ isDone: true, bodyBytes: 5 });
    expect(read(answer(['content-length: 6'], 'hello'), 'GET', true)).toMatchObject({ isDone: false });
  });

  it('leaves bytes behind it over, so that the connection is not used again', () => {
    expect(read(answer(['content-length: 5'], 'hello!'))).toMatchObject({ bodyBytes: 5, hasSurplus: true });
    expect(read(answer(['transfer-encoding: chunked'], '0\r\n\r\nx'))).toMatchObject({ hasSurplus: true });
  });
});

describe('the connection', () => {
  it.each([
    [true, 'HTTP/1.1 200 OK', 'connection: keep-alive'],
    [true, 'HTTP/1.1 200', 'x-a: b'],
    [false, 'HTTP/1.1 200 OK', 'Connection: foo, Close'],
    [false, 'HTTP/1.0 200 OK', 'x-a: b'],
    [true, 'HTTP/1.0 200 OK', 'connection: Keep-Alive'],
  ])('is kept: %s, after %s with %s', (keepsConnection, status, header) => {
    expect(read(answer([header, 'content-length: 0'], '', status)).head).toMatchObject({ keepsConnection });
  });
});

it('headers are picked whatever their case, without blanks around; of a repeated one the last counts', () => {
  const { head } = read(
    answer([
      'X-CACHE:Miss from cloudfront',
      'x-other: 1',
      'x-cache: \tHit from cloudfront ',
      'Content-Length: 0',
    ]),
  );
  expect(head?.headers).toEqual({ 'x-cache': 'Hit from cloudfront', 'content-length': '0' });
});

it('control bytes in a header are written out, so that no terminal obeys them', () => {
  const { head } = read(answer(['Location: /\x1b[31m\x07\x7f\x9b\u00c2\té', 'Content-Length: 0']));
  expect(head?.headers.location).toBe('/\\u001b[31m\\u0007\\u007f\\u009b\u00c2\\u0009é');
});

it.each(['X: a\0b', 'X: a\rb', 'X\0: a', 'Cache-Control: public\rX-Cache: Hit from cloudfront'])(
  'a head with %j is refused, since another reader may end its line there',
  (line) => {
    expect(read(answer([line, 'Content-Length: 0']))).toMatchObject({
      bad: expect.stringContaining('a NUL or a CR inside a line'),
    });
  },
);

it('directives for caches count from all lines that have them', () => {
  const { head } = read(answer(['Cache-Control: public', 'cache-control: no-store', 'Content-Length: 0']));
  expect(head?.headers['cache-control']).toBe('public, no-store');
});
