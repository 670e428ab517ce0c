/** `prune` on an engine: what the lock or its history names, and what a container has, stays. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { BadInput } from '../../../../../scripts/cli/bad-input';
import { prune } from '../../../../../scripts/cli/image/commands/prune';
import type { pruneJson } from '../../../../../scripts/cli/image/output/json-results';
import { closing } from '../../../../support/closing';
import { type EngineAnswers, startFakeEngine } from '../support/fake-engine';
import { runCommand } from '../support/run-command';

const REPOSITORY = '127.0.0.1:5000/app';

function digest(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

function git(folder: string, ...args: readonly string[]): void {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@test', '-c', 'commit.gpgsign=false'];
  execFileSync('git', ['-C', folder, ...identity, ...args], { stdio: 'ignore' });
}

/** Pins an image of which one platform has the digest of `number + 0x1000`. */
function writeLock(folder: string, number: number): void {
  const entry = {
    ...{ repo: REPOSITORY, key: '', tag: `k-${number}`, digest: digest(number), platform: 'linux/amd64' },
    ...{ sizeBytes: 1, builtAt: '2026-11-27T00:00:00Z', commit: 'unknown' },
    platforms: { 'linux/amd64': digest(number + 0x1000) },
  };
  writeFileSync(join(folder, 'images.lock.json'), JSON.stringify({ app: entry }));
}

const folders: string[] = [];

/** A project whose lock has had the images 1, 2, … of which the last one is not committed. */
function project({ repository = REPOSITORY, versions = 1 } = {}): string {
  const commits = versions - 1;
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-prune-'));
  folders.push(folder);
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app', 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(
    join(folder, 'images.json'),
    JSON.stringify({ images: { app: { repository, context: 'app' } } }),
  );
  if (commits > 0) git(folder, 'init', '-q');
  for (let version = 1; version <= versions; version++) {
    writeLock(folder, version);
    if (version > commits) continue;
    git(folder, 'add', 'images.lock.json');
    git(folder, 'commit', '-qm', `version ${version}`);
  }
  return folder;
}

interface StoredImage {
  readonly id: number;
  readonly tags?: readonly string[];
  readonly digests?: readonly string[];
}

function usage(images: readonly StoredImage[], containers: readonly object[] = [], cacheBytes = 0): object {
  return {
    Images: images.map(({ id, tags, digests }) => ({
      ...{ Id: digest(id), Size: 100, RepoTags: tags ?? null, RepoDigests: digests ?? null },
    })),
    Containers: containers,
    BuildCache: cacheBytes === 0 ? null : [{ ID: 'c', Size: cacheBytes, InUse: false }],
  };
}

async function pruned(folder: string, answers: EngineAnswers, { yes = true, keepBytes = 1e10 } = {}) {
  await using engine = closing(await startFakeEngine(answers));
  const options = { file: join(folder, 'images.json'), names: [], json: true, ecr: false, clusters: [] };
  const { code, json } = await runCommand<z.infer<typeof pruneJson>>(
    () => prune({ ...options, yes, keepBytes }),
    engine.env,
  );
  return { code, removed: json.removed.map(({ id }) => id), kept: json.kept, started: engine.started() };
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('images that stay', () => {
  it('are those of the lock and of its last ten versions in Git, by digest, platform, or tag', async () => {
    const images = [...Array(13).keys()].map((at) => ({
      id: 500 + at,
      digests: [`${REPOSITORY}@${digest(at + 1)}`],
    }));
    const platform = { id: 600, digests: [`${REPOSITORY}@${digest(5 + 0x1000)}`] };
    const tagged = { id: 601, tags: [`${REPOSITORY}:k-6`] };
    // Twelve commits and a lock that is not committed: the first two versions are older than the last ten.
    const { removed, kept } = await pruned(project({ versions: 13 }), {
      usage: usage([...images, platform, tagged]),
    });
    expect(removed).toEqual([1, 2].map((at) => `${REPOSITORY}@${digest(at)}`));
    expect(kept).toHaveLength(13);
  });

  it('are those of a container, also of one that has ended, by id or name', async () => {
    const folder = project();
    const { removed } = await pruned(folder, {
      usage: usage(
        [
          { id: 501, tags: [`${REPOSITORY}:a`] },
          { id: 502, tags: [`${REPOSITORY}:b`] },
          { id: 503 },
          { id: 504, tags: [`${REPOSITORY}:d`] },
        ],
        [
          { Id: 'one', ImageID: digest(501), Image: 'gone' },
          { Id: 'two', ImageID: 'sha256:other', Image: `${REPOSITORY}:b` },
          { Id: 'three', ImageID: digest(503), Image: digest(503), State: 'exited' },
        ],
      ),
    });
    expect(removed).toEqual([`${REPOSITORY}:d`]);
  });

  it('are those of others, and those that others have named too', async () => {
    const { removed, kept, started } = await pruned(project(), {
      usage: usage([
        { id: 501, tags: ['postgres:17'] },
        { id: 502, tags: [`${REPOSITORY}:a`, 'mine:debug'] },
        { id: 503, tags: [`${REPOSITORY}-cache:main`] },
        { id: 504, digests: [`postgres@${digest(9)}`] },
      ]),
    });
    expect({ removed, kept, started }).toEqual({ removed: [], kept: [], started: [] });
  });

  it('are told where the engine refuses to remove them, and the others go', async () => {
    const { code, removed, kept } = await pruned(project(), {
      usage: usage([
        { id: 501, tags: [`${REPOSITORY}:a`] },
        { id: 502, tags: [`${REPOSITORY}:b`] },
      ]),
      refused: [`${REPOSITORY}:a`],
    });
    expect({ code, removed }).toEqual({ code: 0, removed: [`${REPOSITORY}:b`] });
    expect(kept).toEqual([
      { id: `${REPOSITORY}:a`, because: expect.stringContaining('a container is using') },
    ]);
  });
});

describe('images that go', () => {
  const images = usage(
    [
      { id: 501, tags: [`${REPOSITORY}:a`, `${REPOSITORY}:b`], digests: [`${REPOSITORY}@${digest(77)}`] },
      { id: 502, digests: [`${REPOSITORY}@${digest(78)}`] },
      { id: 503 },
    ],
    [],
    5e9,
  );

  it('are told only, without --yes', async () => {
    const { removed, started } = await pruned(project(), { usage: images }, { yes: false, keepBytes: 1e9 });
    expect(removed).toEqual([`${REPOSITORY}:a`, `${REPOSITORY}@${digest(78)}`, digest(503), 'build cache']);
    expect(started).toEqual([]);
  });

  it.each([['--max-used-space'], ['--keep-storage']])(
    'are removed by name, and the cache down to what is kept with %s',
    async (flag) => {
      const { started } = await pruned(project(), { usage: images, pruneHelp: flag }, { keepBytes: 1e9 });
      expect(started).toEqual([
        `image rm ${REPOSITORY}:a ${REPOSITORY}:b`,
        `image rm ${REPOSITORY}@${digest(78)}`,
        `image rm ${digest(503)}`,
        'buildx prune --help',
        `buildx prune --force ${flag} 1000000000`,
      ]);
    },
  );

  it('have no part of the cache below what is kept', async () => {
    const { removed } = await pruned(project(), { usage: usage([], [], 5e9) }, { keepBytes: 5e9 });
    expect(removed).toEqual([]);
  });

  it('are found by the short name of the engine where the file names the whole one', async () => {
    const { removed } = await pruned(project({ repository: 'docker.io/team/app' }), {
      usage: usage([{ id: 501, tags: ['team/app:old'] }]),
    });
    expect(removed).toEqual(['team/app:old']);
  });
});

describe('a history that cannot be known', () => {
  const answers = { usage: usage([{ id: 501, tags: [`${REPOSITORY}:a`] }]) };

  it('of a shallow clone deletes nothing, and names the cure', async () => {
    const whole = project({ versions: 3 });
    const clone = mkdtempSync(join(tmpdir(), 'warmpath-prune-'));
    folders.push(clone);
    execFileSync('git', ['clone', '-q', '--depth', '1', `file://${whole}`, clone], { stdio: 'ignore' });
    writeFileSync(
      join(clone, 'images.json'),
      JSON.stringify({ images: { app: { repository: REPOSITORY } } }),
    );
    await expect(pruned(clone, answers)).rejects.toThrow(/shallow clone.*fetch-depth: 0/);
  });

  it('of a repository that Git refuses deletes nothing', async () => {
    const folder = project({ versions: 2 });
    writeFileSync(join(folder, '.git', 'HEAD'), 'damaged');
    await expect(pruned(folder, answers)).rejects.toThrow(/Git cannot tell the history/);
  });

  it('of which a version is no lock deletes nothing', async () => {
    const folder = project({ versions: 2 });
    writeFileSync(join(folder, 'images.lock.json'), '<<<<<<< ours\n');
    git(folder, 'commit', '-qam', 'conflict');
    writeLock(folder, 3);
    await expect(pruned(folder, answers)).rejects.toThrow(BadInput);
  });

  it('is no obstacle where the folder is in no repository', async () => {
    expect((await pruned(project(), answers)).removed).toEqual([`${REPOSITORY}:a`]);
  });
});
