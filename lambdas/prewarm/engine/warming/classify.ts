import type { PopCode } from '../model/ids';
import { popCode } from '../model/ids';
import type { Answered, FetchOutcome } from '../model/outcome';
import type { AnswerHeader, FetchAnswer } from '../ports/transport';
import { reasonNotToKeep } from './cache-control';

type Headers = Readonly<Partial<Record<AnswerHeader, string>>>;
type WithStatus = Extract<FetchAnswer, { readonly status: number }>;

/** What an answer is measured against. */
export interface Expectation {
  readonly method: 'GET' | 'HEAD';
  readonly pop: PopCode;
  /** So many bytes from the first on were asked for. @default the whole object */
  readonly rangeBytes?: number | undefined;
}

const PLAIN_HIT = 'Hit from cloudfront';
const PLAIN_MISS = 'Miss from cloudfront';
const HIT = /^(?:Refresh)?Hit from cloudfront$/i;
/** `OriginShieldHit` reached this edge from the shield: the edge itself missed, and stores it now. */
const MISS = /^(?:Miss|OriginShieldHit) from cloudfront$/i;
const RANGE = /^bytes (\d+)-(\d+)\/(\d+|\*)?/;
const PARTIAL = 206;
const UNASKED_PART = 'a part of the object came, although all of it was asked for';
const OTHER_PART = 'another part of the object came than was asked for';
const NOT_MODIFIED = 304;
/** Whatever length these announce, no body follows. */
const NO_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Returns the outcome of one exchange with an edge; the one place that decides what counts as warm. */
export function classify(answer: FetchAnswer, expected: Expectation): FetchOutcome {
  switch (answer.kind) {
    case 'timeout':
      return {
        kind: 'timed-out',
        phase: answer.phase,
        durationMs: answer.durationMs,
        bytes: answer.bytes,
      };
    case 'unreachable':
      return {
        kind: 'unreachable',
        reason: answer.reason,
        durationMs: answer.durationMs,
        detail: answer.detail,
      };
    case 'cut':
    case 'answer':
      return classifyAnswered(answer, expected);
  }
}

function classifyAnswered(answer: WithStatus, expected: Expectation): FetchOutcome {
  const { headers, status } = answer;
  if (!isFromCloudFront(headers))
    return { kind: 'refused', reason: 'the answer has no header of CloudFront' };
  const answered = describe(answer);
  if (status >= 300 && status < 400 && status !== NOT_MODIFIED) {
    const { location } = headers;
    return { kind: 'redirect', ...(location === undefined ? {} : { location }), ...answered };
  }
  if (status < 200 || status >= 300) return { kind: 'http-error', ...answered };
  if (answered.pop !== expected.pop && answered.pop?.toUpperCase() !== expected.pop.toUpperCase())
    return { kind: 'wrong-pop', expectedPop: expected.pop, ...answered };
  const expectedBytes = expectedBytesOf(answer, expected);
  if (answer.kind === 'cut') {
    const promised = expectedBytes > answer.bytes ? { expectedBytes } : {};
    return { kind: 'truncated', ...promised, detail: answer.detail, ...answered };
  }
  if (answer.bytes < expectedBytes) return { kind: 'truncated', expectedBytes, ...answered };
  if (status === PARTIAL && expected.rangeBytes === undefined)
    return { kind: 'truncated', ...answered, detail: UNASKED_PART };
  if (beginsElsewhere(answer)) return { kind: 'truncated', ...answered, detail: OTHER_PART };
  return judgeCache(headers, answered);
}

/** Any sign will do: an edge always sends several of them. */
function isFromCloudFront(headers: Headers): boolean {
  return (
    headers['x-amz-cf-pop'] !== undefined ||
    headers['x-amz-cf-id'] !== undefined ||
    headers.via?.includes('CloudFront') === true ||
    headers['x-cache']?.endsWith('from cloudfront') === true
  );
}

function describe({ status, bytes, durationMs, headers }: WithStatus): Answered {
  const answered: { -readonly [K in keyof Answered]: Answered[K] } = { status, bytes, durationMs };
  const pop = headers['x-amz-cf-pop'];
  const xCache = headers['x-cache'];
  if (pop !== undefined) answered.pop = popCode(pop);
  if (xCache !== undefined) answered.xCache = xCache;
  return answered;
}

/** Returns whether a part came that does not begin with the object's first byte, which every range that is asked for does. */
function beginsElsewhere({ status, headers }: WithStatus): boolean {
  const range = status === PARTIAL ? RANGE.exec(headers['content-range'] ?? '') : null;
  return range !== null && Number(range[1]) !== 0;
}

/**
 * Returns the body bytes that have to come: those that the answer promised, and of an object whose length it tells those that were
 * asked for; 0 where it did not say.
 */
function expectedBytesOf(answer: WithStatus, expected: Expectation): number {
  const { status, headers } = answer;
  if (expected.method === 'HEAD' || NO_BODY.has(status)) return 0;
  const range = status === PARTIAL ? RANGE.exec(headers['content-range'] ?? '') : null;
  if (range) {
    const [, first, last, whole = '*'] = range;
    if (whole === '*') return Number(last) - Number(first) + 1;
    return Math.min(Number(whole), expected.rangeBytes ?? Number.POSITIVE_INFINITY);
  }
  const length = headers['content-length'];
  return length !== undefined && /^\d+$/.test(length) ? Number(length) : 0;
}

/** A Hit proves itself, whatever the headers say: a minimum TTL of the distribution overrides them. */
function judgeCache(headers: Headers, answered: Answered): FetchOutcome {
  const xCache = answered.xCache ?? '';
  // The usual words are compared: a pattern costs more than the rest of this function.
  if (xCache === PLAIN_HIT || HIT.test(xCache)) return { kind: 'already-warm', ...answered };
  if (xCache !== PLAIN_MISS && !MISS.test(xCache)) {
    const reason = xCache === '' ? 'the answer has no x-cache header' : `x-cache says "${xCache}"`;
    return { kind: 'not-cacheable', reason, ...answered };
  }
  const reason = reasonNotToKeep(headers);
  return reason === undefined
    ? { kind: 'warmed', ...answered }
    : { kind: 'not-cacheable', reason, ...answered };
}
