import { type Meaning, type MeaningContext, sentencesOnly } from './context';

/**
 * What a new `password_wo_version` does. No plan holds a write-only value, nor whether it changes.
 *
 * @see https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
 */
export function writeOnlyMeaning({ action, attributes }: MeaningContext): Meaning {
  if (action.kind !== 'update') return sentencesOnly([]);
  const written = attributes.flatMap(({ path }) => /([\w-]+)_wo_version$/.exec(path)?.[1] ?? []);
  return sentencesOnly(
    written.map((name) => `${name} is written anew: it is write-only, so no plan shows whether it differs`),
  );
}
