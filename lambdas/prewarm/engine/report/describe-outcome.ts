import type { FetchOutcome, OutcomeKind } from '../model/outcome';
import type { VerifyMode } from '../model/request';

/** What a person calls each outcome. */
const OUTCOME_NAMES: Readonly<Record<OutcomeKind, string>> = {
  warmed: 'warmed',
  'already-warm': 'already warm',
  redirect: 'redirect',
  'http-error': 'HTTP error',
  truncated: 'truncated',
  'wrong-pop': 'wrong PoP',
  'not-cacheable': 'not cacheable',
  'timed-out': 'timed out',
  unreachable: 'unreachable',
  refused: 'refused',
};

/**
 * Returns what a person calls an outcome under a mode of verification: without any, an object that came is said to be fetched,
 * since nothing proves that the edge kept it.
 */
export function outcomeName(kind: OutcomeKind, verify: VerifyMode): string {
  return kind === 'warmed' && verify === 'none' ? 'fetched' : OUTCOME_NAMES[kind];
}

/** One outcome in one short sentence, as reports show it. */
export function describeOutcome(outcome: FetchOutcome): string {
  switch (outcome.kind) {
    case 'warmed':
    case 'already-warm':
      return `${OUTCOME_NAMES[outcome.kind]} (HTTP ${outcome.status})`;
    case 'redirect':
      return `HTTP ${outcome.status}, redirects${outcome.location === undefined ? '' : ` to ${outcome.location}`}`;
    case 'http-error':
      return `HTTP ${outcome.status}`;
    case 'truncated':
      return describeTruncated(outcome);
    case 'wrong-pop':
      return `answered by ${outcome.pop ?? 'an unnamed PoP'} instead of ${outcome.expectedPop}`;
    case 'not-cacheable':
      return `not cacheable: ${outcome.reason}`;
    case 'timed-out':
      return `timed out (${outcome.phase}) after ${Math.round(outcome.durationMs)} ms`;
    case 'unreachable':
      return `unreachable (${outcome.reason}): ${outcome.detail}`;
    case 'refused':
      return `refused: ${outcome.reason}`;
  }
}

function describeTruncated({
  bytes,
  expectedBytes,
  detail,
}: Extract<FetchOutcome, { readonly kind: 'truncated' }>): string {
  const part =
    expectedBytes === undefined ? `after ${bytes} bytes` : `${bytes} of ${expectedBytes} bytes came`;
  return `truncated: ${part}${detail === undefined ? '' : ` (${detail})`}`;
}
