import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Observation {
  readonly ctimeMs: number;
  readonly unsettled?: true;
}

const { cacheFolders, freshBundle, observe, removeUnused, writeRecord } =
  require('../../../scripts/cli/bundle-cache.cjs') as {
    cacheFolders(root: string): Iterable<string>;
    freshBundle(root: string, cache: string, args: readonly string[]): string | undefined;
    observe(path: string): Observation;
    removeUnused(cache: string, used: string): void;
    writeRecord(cache: string, record: object): void;
  };

/** A checkout with a source of every command, and one of the group `image` alone, beside a bundle that was just made of them. */
function bundledCheckout() {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-bundle-'));
  const [cache = ''] = cacheFolders(root);
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src', 'cli.ts'), 'let a = 1;');
  writeFileSync(join(root, 'src', 'image.ts'), 'let b = 1;');
  mkdirSync(join(cache, 'bundle'), { recursive: true, mode: 0o700 });
  const record = {
    root,
    folder: 'bundle',
    always: ['src', 'src/cli.ts'],
    groups: { image: ['src/image.ts'] },
  };

  /** Records the sources as if they had been changed long before. */
  function makeBundle({ settled = true } = {}): void {
    const sources = Object.fromEntries(
      ['src', 'src/cli.ts', 'src/image.ts'].map((path) => {
        const { unsettled, ...seen } = observe(join(root, path));
        return [path, settled || unsettled === undefined ? seen : { ...seen, unsettled }];
      }),
    );
    writeRecord(cache, { ...record, sources });
    // What is changed from here on gets another time, however coarse the clock of the file system is.
    const newest = Math.max(...Object.values(sources).map(({ ctimeMs }) => ctimeMs));
    const probe = join(root, 'probe');
    do writeFileSync(probe, '');
    while (statSync(probe).ctimeMs <= newest);
  }
  makeBundle();
  return {
    root,
    cache,
    makeBundle,
    isFresh: (...args: string[]) => freshBundle(root, cache, args) === join(cache, 'bundle'),
    path: (name: string) => join(root, 'src', name),
    recorded: (name: string): Observation =>
      JSON.parse(readFileSync(join(cache, 'bundle.json'), 'utf8')).sources[`src/${name}`],
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

function keepingTimes(path: string, change: () => void): void {
  const { atime, mtime } = statSync(path);
  change();
  utimesSync(path, atime, mtime);
}

describe('a bundle is used', () => {
  it('where nothing changed', () => {
    using checkout = bundledCheckout();
    expect(checkout.isFresh()).toBe(true);
    expect(checkout.isFresh('image', 'plan')).toBe(true);
  });

  it('where a source was written or put in place again with the same content, whose new times are kept', () => {
    using checkout = bundledCheckout();
    copyFileSync(checkout.path('cli.ts'), checkout.path('copy'));
    renameSync(checkout.path('copy'), checkout.path('cli.ts'));
    expect(checkout.isFresh()).toBe(true);
    expect(checkout.recorded('cli.ts').ctimeMs).toBe(statSync(checkout.path('cli.ts')).ctimeMs);
  });

  it('where only a source of commands changed that the arguments do not name', () => {
    using checkout = bundledCheckout();
    writeFileSync(checkout.path('image.ts'), 'let b = 2;');
    expect(checkout.isFresh('review')).toBe(true);
    expect(checkout.isFresh('--help', 'image')).toBe(false);
  });
});

describe('a bundle is made again', () => {
  it.each<[string, (path: (name: string) => string) => void]>([
    ['was edited', (path) => writeFileSync(path('cli.ts'), 'let aa = 1;')],
    ['was edited to the same size', (path) => writeFileSync(path('cli.ts'), 'let a = 2;')],
    [
      'was edited to the same size and given its old time',
      (path) => keepingTimes(path('cli.ts'), () => writeFileSync(path('cli.ts'), 'let a = 2;')),
    ],
    [
      'was replaced by an older file',
      (path) => {
        writeFileSync(path('older'), 'let a = 0;');
        utimesSync(path('older'), 0, 0);
        renameSync(path('older'), path('cli.ts'));
      },
    ],
    ['is gone', (path) => rmSync(path('cli.ts'))],
    [
      'has a new neighbour, which may be what an import means now',
      (path) => writeFileSync(path('cli.tsx'), ''),
    ],
    ['lost a neighbour', (path) => rmSync(path('image.ts'))],
    [
      'was replaced by a link to another',
      (path) => {
        writeFileSync(path('../other.ts'), 'let a = 3;');
        rmSync(path('cli.ts'));
        symlinkSync(path('../other.ts'), path('cli.ts'));
      },
    ],
  ])('where a source %s', (_, change) => {
    using checkout = bundledCheckout();
    change(checkout.path);
    expect(checkout.isFresh()).toBe(false);
  });

  it('where a source changed so soon after it was read that its times are the same', () => {
    using checkout = bundledCheckout();
    checkout.makeBundle({ settled: false });
    expect(checkout.recorded('cli.ts').unsettled).toBe(true);
    expect(checkout.isFresh()).toBe(true);
    // What a clock of the file system that stands still leaves behind: another content under the recorded times.
    const record = JSON.parse(readFileSync(join(checkout.cache, 'bundle.json'), 'utf8'));
    writeFileSync(checkout.path('cli.ts'), 'let a = 2;');
    const { mtimeMs, ctimeMs, ino, size } = statSync(checkout.path('cli.ts'));
    Object.assign(record.sources['src/cli.ts'], { mtimeMs, ctimeMs, ino, size });
    writeRecord(checkout.cache, record);
    expect(checkout.isFresh()).toBe(false);
  });

  it.each<[string, (checkout: ReturnType<typeof bundledCheckout>) => void]>([
    ['was removed', ({ cache }) => rmSync(join(cache, 'bundle'), { recursive: true })],
    ['is described by half a record', ({ cache }) => writeFileSync(join(cache, 'bundle.json'), '{"root":')],
    ['lies where others may write', ({ cache }) => chmodSync(cache, 0o777)],
    ['lies below a folder where others may write', ({ cache }) => chmodSync(join(cache, '..'), 0o777)],
  ])('where it %s', (_, change) => {
    using checkout = bundledCheckout();
    change(checkout);
    expect(checkout.isFresh()).toBe(false);
  });

  it('where the checkout was moved', () => {
    using checkout = bundledCheckout();
    using other = bundledCheckout();
    rmSync(other.root, { recursive: true });
    renameSync(checkout.root, other.root);
    mkdirSync(checkout.root);
    expect(other.isFresh()).toBe(false);
  });
});

it('bundles that no process has marked as used for hours are removed', () => {
  using checkout = bundledCheckout();
  const folders = ['bundle', 'marked', 'unused', 'new-cut-off'].map((name) => join(checkout.cache, name));
  const [current = '', marked = '', ...unused] = folders;
  for (const folder of [marked, ...unused]) mkdirSync(folder);
  for (const folder of [current, ...unused]) utimesSync(folder, 1, 1);
  removeUnused(checkout.cache, current);
  expect(folders.map((folder) => statSync(folder, { throwIfNoEntry: false }) !== undefined)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
