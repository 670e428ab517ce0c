import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentHashes } from '../../../../../scripts/cli/image/context/content-hashes';
import { ContextTree } from '../../../../../scripts/cli/image/context/context-tree';
import { IgnorePatterns } from '../../../../../scripts/cli/image/context/ignore-patterns';
import { selectCopied } from '../../../../../scripts/cli/image/context/selection';

/** Every printable character of ASCII that is neither a wildcard nor what separates or escapes. */
const PLAIN = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter(
  (character) => !'/\\*?['.includes(character),
);

describe('a source with wildcards', () => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-selection-'));
  for (const character of [...PLAIN, '\\', '*', '?', '[', 'é', '漢', '😀'])
    writeFileSync(join(root, `a${character}b`), '');
  afterAll(() => rmSync(root, { recursive: true }));

  function taken(source: string): readonly string[] {
    const tree = new ContextTree(root, new IgnorePatterns([]), new ContentHashes());
    const selection = { sources: [source], excludes: [], parents: false, modes: true };
    return selectCopied(tree, selection).map(({ path }) => path);
  }

  it('takes every other character for itself', () => {
    expect(PLAIN.map((character) => taken(`a${character}*`))).toEqual(
      PLAIN.map((character) => [`a${character}b`]),
    );
  });

  it.each([
    ['a[x-z]b', ['axb', 'ayb', 'azb']],
    ['a[^ -~]b', ['aéb', 'a漢b', 'a😀b']],
    ['a[[]b', ['a[b']],
    ['a?b', [...PLAIN, '\\', '*', '?', '[', 'é', '漢', '😀'].map((character) => `a${character}b`)],
    ['*/b', []],
  ])('%s matches as Go does', (source, expected) => {
    expect([...taken(source)].sort()).toEqual([...expected].sort());
  });
});
