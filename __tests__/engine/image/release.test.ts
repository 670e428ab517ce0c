/** `warmpath image release` as a user runs it, on a real engine and a registry that behaves as ECR does. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from '../support/docker-engine';
import { type EcrFront, startEcrFront } from './support/ecr-front';

const LAUNCHER = join(__dirname, '..', '..', '..', 'scripts', 'cli', 'warmpath.cjs');
const CREDENTIALS = 'AWS:a-token-that-is-secret';

interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

describe.each(['containerd', 'classic'] as const)('release with the %s image store', (imageStore) => {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-release-'));
  let engine: DockerEngine;
  let registry: Registry;
  let front: EcrFront;

  beforeAll(async () => {
    registry = await startRegistry({ folder: join(work, 'registry') });
    front = await startEcrFront(registry.host);
    engine = await startDockerEngine({ imageStore });
    writeFileSync(join(work, 'main.c'), 'int main(void) { return 0; }\n');
    execFileSync('cc', ['-static', '-O2', '-o', join(work, 'main'), join(work, 'main.c')]);
    const auth = Buffer.from(CREDENTIALS).toString('base64');
    writeFileSync(
      join(engine.env['DOCKER_CONFIG'] ?? '', 'config.json'),
      JSON.stringify({ auths: { [front.host]: { auth } } }),
    );
  }, 240_000);
  afterAll(async () => {
    await engine?.stop();
    await front?.close();
    await registry?.stop();
    rmSync(work, { recursive: true, force: true });
  });
  beforeEach(() => {
    front.before = () => 'pass';
    front.credentials = CREDENTIALS;
    front.immutable = true;
    front.archived.clear();
  });

  /** A project of its own; the image runs one step. */
  function project(name: string, fields: object = {}): string {
    const folder = join(work, name);
    mkdirSync(join(folder, 'app', 'src'), { recursive: true });
    const image = { repository: `${front.host}/${name}`, context: 'app', ...fields };
    writeFileSync(join(folder, 'images.json'), JSON.stringify({ images: { app: image } }));
    writeFileSync(
      join(folder, 'app', 'Dockerfile'),
      'FROM scratch\nCOPY main /main\nRUN --network=none ["/main"]\nCOPY src/ /src/\n',
    );
    execFileSync('cp', [join(work, 'main'), join(folder, 'app', 'main')]);
    writeFileSync(join(folder, 'app', 'src', 'a.txt'), 'one\n');
    return folder;
  }

  function start(folder: string, ...args: readonly string[]): Run {
    const child = spawn(process.execPath, [LAUNCHER, 'image', ...args], {
      cwd: folder,
      env: engine.env,
      stdio: 'pipe',
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const done = new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve({ code, out, err }));
    });
    return { child, done };
  }

  async function json(folder: string, ...args: readonly string[]) {
    const { code, out, err } = await start(folder, ...args, '--json').done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out).images[0];
  }

  function lockOf(folder: string) {
    return JSON.parse(readFileSync(join(folder, 'images.lock.json'), 'utf8')).app;
  }

  it('builds once, pins what the registry has, and then skips', async () => {
    const folder = project('first');
    const released = await json(folder, 'release');
    expect(released.outcome).toBe('built');
    expect(lockOf(folder)).toMatchObject({ digest: released.digest, tag: released.tag, key: released.key });
    expect((await json(folder, 'plan')).decision).toBe('skip');
    const text = readFileSync(join(folder, 'images.lock.json'), 'utf8');
    expect((await json(folder, 'release')).outcome).toBe('unchanged');
    expect(readFileSync(join(folder, 'images.lock.json'), 'utf8')).toBe(text);
    await engine.docker('pull', `${front.host}/first@${released.digest}`);
  });

  it('names the file that changed, on a runner that has nothing but the lock too', async () => {
    const folder = project('named');
    await json(folder, 'release');
    writeFileSync(join(folder, 'app', 'src', 'a.txt'), 'two\n');
    expect((await json(folder, 'plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'file', name: 'src/a.txt', line: 4 }),
    ]);
    rmSync(join(folder, '.warmpath'), { recursive: true });
    expect((await json(folder, 'plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'file', name: 'COPY src/' }),
    ]);
  });

  it('goes back to an earlier image by key, and refuses what the registry does not have', async () => {
    const folder = project('back');
    const first = await json(folder, 'release');
    writeFileSync(join(folder, 'app', 'src', 'a.txt'), 'two\n');
    const second = await json(folder, 'release');
    expect(second.previousDigest).toBe(first.digest);
    expect((await json(folder, 'rollback', 'app', '--to', first.key)).digest).toBe(first.digest);
    expect(lockOf(folder).digest).toBe(first.digest);
    const missing = await start(folder, 'rollback', 'app', '--to', `sha256:${'0'.repeat(64)}`).done;
    expect(missing.code).toBe(1);
    expect(lockOf(folder).digest).toBe(first.digest);
  });

  it('repeats what was throttled or dropped, and shows no credentials', async () => {
    const folder = project('faults');
    let left = 4;
    front.before = (request) =>
      /^(?:PUT|PATCH|POST|HEAD)/.test(request) && left-- > 0 ? (left % 2 === 0 ? 429 : 'drop') : 'pass';
    const { code, out, err } = await start(folder, 'release').done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('secret');
  });

  it('pushes again what was archived', async () => {
    const folder = project('archived');
    const { tag } = await json(folder, 'release');
    front.archived.add(tag);
    expect((await json(folder, 'plan')).decision).toBe('build');
    expect(['built', 'built-same-digest']).toContain((await json(folder, 'release')).outcome);
    expect((await json(folder, 'plan')).decision).toBe('skip');
  });

  it('gives two runners that come at once one digest', async () => {
    const [one, two] = [project('race'), join(work, 'race-two')];
    execFileSync('cp', ['-a', one, two]);
    const released = await Promise.all([json(one, 'release'), json(two, 'release')]);
    expect(released[0].tag).toBe(released[1].tag);
    expect(lockOf(one).digest).toBe(lockOf(two).digest);
  });

  it('tags nothing that is over its budget', async () => {
    const folder = project('budget', { budgetBytes: 10 });
    const { code, err } = await start(folder, 'release').done;
    expect(code).toBe(1);
    expect(err).toContain('allowed: 10');
    expect(front.requests.filter((request) => request.startsWith('PUT /v2/budget/'))).toEqual([]);
  });

  it('ends in the same state after being killed at any of its requests', async () => {
    const folder = project('killed');
    const whole = front.requests.length;
    const reference = await json(project('whole'), 'release');
    const steps = front.requests.length - whole;
    for (let at = 1; at <= Math.max(20, steps); at++) {
      let seen = 0;
      const run = start(folder, 'release', '--json');
      front.before = () => {
        if (++seen === at) run.child.kill('SIGKILL');
        return 'pass';
      };
      await run.done;
    }
    front.before = () => 'pass';
    await json(folder, 'release');
    expect((await json(folder, 'release')).outcome).toBe('unchanged');
    expect(lockOf(folder).key).toBe(reference.key);
    if (imageStore === 'containerd') expect(lockOf(folder).digest).toBe(reference.digest);
  }, 600_000);
});

describe('twenty builds on an empty cache', () => {
  it('have one digest', async () => {
    const work = mkdtempSync(join(tmpdir(), 'warmpath-equal-'));
    const registry = await startRegistry({ folder: join(work, 'registry') });
    const engine = await startDockerEngine({ imageStore: 'containerd' });
    try {
      mkdirSync(join(work, 'app'));
      writeFileSync(join(work, 'app', 'Dockerfile'), 'FROM scratch\nWORKDIR /w\nCOPY . /src/\n');
      const digests = new Set<string>();
      for (let turn = 0; turn < 20; turn++) {
        writeFileSync(
          join(work, 'images.json'),
          JSON.stringify({
            images: { app: { repository: `${registry.host}/equal-${turn}`, context: 'app' } },
          }),
        );
        await engine.docker('builder', 'prune', '-af');
        const out = execFileSync(process.execPath, [LAUNCHER, 'image', 'release', '--json'], {
          cwd: work,
          env: engine.env,
          encoding: 'utf8',
        });
        digests.add(JSON.parse(out).images[0].digest);
      }
      expect(digests.size).toBe(1);
    } finally {
      await engine.stop();
      await registry.stop();
      rmSync(work, { recursive: true, force: true });
    }
  }, 600_000);
});
