/**
 * Returns what is left of a name when case, accents, blanks and punctuation do not count, by which two spellings are compared:
 * `Côte d’Ivoire` and `cote_d_ivoire` are one.
 */
export function nameKey(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/^\s*the\b/, '')
    .replaceAll('&', 'and')
    .replace(/\bst\b\.?/g, 'saint')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
