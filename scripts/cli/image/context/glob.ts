/** Paths against patterns with wildcards, in time that no pattern can make explode. */

/** One piece of a pattern. */
export type GlobPiece =
  /** One character: the source of a regular expression for it. */
  | { readonly kind: 'one'; readonly source: string }
  /** Any number of such characters. */
  | { readonly kind: 'any'; readonly source: string }
  /** Any number of folders, each with its slash. */
  | { readonly kind: 'folders' };

/** A regular expression with more of them may try for minutes; with fewer it is many times faster than going step by step. */
const MAX_REPEATS = 3;

/** Returns a test for whole paths. @throws {SyntaxError} for a piece that is no regular expression */
export function globMatcher(pieces: readonly GlobPiece[]): (path: string) => boolean {
  const repeats = pieces.filter(({ kind }) => kind !== 'one').length;
  const expression = new RegExp(`^${pieces.map(sourceOf).join('')}$`, 'su');
  return repeats > MAX_REPEATS ? stepByStep(pieces) : (path) => expression.test(path);
}

function sourceOf(piece: GlobPiece): string {
  if (piece.kind === 'folders') return '(?:.*/)?';
  return piece.kind === 'any' ? `${piece.source}*` : piece.source;
}

/** Follows all ways to match at once, character by character. */
function stepByStep(pieces: readonly GlobPiece[]): (path: string) => boolean {
  const tests = pieces.map((piece) =>
    piece.kind === 'folders' ? undefined : new RegExp(`^${piece.source}$`, 'su'),
  );

  /** Adds a place in the pattern, and those after it that are reached without a character. */
  function reach(places: Set<number>, place: number): void {
    for (let at = place; !places.has(at); at++) {
      places.add(at);
      if (pieces[at] === undefined || pieces[at]?.kind === 'one') return;
    }
  }

  return (path) => {
    let places = new Set<number>();
    /** Within the name of a folder that `folders` takes: only a slash leads on. */
    let within = new Set<number>();
    reach(places, 0);
    for (const character of path) {
      const next = new Set<number>();
      const nextWithin = new Set<number>();
      for (const place of [...places, ...within]) {
        const piece = pieces[place];
        if (piece?.kind === 'folders') {
          nextWithin.add(place);
          if (character === '/') reach(next, place + 1);
        } else if (piece && tests[place]?.test(character))
          reach(next, piece.kind === 'any' ? place : place + 1);
      }
      places = next;
      within = nextWithin;
    }
    return places.has(pieces.length);
  };
}
