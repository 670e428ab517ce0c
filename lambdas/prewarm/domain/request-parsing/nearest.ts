/** Words longer than this are not compared: the work grows with the product of the lengths. */
const MAX_WORD_LENGTH = 64;

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
export const editDistance = (a: string, b: string): number => {
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
};

/** The known words closest to `word`, best first; none where nothing is similar. Case does not matter. */
export const nearest = (word: string, known: readonly string[], count = 3): readonly string[] => {
  const wanted = word.slice(0, MAX_WORD_LENGTH).toLowerCase();
  const farthest = Math.max(2, Math.floor(wanted.length / 2));
  return known
    .map((candidate) => ({ candidate, edits: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= farthest)
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate);
};

/** `did you mean "a" or "b"?`, or nothing where no known word is similar. */
export const didYouMean = (word: string, known: readonly string[]): string | undefined => {
  const words = nearest(word, known).map((candidate) => JSON.stringify(candidate));
  return words.length === 0 ? undefined : `did you mean ${words.join(' or ')}?`;
};
