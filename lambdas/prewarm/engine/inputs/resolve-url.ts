import { visibleText } from '../model/visible-text';
import { MAX_URL_BYTES } from '../request/limits';
import type { Finding } from './document-format';

const SHOWN_CHARACTERS = 80;

/** Returns a piece of a document as a sentence may show it: in quotes, short, nothing invisible. */
export function excerpt(text: string): string {
  return `"${visibleText(text, SHOWN_CHARACTERS)}"`;
}

export type ResolvedUrl =
  | { readonly kind: 'url'; readonly url: string }
  | Extract<Finding, { readonly kind: 'problem' }>;

function problem(reason: string): ResolvedUrl {
  return { kind: 'problem', reason };
}

/**
 * Returns the absolute URL of a reference as a document spells it. Its length is looked at before anything is parsed, and what
 * the decoder had to replace is refused: it would name another object.
 */
export function resolveUrl(text: string, base: string): ResolvedUrl {
  if (text.length > MAX_URL_BYTES)
    return problem(`names a URL of ${text.length} characters; at most ${MAX_URL_BYTES} can be asked for`);
  if (text.includes('\ufffd'))
    return problem(`names ${excerpt(text)}, which is not in the encoding of the document`);
  return URL.canParse(text, base)
    ? { kind: 'url', url: new URL(text, base).href }
    : problem(`names ${excerpt(text)}, which is not a URL`);
}
