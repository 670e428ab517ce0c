import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ContentHashes } from '../../../../../scripts/cli/image/context/content-hashes';
import { ContextTree } from '../../../../../scripts/cli/image/context/context-tree';
import { IgnorePatterns } from '../../../../../scripts/cli/image/context/ignore-patterns';

const NAMES = ['a', 'b', 'src'];
const FOLDERS = ['', ...NAMES, ...NAMES.flatMap((name) => NAMES.map((below) => `${name}/${below}`))];
const PATHS = [
  ...FOLDERS,
  ...FOLDERS.map((folder) => join(folder, 'f.txt')),
  'a/f.txt/x',
  'none/a',
  'a/none',
];

describe('a context as a tree', () => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-tree-'));
  beforeAll(() => {
    for (const folder of FOLDERS) {
      mkdirSync(join(root, folder), { recursive: true });
      writeFileSync(join(root, folder, 'f.txt'), folder);
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function tree(patterns: readonly string[]): ContextTree {
    return new ContextTree(root, new IgnorePatterns(patterns), new ContentHashes());
  }

  test('has the same entry at a path whether its folder is read or the path alone is asked for', () => {
    const segment = fc.constantFrom('a', 'b', 'src', 'f.txt', '*', '**', 's?c', '[ab]');
    const pattern = fc
      .tuple(fc.constantFrom('', '!'), fc.array(segment, { minLength: 1, maxLength: 3 }))
      .map(([sign, parts]) => sign + parts.join('/'));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), fc.shuffledSubarray(PATHS), (patterns, asked) => {
        const whole = tree(patterns);
        const listed = new Map([...whole.walk('')].map((entry) => [entry.path, entry]));
        const alone = tree(patterns);
        for (const path of asked.filter((path) => path !== ''))
          expect(alone.entry(path)).toEqual(listed.get(path));
        expect([...alone.walk('')]).toEqual([...listed.values()]);
      }),
      { numRuns: 300 },
    );
  });

  test('reads no folder for a path that is asked for alone', () => {
    const invalid = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]);
    writeFileSync(invalid, 'a name that is not UTF-8');
    try {
      expect(tree([]).entry('a/f.txt')).toMatchObject({ kind: 'file', path: 'a/f.txt' });
      expect(() => tree([]).list('')).toThrow(/not UTF-8/);
    } finally {
      rmSync(invalid);
    }
  });

  test.each(['a\0b', 'n'.repeat(5_000)])('has nothing at a path that no file can have', (path) => {
    expect(tree([]).entry(path)).toBeUndefined();
  });
});
