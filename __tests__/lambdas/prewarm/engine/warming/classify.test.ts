import fc from 'fast-check';
import { popCode } from '../../../../../lambdas/prewarm/engine/model/ids';
import { isWarm, OUTCOME_KINDS } from '../../../../../lambdas/prewarm/engine/model/outcome';
import {
  addOutcome,
  emptyTally,
  failedCount,
  warmCount,
} from '../../../../../lambdas/prewarm/engine/model/tally';
import type { AnswerHeader, FetchAnswer } from '../../../../../lambdas/prewarm/engine/ports/transport';
import { describeOutcome } from '../../../../../lambdas/prewarm/engine/report/describe-outcome';
import { classify, type Expectation } from '../../../../../lambdas/prewarm/engine/warming/classify';

const POP = popCode('FRA56-P4');
const GOOD = {
  'x-cache': 'Miss from cloudfront',
  'x-amz-cf-pop': 'FRA56-P4',
  'x-amz-cf-id': 'abc',
  via: '1.1 abc.cloudfront.net (CloudFront)',
  'content-length': '10',
} as const;

type Headers = Partial<Record<AnswerHeader, string>>;

function answerOf(headers: Headers, status = 200, bytes = 10): FetchAnswer {
  return {
    kind: 'answer',
    status,
    headers,
    bytes,
    firstByteMs: 1,
    durationMs: 2,
  };
}

const WHOLE = { method: 'GET', pop: POP } as const;

function judge(headers: Headers, status = 200, bytes = 10, expected: Partial<Expectation> = {}) {
  return classify(answerOf(headers, status, bytes), { ...WHOLE, ...expected });
}

describe('what an answer means', () => {
  it('is warm on a whole Miss, and warm already on a Hit or RefreshHit', () => {
    expect(judge(GOOD).kind).toBe('warmed');
    expect(judge({ ...GOOD, 'x-cache': 'Hit from cloudfront' }).kind).toBe('already-warm');
    expect(judge({ ...GOOD, 'x-cache': 'RefreshHit from cloudfront' }).kind).toBe('already-warm');
  });

  it.each([
    ['HIT FROM CLOUDFRONT', 'already-warm'],
    ['miss from cloudfront', 'warmed'],
    ['OriginShieldHit from cloudfront', 'warmed'],
    ['NoHit from cloudfront', 'not-cacheable'],
    ['Hit from cloudfront, Hit from proxy', 'not-cacheable'],
    ['AlmostMiss from cloudfront', 'not-cacheable'],
    ['Miss from cloudfront, Hit from proxy', 'not-cacheable'],
    ['Error from cloudfront', 'not-cacheable'],
  ])('reads the x-cache header from its first to its last character: "%s" is %s', (xCache, kind) => {
    expect(judge({ ...GOOD, 'x-cache': xCache }).kind).toBe(kind);
  });

  it('passes on when, where and after how many bytes an edge fell silent', () => {
    const silence = { kind: 'timeout', phase: 'idle', durationMs: 70, bytes: 512 } as const;
    expect(classify(silence, WHOLE)).toEqual({
      kind: 'timed-out',
      phase: 'idle',
      durationMs: 70,
      bytes: 512,
    });
  });

  it('takes a content-range that begins with another word for none', () => {
    const odd = { ...GOOD, 'content-range': 'in bytes 5-9/10' };
    expect(judge(odd, 206, 10, { rangeBytes: 10 }).kind).toBe('warmed');
    expect(judge({ ...odd, 'content-range': 'bytes 0-9' }, 206, 10, { rangeBytes: 10 }).kind).toBe('warmed');
  });

  it('compares the whole PoP code, in any case', () => {
    expect(judge({ ...GOOD, 'x-amz-cf-pop': 'fra56-p4' }).kind).toBe('warmed');
    expect(judge({ ...GOOD, 'x-amz-cf-pop': 'FRA56-P5' })).toMatchObject({
      kind: 'wrong-pop',
      expectedPop: POP,
    });
    expect(judge({ ...GOOD, 'x-amz-cf-pop': 'FRA56' }).kind).toBe('wrong-pop');
  });

  it('is truncated when bytes are missing from the length or from the range', () => {
    expect(judge(GOOD, 200, 9)).toMatchObject({ kind: 'truncated', expectedBytes: 10, bytes: 9 });
    const ranged = { ...GOOD, 'content-length': '100', 'content-range': 'bytes 0-99/5000' };
    expect(judge(ranged, 206, 99, { rangeBytes: 100 })).toMatchObject({
      kind: 'truncated',
      expectedBytes: 100,
    });
    expect(judge(ranged, 206, 100, { rangeBytes: 100 }).kind).toBe('warmed');
  });

  it('measures a range by what was asked for, whatever its length header says', () => {
    const ofARange = { rangeBytes: 100 };
    const part = { ...GOOD, 'content-length': '5000', 'content-range': 'bytes 0-99/5000' };
    expect(judge(part, 206, 100, ofARange).kind).toBe('warmed');
    expect(judge(part, 206, 99, ofARange)).toMatchObject({ kind: 'truncated', expectedBytes: 100 });
    const shorter = { ...part, 'content-range': 'bytes 0-49/5000' };
    expect(judge(shorter, 206, 50, ofARange)).toMatchObject({ kind: 'truncated', expectedBytes: 100 });
    const ofUnknownLength = { ...part, 'content-range': 'bytes 0-49/*' };
    expect(judge(ofUnknownLength, 206, 50, ofARange).kind).toBe('warmed');
    const ofASmallObject = { ...part, 'content-range': 'bytes 0-49/50' };
    expect(judge(ofASmallObject, 206, 50, ofARange).kind).toBe('warmed');
    expect(judge({ ...part, 'content-length': '10' }, 200, 10, ofARange).kind).toBe('warmed');
  });

  it('is truncated when another part came than the first bytes', () => {
    const middle = { ...GOOD, 'content-length': '100', 'content-range': 'bytes 100-199/5000' };
    expect(judge(middle, 206, 100, { rangeBytes: 100 })).toMatchObject({
      kind: 'truncated',
      detail: 'another part of the object came than was asked for',
    });
  });

  it.each(['x10', '10x', '10, 10', ''])('takes the content-length "%s" for no length', (length) => {
    expect(judge({ ...GOOD, 'content-length': length }, 200, 0).kind).toBe('warmed');
  });

  it('measures a part that came unasked by the whole object, where the range tells its length', () => {
    const part = { ...GOOD, 'content-length': '100' };
    expect(judge({ ...part, 'content-range': 'bytes 0-99/5000' }, 206, 100)).toMatchObject({
      kind: 'truncated',
      expectedBytes: 5_000,
    });
    for (const range of ['bytes 0-99/*', 'bytes 0-99'])
      expect(judge({ ...part, 'content-range': range }, 206, 99)).toMatchObject({
        kind: 'truncated',
        expectedBytes: 100,
      });
  });

  it('tells of a cut body how much was promised, where that is more than came', () => {
    const cut = {
      kind: 'cut',
      status: 200,
      headers: GOOD,
      bytes: 9,
      durationMs: 2,
      detail: 'reset',
    } as const;
    expect(classify(cut, WHOLE)).toMatchObject({ kind: 'truncated', expectedBytes: 10, detail: 'reset' });
    expect(classify({ ...cut, bytes: 10 }, WHOLE)).not.toHaveProperty('expectedBytes');
  });

  it.each([
    [199, 'http-error'],
    [200, 'warmed'],
    [299, 'warmed'],
    [300, 'redirect'],
    [303, 'redirect'],
    [304, 'http-error'],
    [305, 'redirect'],
    [399, 'redirect'],
    [400, 'http-error'],
  ])('draws the line between kinds of status exactly: %i is %s', (status, kind) => {
    expect(judge(GOOD, status).kind).toBe(kind);
  });

  it.each<keyof typeof GOOD>(['x-amz-cf-pop', 'x-amz-cf-id', 'via', 'x-cache'])(
    'takes %s alone for a sign of CloudFront',
    (header) => {
      expect(judge({ [header]: GOOD[header] }, 503)).toMatchObject({ kind: 'http-error', status: 503 });
    },
  );

  it('says why an answer without a Hit or a Miss is not cacheable, and has no field that the answer did not tell', () => {
    expect(judge({ ...GOOD, 'x-cache': 'Error from cloudfront' })).toMatchObject({
      reason: 'x-cache says "Error from cloudfront"',
    });
    const { 'x-cache': _, ...silent } = GOOD;
    const outcome = judge(silent);
    expect(outcome).toMatchObject({ kind: 'not-cacheable', reason: 'the answer has no x-cache header' });
    expect(outcome).not.toHaveProperty('xCache');
    expect(judge({ via: GOOD.via }, 301)).not.toHaveProperty('location');
    expect(judge({ via: GOOD.via }, 503)).not.toHaveProperty('pop');
  });

  it('is truncated when a part came although the whole was asked for', () => {
    const part = { ...GOOD, 'content-length': '100', 'content-range': 'bytes 0-99/5000' };
    expect(judge(part, 206, 100)).toMatchObject({ kind: 'truncated', expectedBytes: 5_000, bytes: 100 });
    expect(judge({ ...part, 'content-range': 'bytes 0-99/*' }, 206, 100).kind).toBe('truncated');
    expect(judge(GOOD, 206, 10).kind).toBe('truncated');
  });

  it('expects no body of a 204, whatever length it announces', () => {
    expect(judge(GOOD, 204, 0).kind).toBe('warmed');
  });

  it('is truncated when a body of unknown length was cut', () => {
    const { 'content-length': _, ...chunked } = GOOD;
    const cut: FetchAnswer = {
      kind: 'cut',
      status: 200,
      headers: chunked,
      bytes: 5,
      durationMs: 1,
      detail: 'a chunk has no size',
    };
    const outcome = classify(cut, WHOLE);
    expect(outcome).toMatchObject({ kind: 'truncated', bytes: 5 });
    expect(describeOutcome(outcome)).toBe('truncated: after 5 bytes (a chunk has no size)');
  });

  it('expects no body of a HEAD', () => {
    expect(judge(GOOD, 200, 0, { method: 'HEAD' }).kind).toBe('warmed');
  });

  it('is not cacheable where the headers forbid it, unless a Hit proves otherwise', () => {
    for (const [value, reason] of [
      ['no-store', 'no-store'],
      ['private', 'private'],
      ['max-age=0, No-Store', 'no-store'],
      ['private="x-user"', 'private'],
      ['no-cache', 'no-cache'],
      ['public, No-Cache', 'no-cache'],
      ['max-age=0', 'max-age=0'],
      ['max-age="0"', 'max-age=0'],
      ['Max-Age = 0, must-revalidate', 'max-age=0'],
      ['max-age=60, s-maxage=0', 's-maxage=0'],
      ['max-age=-1', 'max-age=-1'],
      ['max-age=soon', 'max-age=soon'],
      ['max-age=1.5, public', 'max-age=1.5'],
    ] as const)
      expect(judge({ ...GOOD, 'cache-control': value })).toMatchObject({
        kind: 'not-cacheable',
        reason: `cache-control says ${reason}`,
      });
    for (const value of [
      'public, max-age=60',
      'max-age=0, s-maxage=60',
      'max-age=60, no-cache="set-cookie"',
      'max-age=0, stale-while-revalidate=30',
      'ext="no-store, private", max-age=60',
      'x-no-store',
      'max-age=600',
    ])
      expect(judge({ ...GOOD, 'cache-control': value }).kind).toBe('warmed');
    expect(judge({ ...GOOD, 'cache-control': 'no-store', 'x-cache': 'Hit from cloudfront' }).kind).toBe(
      'already-warm',
    );
  });

  it('is not warm where x-cache is absent or says something else', () => {
    const { 'x-cache': _, ...silent } = GOOD;
    expect(judge(silent).kind).toBe('not-cacheable');
    expect(judge({ ...GOOD, 'x-cache': 'LambdaGeneratedResponse from cloudfront' }).kind).toBe(
      'not-cacheable',
    );
  });

  it('is a redirect with its location, or an error with its status', () => {
    expect(judge({ ...GOOD, location: '/there' }, 302)).toMatchObject({
      kind: 'redirect',
      location: '/there',
    });
    expect(judge(GOOD, 404)).toMatchObject({ kind: 'http-error', status: 404 });
  });

  it('is refused when nothing says that CloudFront answered', () => {
    expect(judge({ server: 'nginx', 'content-length': '10' }).kind).toBe('refused');
    expect(judge({ 'x-cache': 'HIT', via: '1.1 varnish' }).kind).toBe('refused');
  });
});

const headersArbitrary: fc.Arbitrary<Headers> = fc.record(
  {
    'x-cache': fc.constantFrom(
      'Hit from cloudfront',
      'Miss from cloudfront',
      'Error from cloudfront',
      'HIT',
      '',
    ),
    'x-amz-cf-pop': fc.constantFrom('FRA56-P4', 'fra56-p4', 'NRT57-P3', ''),
    'x-amz-cf-id': fc.string(),
    via: fc.constantFrom('1.1 x.cloudfront.net (CloudFront)', 'varnish'),
    'content-length': fc.oneof(fc.nat(2_000).map(String), fc.string()),
    'content-range': fc.constantFrom('bytes 0-99/1000', 'bytes */10', 'junk'),
    'cache-control': fc.constantFrom('no-store', 'private', 'max-age=1', ''),
    location: fc.webUrl(),
  },
  { requiredKeys: [] },
);
const answerArbitrary: fc.Arbitrary<FetchAnswer> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('answer' as const),
    status: fc.integer({ min: 100, max: 599 }),
    headers: headersArbitrary,
    bytes: fc.nat(2_000),
    firstByteMs: fc.nat(100),
    durationMs: fc.nat(1_000),
  }),
  fc.record({
    kind: fc.constantFrom('cut' as const),
    status: fc.integer({ min: 200, max: 599 }),
    headers: headersArbitrary,
    bytes: fc.nat(2_000),
    durationMs: fc.nat(1_000),
    detail: fc.string(),
  }),
  fc.record({
    kind: fc.constantFrom('timeout' as const),
    phase: fc.constantFrom('connect' as const, 'header' as const, 'idle' as const, 'total' as const),
    bytes: fc.nat(),
    durationMs: fc.nat(1_000),
  }),
  fc.record({
    kind: fc.constantFrom('unreachable' as const),
    reason: fc.constantFrom('connect-refused' as const, 'reset' as const, 'tls' as const, 'network' as const),
    detail: fc.string(),
    durationMs: fc.nat(1_000),
  }),
);

describe('for any answer at all', () => {
  it('is called warm only when a 2xx of the asked PoP came whole with a Hit or a Miss', () => {
    fc.assert(
      fc.property(answerArbitrary, (answer) => {
        if (!isWarm(classify(answer, WHOLE).kind)) return;
        if (answer.kind !== 'answer' && answer.kind !== 'cut')
          throw new Error(`warm without an answer: ${answer.kind}`);
        expect(Math.floor(answer.status / 100)).toBe(2);
        expect(answer.headers['x-amz-cf-pop']?.toUpperCase()).toBe(POP);
        expect(answer.headers['x-cache']).toMatch(/^(Hit|Miss) from cloudfront$/);
        const length = answer.headers['content-length'] ?? '';
        if (answer.status !== 204 && answer.status !== 205 && /^\d+$/.test(length))
          expect(answer.bytes).toBeGreaterThanOrEqual(Number(length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is counted once, under one kind, with its bytes', () => {
    fc.assert(
      fc.property(fc.array(answerArbitrary, { maxLength: 50 }), (answers) => {
        const outcomes = answers.map((answer) => classify(answer, WHOLE));
        const tally = emptyTally();
        for (const outcome of outcomes) addOutcome(tally, outcome);
        expect(tally.fetches).toBe(answers.length);
        expect(OUTCOME_KINDS.reduce((sum, kind) => sum + tally.outcomes[kind], 0)).toBe(answers.length);
        expect(warmCount(tally) + failedCount(tally)).toBe(answers.length);
        const bytes = outcomes.reduce((sum, outcome) => sum + ('bytes' in outcome ? outcome.bytes : 0), 0);
        expect(tally.bytes).toBe(bytes);
      }),
    );
  });
});
