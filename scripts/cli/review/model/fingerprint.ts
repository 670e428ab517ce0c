import { createHash } from 'node:crypto';
import type { Action } from './actions';
import type { AttributeChange } from './attribute-changes';
import { canonicalText, type JsonValue } from './json-value';

/** What the fingerprint of one change stands for. */
export interface FingerprintedChange {
  readonly address: string;
  readonly deposed?: string | undefined;
  readonly previousAddress?: string | undefined;
  readonly importId?: string | undefined;
  readonly action: Action;
  readonly attributes: readonly AttributeChange[];
}

/**
 * Returns a hash of what a change does: neither the order of its attributes counts, nor values that are known after apply
 * only. Secrets count as changed or not: a hash of them could be guessed by trying.
 */
export function changeFingerprint(change: FingerprintedChange): string {
  const { action } = change;
  const attributes = change.attributes
    .filter(({ isUnknown }) => !isUnknown)
    .map(({ path, before, after, text }) =>
      text === undefined
        ? canonicalText([path, before ?? null, after ?? null])
        : canonicalText([path, digestOf(text.before), digestOf(text.after)]),
    )
    .sort();
  return hashOf([
    change.address,
    change.deposed ?? '',
    change.previousAddress ?? '',
    change.importId ?? '',
    action.kind,
    action.kind === 'replace' ? action.order : '',
    ...attributes,
  ]);
}

/** Stands for a text of many lines, which need not be escaped for it. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Returns a hash of parts whose order does not count. */
export function fingerprintOfAll(parts: readonly string[]): string {
  return hashOf([...parts].sort());
}

/** Returns the hash of values in their order, 32 hexadecimal digits. */
export function hashOf(parts: readonly JsonValue[]): string {
  return createHash('sha256').update(canonicalText(parts)).digest('hex').slice(0, 32);
}
