import type { PlanDocument, PlanResourceChange } from '../input/plan-document';
import type { Action } from '../model/actions';
import type { AttributeChange } from '../model/attribute-changes';
import type { Finding } from '../model/stack-review';
import type { Masker } from '../secrets/masker';

/** What is known when the meaning of one change is told. */
export interface MeaningContext {
  readonly entry: PlanResourceChange;
  readonly type: string;
  readonly action: Action;
  readonly attributes: readonly AttributeChange[];
  /** The whole plan: what a launch template means, its group says. */
  readonly plan: PlanDocument;
  readonly masker: Masker;
  /** Facts about images by digest, from images.lock.json. */
  readonly images: ReadonlyMap<string, string> | undefined;
}

export interface Meaning {
  readonly sentences: readonly string[];
  readonly findings: readonly Finding[];
}

export const NO_MEANING: Meaning = { sentences: [], findings: [] };

export function sentencesOnly(sentences: readonly string[]): Meaning {
  return { sentences, findings: [] };
}
