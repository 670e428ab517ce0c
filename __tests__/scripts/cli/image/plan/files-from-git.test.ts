import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readImagesFile } from '../../../../../scripts/cli/image/files/images-file';
import { inputGroups } from '../../../../../scripts/cli/image/files/images-lock';
import { reasonsFromLock } from '../../../../../scripts/cli/image/plan/reasons';
import { keyOf } from '../support/build-case';

const FILES: Readonly<Record<string, string>> = {
  'images.json': '{"images":{"app":{"repository":"r.test/app","context":"app","contexts":{"lib":"lib"}}}}',
  'app/Dockerfile': 'FROM scratch\nCOPY src/ /src/\nCOPY --from=lib . /lib/\nLABEL a=b\n',
  'app/.dockerignore': '**/*.md\n',
  'app/src/a': 'a',
  'app/src/b': 'b',
  'app/src/notes.md': 'not taken',
  'app/elsewhere': 'not taken',
  'lib/l': 'l',
};

describe('the reasons of a runner that has the lock and Git alone', () => {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-from-git-'));
  const folder = join(work, 'project');
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }

  function git(...args: readonly string[]): string {
    const settings = ['-c', 'user.name=a', '-c', 'user.email=a@b.test', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', ['-C', folder, ...settings, ...args], { encoding: 'utf8', env: process.env });
  }

  let entry: Parameters<typeof reasonsFromLock>[0];

  beforeAll(async () => {
    for (const [path, content] of Object.entries(FILES)) write(path, content);
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'one');
    symlinkSync('project', join(work, 'linked'));
    const { key, tag, records } = await keyOf(folder, new Map());
    entry = {
      ...{ repo: 'r.test/app', key, tag, digest: `sha256:${'1'.repeat(64)}`, platform: 'linux/amd64' },
      ...{ sizeBytes: 1, builtAt: '', commit: git('rev-parse', 'HEAD').trim(), inputs: inputGroups(records) },
    };
  });
  afterEach(() => {
    git('checkout', '--quiet', '.');
    git('clean', '--quiet', '-fd');
  });

  async function reasons(from = folder) {
    const [image] = readImagesFile(join(from, 'images.json')).images;
    if (!image) throw new Error('no image');
    const { records } = await keyOf(from, new Map());
    return reasonsFromLock(entry, { image, records, ignore: '' }).map(
      ({ kind, name, line }) => `${kind} ${name} ${line}`,
    );
  }

  it.each<[string, string, string | undefined, string]>([
    ['edited', 'app/src/a', 'other', 'file src/a 2'],
    ['new', 'app/src/new', 'new', 'file src/new 2'],
    ['gone', 'app/src/b', undefined, 'file src/b 2'],
    ['edited in a named context', 'lib/l', 'other', 'file lib:l 3'],
  ])('name a file that is %s, and no other that changed', async (_, path, content, expected) => {
    write('app/elsewhere', 'changed');
    rmSync(join(folder, 'app/src/notes.md'));
    if (content === undefined) rmSync(join(folder, path));
    else write(path, content);
    expect(await reasons()).toEqual([expected]);
  });

  it('name it where the project is reached by way of a link', async () => {
    write('app/src/a', 'other');
    expect(await reasons(join(work, 'linked'))).toEqual(['file src/a 2']);
  });

  it('give no line to a group of instructions', async () => {
    write('app/Dockerfile', `${FILES['app/Dockerfile']}LABEL c=d\n`);
    expect(await reasons()).toEqual(['instruction Dockerfile null']);
  });
});
