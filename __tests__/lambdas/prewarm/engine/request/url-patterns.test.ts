import fc from 'fast-check';
import type { FieldIssue } from '../../../../../lambdas/prewarm/engine/request/invalid-request';
import { checkUrlPatterns, urlSelection } from '../../../../../lambdas/prewarm/engine/request/url-patterns';

function selects(url: string, include?: readonly string[], exclude?: readonly string[]): boolean {
  return urlSelection({ ...(include && { include }), ...(exclude && { exclude }) })(url);
}

describe('patterns of URLs', () => {
  it.each([
    ['/images/*', 'https://a.example/images/1.jpg', true],
    ['/images/*', 'https://a.example/x/images/1.jpg', false],
    ['*.jpg', 'https://a.example/images/1.jpg', true],
    ['*.jpg', 'https://a.example/images/1.jpg?w=10', true],
    ['*.jpg?w=*', 'https://a.example/images/1.jpg?w=10', true],
    ['*?w=*', 'https://a.example/images/1.jpg', false],
    ['/a', 'https://a.example/a', true],
    ['/a', 'https://a.example/ab', false],
    ['https://a.example/*', 'https://a.example/ab', true],
    ['https://b.example/*', 'https://a.example/ab', false],
    ['/a*a', 'https://a.example/a', false],
    ['*', 'https://a.example/', true],
  ])('%s matches %s: %s', (pattern, url, expected) => {
    expect(selects(url, [pattern])).toBe(expected);
    expect(selects(url, undefined, [pattern])).toBe(!expected);
  });

  it('match as a regular expression with .* in place of each asterisk does', () => {
    const piece = fc.constantFrom('a', 'b', '*', '.', '/');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', '.', '/'), { maxLength: 12 }),
        (pattern, path) => {
          const expression = pattern.map((one) => (one === '*' ? '.*' : one.replace('.', '\\.'))).join('');
          const expected = new RegExp(`^/${expression}$`).test(`/${path.join('')}`);
          expect(selects(`https://a.example/${path.join('')}`, [`/${pattern.join('')}`])).toBe(expected);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are refused where they could never match', () => {
    const issues: FieldIssue[] = [];
    checkUrlPatterns('include', ['images/*', '', '/ok', '*'.repeat(9_000)], issues);
    checkUrlPatterns('exclude', Array(101).fill('/a'), issues);
    expect(issues.map(({ field }) => field)).toEqual(['include[0]', 'include[1]', 'include[3]', 'exclude']);
  });
});
