import { displayText, type JsonValue } from '../model/json-value';
import { type Meaning, type MeaningContext, NO_MEANING, sentencesOnly } from './context';

const REFERENCE = /([\w.:/-]*[\w.-])@(sha256:[0-9a-f]{64})/g;

/** Which images change their digest, with what images.lock.json knows of both digests. */
export function imageMeaning({ attributes, images }: MeaningContext): Meaning {
  const sentences = new Set<string>();
  for (const { before, after, text } of attributes) {
    const fresh = referencesIn(text?.after ?? after);
    if (fresh.size === 0) continue;
    const old = referencesIn(text?.before ?? before);
    for (const [repository, digest] of fresh) {
      const previous = old.get(repository);
      if (previous === digest) continue;
      const from = previous === undefined ? '' : `${described(previous, images)} -> `;
      if (previous !== undefined || old.size > 0)
        sentences.add(`image ${repository}: ${from}${described(digest, images)}`);
    }
  }
  return sentences.size === 0 ? NO_MEANING : sentencesOnly([...sentences]);
}

function referencesIn(value: JsonValue | undefined): ReadonlyMap<string, string> {
  const text = typeof value === 'string' ? value : displayText(value);
  // Most values name no digest, and the expression takes its time with texts as long as user data.
  if (!text.includes('@sha256:')) return new Map();
  return new Map(
    [...text.matchAll(REFERENCE)].map(([, repository = '', digest = '']) => [repository, digest]),
  );
}

function described(digest: string, images: ReadonlyMap<string, string> | undefined): string {
  const short = digest.slice(0, 'sha256:'.length + 12);
  const fact = images?.get(digest);
  return fact === undefined ? short : `${short} (${fact})`;
}
