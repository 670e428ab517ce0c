import fc from 'fast-check';
import { type GlobPiece, globMatcher } from '../../../../../scripts/cli/image/context/glob';

const piece = fc.oneof(
  fc.record({ kind: fc.constant<'one'>('one'), source: fc.constantFrom('a', 'b', '[^/]', '[ab]', '/') }),
  fc.record({ kind: fc.constant<'any'>('any'), source: fc.constantFrom('[^/]', '.') }),
  fc.record({ kind: fc.constant<'folders'>('folders') }),
);
const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀'), maxLength: 12 });

function sourceOf(given: GlobPiece): string {
  if (given.kind === 'folders') return '(?:.*/)?';
  return given.kind === 'any' ? `${given.source}*` : given.source;
}

describe('a pattern with wildcards', () => {
  it('matches as its regular expression does, however many wildcards it has', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 9 }), fc.array(path, { minLength: 1 }), (pieces, paths) => {
        const expression = new RegExp(`^${pieces.map(sourceOf).join('')}$`, 'su');
        const matches = globMatcher(pieces);
        for (const candidate of paths) expect(matches(candidate)).toBe(expression.test(candidate));
      }),
      { numRuns: 500 },
    );
  });

  it('comes to an end where a regular expression would try for years', () => {
    const pieces = Array.from({ length: 30 }, (): GlobPiece[] => [
      { kind: 'any', source: '[^/]' },
      { kind: 'one', source: 'a' },
    ]).flat();
    const matches = globMatcher([...pieces, { kind: 'one', source: 'b' }]);
    expect(matches('a'.repeat(200))).toBe(false);
    expect(matches(`${'a'.repeat(200)}b`)).toBe(true);
  });
});
