import type { VerifyMode } from '../model/request';

/**
 * What a report calls an object that came through an edge. `warm` is said where a second request proved it, of all objects or of a
 * sample; without verification it was `fetched`, and nothing proves that the edge kept it.
 */
export type Done = 'warm' | 'fetched';

export function doneWord(verify: VerifyMode): Done {
  return verify === 'none' ? 'fetched' : 'warm';
}

/** Returns the word for objects that are done, with a capital letter, for the head of a column or figure. */
export function headed(done: Done): string {
  return done === 'warm' ? 'Warm now' : 'Fetched';
}

const PROOFS: Readonly<Record<VerifyMode, string>> = {
  none: 'Fetched: the object came through the edge; none was asked for again (verify: none).',
  sample:
    'Warm: a Hit, or a Miss that the edge may keep; one in twenty was asked for again (verify: sample).',
  all: 'Warm: a Hit, or a Miss whose second request was a Hit (verify: all).',
};

/** Returns what stands behind the word, in a sentence. */
export function proofOf(verify: VerifyMode): string {
  return PROOFS[verify];
}
