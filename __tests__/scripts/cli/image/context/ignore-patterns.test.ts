import { IgnorePatterns, readIgnoreFile } from '../../../../../scripts/cli/image/context/ignore-patterns';

function ignores(text: string, path: string): boolean {
  const patterns = new IgnorePatterns(readIgnoreFile(text));
  let state: readonly boolean[] | undefined;
  let matched = false;
  const parts = path.split('/');
  for (const index of parts.keys()) {
    const result = patterns.test(parts.slice(0, index + 1).join('/'), state);
    state = result.state;
    matched = result.matched;
  }
  return matched;
}

describe('patterns of an ignore file', () => {
  test.each([
    ['a name matches at the root only', 'lib', 'x/lib', false],
    ['** matches at any depth, zero included', '**/lib', 'lib', true],
    ['what is below a match is ignored', 'lib', 'lib/a/b', true],
    ['* does not cross a slash', 'a/*', 'a/b', true],
    ['a pattern is cleaned', './a/../b/', 'b', true],
    ['a leading slash is dropped', '/b', 'b', true],
    ['a comment begins in the first column only', ' # x', '# x', true],
    ['the last match decides', 'a\n!a', 'a', false],
    ['a folder is not brought back by its parent', 'src/test\n!src', 'src/test', true],
    ['case counts', 'Build', 'build', false],
    ['**x matches the end of a path', '**.ts', 'a/b.ts', true],
    ['x** matches the beginning', 'ab**', 'abc/d', true],
    ['[^a] excludes', '[^a]b', 'cb', true],
    ['[!a] does not', '[!a]b', 'cb', false],
    ['a character of two places stands for itself', '?\\😀*', 'a😀b', true],
    ['! alone with a blank', '* \n! keep', 'keep', false],
  ])('%s', (_, text, path, ignored) => {
    expect(ignores(text, path)).toBe(ignored);
  });

  test.each(['[', 'a[', '[]', '[a-]', 'x\\', '!'])('%s is refused', (pattern) => {
    expect(new IgnorePatterns(readIgnoreFile(pattern)).bad).toHaveLength(1);
  });

  test.each(['[[:alpha:]]x', 'a*\\d', 'a^b*'])('%s is not certain, and not applied', (pattern) => {
    expect(new IgnorePatterns([pattern]).unknown).toEqual([pattern]);
  });
});
