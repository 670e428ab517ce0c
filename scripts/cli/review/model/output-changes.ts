import type { PlanDocument, PlanOutputChange } from '../input/plan-document';
import type { Masker } from '../secrets/masker';
import { actionOf } from './actions';
import { hashOf } from './fingerprint';
import { isSame, type JsonValue } from './json-value';
import type { OutputReview } from './stack-review';

/** Returns the outputs of a plan that change, without secrets. */
export function reviewOutputs(
  { output_changes: changes }: PlanDocument,
  masker: Masker,
): readonly OutputReview[] {
  return Object.entries(changes ?? {})
    .map(([name, output]) => reviewOutput(name, output, masker))
    .filter((output) => output !== undefined);
}

function reviewOutput(name: string, output: PlanOutputChange, masker: Masker): OutputReview | undefined {
  const { kind } = actionOf(output.actions, `output ${name}`);
  const action = kind === 'create' || kind === 'delete' ? kind : kind === 'no-op' ? undefined : 'update';
  if (action === undefined) return undefined;
  const isSensitive = output.before_sensitive === true || output.after_sensitive === true;
  function shown(value: JsonValue | undefined, marks: JsonValue | undefined): JsonValue {
    return masker.mask(value, isSensitive ? true : marks, [name]);
  }
  const isUnknown = output.after_unknown === true;
  return {
    name,
    action,
    ...(!isSame(output.before, null) && { before: shown(output.before, output.before_sensitive) }),
    ...(!isSame(output.after, null) && !isUnknown && { after: shown(output.after, output.after_sensitive) }),
    isUnknown,
    isSensitive,
  };
}

/** Returns a hash of what becomes of an output. */
export function outputFingerprint({ name, action, before, after }: OutputReview): string {
  return hashOf(['output', name, action, before ?? null, after ?? null]);
}
