/** `warmpath image release` as a user runs it, on a real engine and a registry that behaves as ECR does. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ReleaseSurroundings, startReleaseSurroundings } from './support/release-surroundings';

describe.each(['containerd', 'classic'] as const)('release with the %s image store', (imageStore) => {
  let around: ReleaseSurroundings;

  beforeAll(async () => {
    around = await startReleaseSurroundings(imageStore);
  });
  afterAll(() => around?.stop());
  beforeEach(() => around.reset());

  it('builds once, pins what the registry has, and then skips', async () => {
    const project = around.project('first');
    const released = await project.json('release');
    expect(released.outcome).toBe('built');
    expect(project.lock()).toMatchObject({ digest: released.digest, tag: released.tag, key: released.key });
    expect((await project.json('plan')).decision).toBe('skip');
    const lock = join(project.folder, 'images.lock.json');
    const text = readFileSync(lock, 'utf8');
    expect((await project.json('release')).outcome).toBe('unchanged');
    expect(readFileSync(lock, 'utf8')).toBe(text);
    await around.engine.docker('pull', `${around.front.host}/first@${released.digest}`);
  });

  it('comes to rest where the whole folder of images.json is copied, lock and state beside it', async () => {
    const project = around.project('rests', { context: '.', dockerfile: 'app/Dockerfile' });
    project.write('app/Dockerfile', 'FROM scratch\nCOPY . /all/\n');
    const released = await project.json('release');
    expect(released.outcome).toBe('built');
    expect(await project.json('release')).toMatchObject({ outcome: 'unchanged', digest: released.digest });
    project.write('app/src/a.txt', 'two\n');
    expect((await project.json('release')).outcome).toBe('built');
    expect((await project.json('plan')).decision).toBe('skip');
  });

  it('names the file that changed, on a runner that has nothing but the lock too', async () => {
    const project = around.project('named');
    await project.json('release');
    project.write('app/src/a.txt', 'two\n');
    expect((await project.json('plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'file', name: 'src/a.txt', line: 4 }),
    ]);
    rmSync(join(project.folder, '.warmpath'), { recursive: true });
    expect((await project.json('plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'file', name: 'COPY src/' }),
    ]);
  });

  it('goes back to an earlier image by key, and refuses what the registry does not have', async () => {
    const project = around.project('back');
    const first = await project.json('release');
    project.write('app/src/a.txt', 'two\n');
    const second = await project.json('release');
    expect(second.previousDigest).toBe(first.digest);
    expect((await project.json('rollback', 'app', '--to', first.key)).digest).toBe(first.digest);
    expect(project.lock().digest).toBe(first.digest);
    const missing = await project.start('rollback', 'app', '--to', `sha256:${'0'.repeat(64)}`).done;
    expect(missing.code).toBe(1);
    expect(project.lock().digest).toBe(first.digest);
  });

  it('builds, pushes and pins by commands of their own, and goes back to what a commit pinned', async () => {
    const project = around.project('steps');
    function git(...args: readonly string[]): string {
      const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.com'];
      return execFileSync('git', [...author, ...args], { cwd: project.folder, encoding: 'utf8' }).trim();
    }
    const unbuilt = await project.start('pin').done;
    expect(unbuilt).toMatchObject({ code: 2, err: expect.stringContaining('is not in the registry') });
    await project.json('build');
    const pushed = await project.json('push');
    expect(pushed.outcome).toBe('pushed');
    expect(await project.json('pin')).toMatchObject({ outcome: 'pinned', digest: pushed.digest });
    expect(await project.json('pin')).toMatchObject({ outcome: 'unchanged', digest: pushed.digest });
    const pinned = project.lock();
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
    const commit = git('rev-parse', '--short', 'HEAD');
    project.write('app/src/a.txt', 'two\n');
    const second = await project.json('release');
    git('commit', '--quiet', '-a', '-m', 'two');
    expect(await project.json('rollback', 'app', '--to', commit)).toMatchObject({
      ...{ outcome: 'pinned', digest: pushed.digest, previousDigest: second.digest },
    });
    expect(project.lock()).toEqual(pinned);
    expect((await project.start('rollback', 'app', '--to', '0'.repeat(40)).done).code).toBe(2);
  });

  it('is seen by disk in exact bytes, with an exit code for each verdict', async () => {
    const project = around.project('seen');
    const { digest } = await project.json('release');
    await around.engine.docker('pull', `${around.front.host}/seen@${digest}`);
    for (const [limits, verdict, code] of [
      [['--warn', '100%', '--fail', '100%'], 'ok', 0],
      [['--warn', '0%', '--fail', '100%'], 'warn', 0],
      [['--warn', '0%', '--fail', '0%'], 'fail', 1],
    ] as const) {
      const ran = await project.start('disk', '--json', ...limits).done;
      expect({ code: ran.code, err: ran.err }).toEqual({ code, err: '' });
      const seen = JSON.parse(ran.out);
      expect(seen).toMatchObject({ command: 'disk', verdict, repositories: [] });
      expect(seen.imagesBytes).toBeGreaterThan(0);
      expect(seen.usedShare).toBeGreaterThan(0);
    }
    const { trend } = JSON.parse((await project.start('disk', '--json').done).out);
    expect(trend).toHaveLength(4);
  });

  it('prunes an earlier image that was pulled by digest, and none that is pinned', async () => {
    const project = around.project('pruned');
    // An image of the same content in another repository would be somebody else's too.
    project.write('app/src/a.txt', `${imageStore}, earlier\n`);
    const { digest: earlier } = await project.json('release');
    project.write('app/src/a.txt', `${imageStore}, pinned\n`);
    const { digest: pinned } = await project.json('release');
    const repository = `${around.front.host}/pruned`;
    for (const digest of [earlier, pinned]) await around.engine.docker('pull', `${repository}@${digest}`);
    const { code, err } = await project.start('prune', '--keep', '0B', '--yes').done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    await around.engine.docker('image', 'inspect', `${repository}@${pinned}`);
    await expect(around.engine.docker('image', 'inspect', `${repository}@${earlier}`)).rejects.toThrow();
  });

  it('repeats what was throttled or dropped, and shows no credentials', async () => {
    const project = around.project('faults');
    let left = 4;
    around.front.before = (request) =>
      /^(?:PUT|PATCH|POST|HEAD)/.test(request) && left-- > 0 ? (left % 2 === 0 ? 429 : 'drop') : 'pass';
    const { code, out, err } = await project.start('release').done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('secret');
  });

  it('pushes again what was archived', async () => {
    const project = around.project('archived');
    const { tag } = await project.json('release');
    around.front.archived.add(tag);
    expect((await project.json('plan')).decision).toBe('build');
    expect(['built', 'built-same-digest']).toContain((await project.json('release')).outcome);
    expect((await project.json('plan')).decision).toBe('skip');
  });

  it('pins the digest of its own repository, whichever the engine names first for an image of equal content', async () => {
    const other = around.project('a-first');
    const { digest } = await other.json('release');
    await around.engine.docker('pull', `${around.front.host}/a-first@${digest}`);
    const project = around.project('own');
    const released = await project.json('release');
    expect(project.lock()).toMatchObject({ repo: `${around.front.host}/own`, digest: released.digest });
    await around.engine.docker('pull', `${around.front.host}/own@${released.digest}`);
    const pruned = await project.start('prune', '--yes').done;
    expect(pruned).toMatchObject({ code: 0, err: '' });
    // Other people's names are on it as well.
    await around.engine.docker('image', 'inspect', `${around.front.host}/a-first@${digest}`);
  });

  it('removes the copy of the credentials, and the build, when it is ended', async () => {
    const project = around.project('ended');
    let written: readonly string[] | undefined;
    const run = project.start('release');
    around.front.before = () => {
      if (written === undefined) run.child.kill('SIGTERM');
      written ??= readdirSync(around.temporary);
      return 'pass';
    };
    expect((await run.done).code).toBe(143);
    expect(written).toEqual([expect.stringMatching(/^warmpath-docker-config-/)]);
    expect(readdirSync(around.temporary)).toEqual([]);
  });

  it('gives two runners that come at once one digest', async () => {
    const one = around.project('race');
    const two = around.project('race-two', { repository: `${around.front.host}/race` });
    const released = await Promise.all([one.json('release'), two.json('release')]);
    expect(released[0].tag).toBe(released[1].tag);
    expect(one.lock().digest).toBe(two.lock().digest);
  });

  it('tags nothing that is over its budget', async () => {
    const project = around.project('budget', { budgetBytes: 10 });
    const { code, err } = await project.start('release').done;
    expect(code).toBe(1);
    expect(err).toContain('allowed: 10');
    expect(around.front.requests.filter((request) => request.startsWith('PUT /v2/budget/'))).toEqual([]);
  });

  it('ends in the same state after being killed at any of its requests', async () => {
    const project = around.project('killed');
    const whole = around.front.requests.length;
    const reference = await around.project('whole').json('release');
    const steps = around.front.requests.length - whole;
    // The classic store's pushes are the engine's own: a sample is enough.
    const every = imageStore === 'classic' ? 5 : 1;
    for (let at = 1; at <= Math.max(20, steps); at += every) {
      let seen = 0;
      const run = project.start('release', '--json');
      around.front.before = () => {
        if (++seen === at) run.child.kill('SIGKILL');
        return 'pass';
      };
      await run.done;
    }
    around.front.before = () => 'pass';
    await project.json('release');
    expect((await project.json('release')).outcome).toBe('unchanged');
    expect(project.lock().key).toBe(reference.key);
    if (imageStore === 'containerd') expect(project.lock().digest).toBe(reference.digest);
  });
});

describe('what makes an image of equal content another one', () => {
  let around: ReleaseSurroundings;

  beforeAll(async () => {
    around = await startReleaseSurroundings('containerd');
  });
  afterAll(() => around?.stop());
  beforeEach(() => around.reset());

  it('is none of twenty builds on an empty cache', async () => {
    const digests = new Set<string>();
    for (let turn = 0; turn < 20; turn++) {
      const project = around.project(`equal-${turn}`);
      project.write('app/Dockerfile', 'FROM scratch\nWORKDIR /w\nCOPY src /src/\n');
      await around.engine.docker('builder', 'prune', '-af');
      digests.add((await project.json('release')).digest);
    }
    expect(digests.size).toBe(1);
  });

  it('is no attestation: the tag names one plain manifest', async () => {
    const project = around.project('plain');
    const { tag } = await project.json('release');
    expect((await around.manifest('plain', tag)).mediaType).toBe(
      'application/vnd.oci.image.manifest.v1+json',
    );
  });

  it('is no input that never reaches it: the key moves, the digest does not', async () => {
    const project = around.project('discarded');
    project.write('app/src/b.txt', 'one\n');
    project.write(
      'app/Dockerfile',
      'FROM scratch AS all\nCOPY src/ /src/\nFROM scratch\nCOPY --from=all /src/a.txt /\n',
    );
    const first = await project.json('release');
    project.write('app/src/b.txt', 'two\n');
    const second = await project.json('release');
    expect(second).toMatchObject({ outcome: 'built-same-digest', digest: first.digest });
    expect(project.lock()).toMatchObject({ digest: first.digest, key: second.key });
    expect(second.key).not.toBe(first.key);
    expect((await project.json('plan')).decision).toBe('skip');
  });

  it('are permission bits of folders, which the cache of the builder does not see', async () => {
    const project = around.project('modes');
    project.write('app/src/sub/b.txt', 'b\n');
    const first = await project.json('release');
    execFileSync('chmod', ['700', join(project.folder, 'app/src/sub')]);
    const second = await project.json('release');
    expect(second.outcome).toBe('built');
    expect(second.digest).not.toBe(first.digest);
  });

  it('is not a builder that was wiped, where a registry keeps its cache', async () => {
    around.front.immutable = false;
    const project = around.project('cached', { cache: `${around.front.host}/cached-cache:main` });
    await project.json('release');
    await around.engine.docker('builder', 'prune', '-af');
    const earlier = around.front.requests.length;
    await project.json('build');
    // What is in the cache is fetched from there, not made again.
    expect(around.front.requests.slice(earlier)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^GET \/v2\/cached-cache\/blobs\/sha256:/)]),
    );
  });

  it('is not a file that changes while it is built: nothing is tagged', async () => {
    const base = await around.base('changing', 'one');
    const project = around.project('changing');
    project.write('app/Dockerfile', `FROM ${base}\nCOPY src/ /src/\n`);
    around.front.before = (request) => {
      // The builder asks by digest, once the key has been made.
      if (/ \/v2\/base-changing\/manifests\/sha256:/.test(request))
        project.write('app/src/a.txt', 'meanwhile\n');
      return 'pass';
    };
    const { code, err } = await project.start('release').done;
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('changed while it was built') });
    expect(around.front.requests.filter((request) => request.startsWith('PUT /v2/changing/'))).toEqual([]);
  });

  it('is not a base whose tag moves while it is built; the next plan names it', async () => {
    around.front.immutable = false;
    const base = await around.base('moving', 'one');
    // With fixed times, engines before 28 write layers of the base anew.
    const project = around.project('moving', { reproducible: false });
    project.write('app/Dockerfile', `FROM ${base}\nCOPY src/ /src/\n`);
    const [layer] = (await around.manifest('base-moving', '1')).layers;
    await around.base('moving', 'two', '2');
    let moved: Promise<void> | undefined;
    around.front.before = (request) => {
      if (/ \/v2\/base-moving\/manifests\/sha256:/.test(request))
        moved ??= around.retag('base-moving', '2', '1');
      return 'pass';
    };
    const { tag } = await project.json('release');
    await moved;
    expect(moved).toBeDefined();
    expect((await around.manifest('moving', tag)).layers[0]?.digest).toBe(layer?.digest);
    around.front.before = () => 'pass';
    expect((await project.json('plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'base', name: base, line: 1 }),
    ]);
  });

  it('are its platforms: the index is pinned, and each of them noted', async () => {
    const project = around.project('platforms', { platforms: ['linux/amd64', 'linux/arm64'] });
    project.write('app/Dockerfile', 'FROM scratch\nARG TARGETARCH\nCOPY src/ /src/\n');
    const { tag, digest } = await project.json('release');
    const index = await around.manifest('platforms', tag);
    expect(index.mediaType).toBe('application/vnd.oci.image.index.v1+json');
    expect(project.lock()).toMatchObject({ digest });
    expect(Object.keys(project.lock().platforms ?? {})).toEqual(['linux/amd64', 'linux/arm64']);
    expect(new Set(Object.values(project.lock().platforms ?? {})).size).toBe(2);
  });
});
