import type { FetchOutcome, OutcomeKind } from '../model/outcome';

/** Why an object is not on an edge: the outcome of its fetch, or that its PoP has no address. */
export type FailureKind = Exclude<OutcomeKind, 'warmed' | 'already-warm'> | 'unknown-pop';

/** What to do about each kind of failure, in the names of the fields of a request. */
export const ADVICE: Readonly<Record<FailureKind, string>> = {
  redirect: 'The edge cached a redirect, not the object: list the URL it points to.',
  'http-error':
    'The origin or the edge refused: check the path, signed URLs or cookies, WAF rules, and the headers that viewers send (header).',
  truncated: 'The connection ended early: look at the origin; run again to fetch these anew.',
  'wrong-pop':
    'CloudFront sent the request elsewhere: the PoP may be outside the price class or be draining.',
  'not-cacheable': 'The edge will not keep it: fix Cache-Control or the cache policy; warming cannot help.',
  'timed-out': 'Too slow: cap the bandwidth (max_bandwidth_mbps), enable Origin Shield, or try again later.',
  unreachable: 'No address of the PoP answered: check the way out of this network on port 443.',
  refused: 'Not CloudFront for this distribution: check the host of the URL, cf_domain and aliases.',
  'unknown-pop':
    'The PoP does not serve this distribution: choose another one, or a place instead of its code.',
};

/** Returns what to do about a failed fetch; nothing where the object is on the edge. */
export function adviceOn({ kind }: FetchOutcome): string {
  return kind === 'warmed' || kind === 'already-warm' ? '' : ADVICE[kind];
}
