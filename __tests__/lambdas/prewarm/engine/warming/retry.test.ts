import type { FetchOutcome } from '../../../../../lambdas/prewarm/engine/model/outcome';
import type { FetchAnswer } from '../../../../../lambdas/prewarm/engine/ports/transport';
import { backoffMs, judgeAttempt } from '../../../../../lambdas/prewarm/engine/warming/retry';
import { DEFAULT_WARM_LIMITS } from '../../../../../lambdas/prewarm/engine/warming/warm-limits';

const LIMITS = DEFAULT_WARM_LIMITS;
const NOW = Date.UTC(2026, 0, 1);

function judgeStatus(status: number, retryAfter?: string) {
  const answer: FetchAnswer = {
    kind: 'answer',
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    bytes: 0,
    firstByteMs: 1,
    durationMs: 1,
  };
  const outcome: FetchOutcome = { kind: 'http-error', status, bytes: 0, durationMs: 1 };
  return judgeAttempt(outcome, answer, LIMITS, NOW);
}

function judgeTimeout(phase: 'connect' | 'header' | 'idle' | 'total') {
  const times = { phase, bytes: 0, durationMs: 1 };
  return judgeAttempt({ kind: 'timed-out', ...times }, { kind: 'timeout', ...times }, LIMITS, NOW).kind;
}

describe('another attempt', () => {
  it.each([500, 502, 503, 504])('may heal a %i', (status) => {
    expect(judgeStatus(status)).toEqual({ kind: 'retry', notBeforeMs: 0 });
  });

  it.each([400, 401, 403, 404, 410, 416, 429])('is not made after a %i', (status) => {
    expect(judgeStatus(status)).toEqual({ kind: 'final' });
  });

  it('is made after a 429 that names its time, not before it', () => {
    expect(judgeStatus(429, '7')).toEqual({ kind: 'retry', notBeforeMs: 7_000 });
    expect(judgeStatus(429, new Date(NOW + 9_000).toUTCString())).toEqual({
      kind: 'retry',
      notBeforeMs: 9_000,
    });
  });

  it('is not made where the answer asks to wait longer than the limit', () => {
    expect(judgeStatus(503, '3600')).toEqual({ kind: 'final' });
  });

  it.each([
    ['connect-refused', 'retry'],
    ['reset', 'retry'],
    ['network', 'retry'],
    ['tls', 'final'],
  ] as const)('where nothing came back (%s): %s', (reason, kind) => {
    const what = { kind: 'unreachable', reason, detail: '', durationMs: 1 } as const;
    expect(judgeAttempt(what, what, LIMITS, NOW).kind).toBe(kind);
  });

  it('may heal a time-out, unless it was the total time that ran out', () => {
    expect([judgeTimeout('connect'), judgeTimeout('header'), judgeTimeout('idle')]).toEqual(
      Array(3).fill('retry'),
    );
    expect(judgeTimeout('total')).toBe('final');
  });
});

describe('the pause between attempts', () => {
  it('has a bound that doubles up to a maximum, and anything below it', () => {
    const bounds = [1, 2, 3, 4, 5, 6].map((attempt) => backoffMs(attempt, LIMITS, 1));
    expect(bounds).toEqual([200, 400, 800, 1_600, 3_200, 5_000]);
    expect(backoffMs(3, LIMITS, 0)).toBe(0);
  });
});
