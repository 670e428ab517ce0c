/** Words longer than this are not compared: the work grows with the product of the lengths. */
const MAX_WORD_LENGTH = 64;
const SUGGESTIONS = 3;

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) edits = Math.min(edits, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** What a word that begins another one, or that another one begins, costs: less than any typing error. */
const PART_COST = 0.5;
/** Shorter words begin too many others. */
const SHORTEST_PART = 2;

/** Returns how far apart two words are: typing errors, where the shorter may stand for its longer self (`FRA56`, `europe`). */
function distance(word: string, candidate: string): number {
  const whole = editDistance(word, candidate);
  if (candidate.length >= SHORTEST_PART && word.startsWith(candidate)) return Math.min(whole, PART_COST);
  if (word.length < SHORTEST_PART || word.length >= candidate.length) return whole;
  return Math.min(whole, editDistance(word, candidate.slice(0, word.length)) + PART_COST);
}

/**
 * Returns the known words closest to `word`, best first; none where nothing is similar. Case does not matter.
 * @param farthest distance of what still counts as similar; @default half the length of the word, at least 2
 */
export function nearest(
  word: string,
  known: readonly string[],
  farthest = Math.max(2, Math.floor(Math.min(word.length, MAX_WORD_LENGTH) / 2)),
): readonly string[] {
  const wanted = word.slice(0, MAX_WORD_LENGTH).toLowerCase();
  return known
    .map((candidate) => ({ candidate, edits: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= farthest)
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

/** `did you mean "a" or "b"?`, or nothing where no known word is similar. */
export function didYouMean(word: string, known: readonly string[], farthest?: number): string | undefined {
  const words = nearest(word, known, farthest).map((candidate) => JSON.stringify(candidate));
  return words.length === 0 ? undefined : `did you mean ${words.join(' or ')}?`;
}
