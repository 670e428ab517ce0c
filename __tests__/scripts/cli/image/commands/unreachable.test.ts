/** A registry that cannot be asked: `plan` builds and warns, `release` stops before a build, `plan --offline` asks the lock. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import timers from 'node:timers/promises';
import type * as z from 'zod';
import { plan } from '../../../../../scripts/cli/image/commands/plan';
import { release } from '../../../../../scripts/cli/image/commands/release';
import type { planJson } from '../../../../../scripts/cli/image/output/json-results';
import { closing } from '../../../../support/closing';
import { startFakeEngine } from '../support/fake-engine';
import { runCommand } from '../support/run-command';

type Mode = 'has' | 'absent' | 'denied' | 'fails' | 'drops' | 'is a proxy';

const TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = '{"architecture":"amd64","os":"linux"}';

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: TYPE,
  config: {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(CONFIG),
    size: CONFIG.length,
  },
  layers: [],
});

/** Has one image under every tag, or behaves as its mode says. */
async function startRegistry() {
  const server = createServer((request, response) => {
    const { mode } = registry;
    if (mode === 'drops') return void request.socket.destroy();
    if (mode === 'denied') return void response.writeHead(403).end();
    if (mode === 'fails') return void response.writeHead(503, { 'retry-after': '0' }).end();
    if (mode === 'absent') return void response.writeHead(404).end();
    if (mode === 'is a proxy')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
    if (request.url?.includes('/blobs/')) return void response.writeHead(200).end(CONFIG);
    response
      .writeHead(200, { 'content-type': TYPE, 'docker-content-digest': digestOf(MANIFEST) })
      .end(request.method === 'HEAD' ? '' : MANIFEST);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const registry = {
    mode: 'has' as Mode,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}

const folders: string[] = [];

beforeAll(() => {
  // The waits between attempts pass at once.
  jest.spyOn(timers, 'setTimeout').mockImplementation(() => timers.setImmediate());
});
afterAll(() => {
  jest.restoreAllMocks();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function project(host: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-unreachable-'));
  folders.push(folder);
  mkdirSync(join(folder, 'app', 'src'), { recursive: true });
  writeFileSync(join(folder, 'app', 'Dockerfile'), 'FROM scratch\nARG MODE=a\nCOPY src/ /src/\n');
  writeFileSync(join(folder, 'app', 'src', 'a'), 'one');
  writeFileSync(
    join(folder, 'images.json'),
    JSON.stringify({ images: { app: { repository: `${host}/app`, context: 'app' } } }),
  );
  return folder;
}

async function planned(folder: string, { offline = false, detailedExitcode = false } = {}) {
  const { code, json } = await runCommand<z.infer<typeof planJson>>(() =>
    plan({ file: join(folder, 'images.json'), names: [], json: true, offline, detailedExitcode }),
  );
  const [image] = json.images;
  if (!image) throw new Error('no image was planned');
  return { code, ...image };
}

async function released(folder: string) {
  await using engine = closing(await startFakeEngine({ usage: {} }));
  const { error, code } = await runCommand(
    () => release({ file: join(folder, 'images.json'), names: [], json: true }),
    engine.env,
  ).then(
    (ran) => ({ code: ran.code, error: undefined }),
    (failure: unknown) => ({ code: undefined, error: String(failure) }),
  );
  return { error, code, started: engine.started() };
}

describe.each<Mode>(['denied', 'fails', 'drops', 'is a proxy'])('a registry that %s', (mode) => {
  it('makes plan build, with a warning and exit code 0, and lets release start no build', async () => {
    await using registry = closing(await startRegistry());
    const folder = project(registry.host);
    registry.mode = mode;
    const { code, decision, warnings, digest } = await planned(folder);
    expect({ code, decision, digest }).toEqual({ code: 0, decision: 'build', digest: null });
    expect(warnings.map(({ reason }) => reason)).toEqual([expect.stringContaining(registry.host)]);
    expect(await released(folder)).toEqual({
      error: expect.stringContaining(registry.host),
      code: undefined,
      started: [],
    });
    expect(existsSync(join(folder, 'images.lock.json'))).toBe(false);
  });
});

describe('release after an outage', () => {
  it('pins what the registry has and builds nothing, and leaves the lock as it was while it is away', async () => {
    await using registry = closing(await startRegistry());
    const folder = project(registry.host);
    expect(await released(folder)).toEqual({ error: undefined, code: 0, started: [] });
    const lock = readFileSync(join(folder, 'images.lock.json'), 'utf8');
    expect(JSON.parse(lock).app.digest).toBe(digestOf(MANIFEST));
    registry.mode = 'drops';
    expect((await released(folder)).error).toContain('cannot be reached');
    registry.mode = 'has';
    expect(await released(folder)).toEqual({ error: undefined, code: 0, started: [] });
    expect(readFileSync(join(folder, 'images.lock.json'), 'utf8')).toBe(lock);
  });

  it('starts no build where a base image cannot be asked for', async () => {
    await using registry = closing(await startRegistry());
    const folder = project(registry.host);
    registry.mode = 'absent';
    writeFileSync(join(folder, 'app', 'Dockerfile'), `FROM ${registry.host}/base:1\nCOPY src/ /src/\n`);
    registry.mode = 'drops';
    expect((await released(folder)).started).toEqual([]);
  });

  it('builds once the registry has said that there is no such image', async () => {
    await using registry = closing(await startRegistry());
    const folder = project(registry.host);
    registry.mode = 'absent';
    expect((await planned(folder, { detailedExitcode: true })).code).toBe(3);
    expect((await released(folder)).started.some((line) => line.includes('buildx build'))).toBe(true);
  });
});

describe('plan --offline', () => {
  async function pinned() {
    const registry = await startRegistry();
    const folder = project(registry.host);
    await released(folder);
    await registry.close();
    return folder;
  }

  it.each([
    ['what was remembered', false],
    ['the lock alone, as on a fresh runner', true],
  ])('skips by %s, asks nobody, and says so', async (_, fresh) => {
    const folder = await pinned();
    if (fresh) rmSync(join(folder, '.warmpath'), { recursive: true, force: true });
    const { code, decision, digest, warnings } = await planned(folder, {
      offline: true,
      detailedExitcode: true,
    });
    expect({ code, decision, digest }).toEqual({ code: 0, decision: 'skip', digest: digestOf(MANIFEST) });
    expect(warnings.map(({ reason }) => reason)).toEqual([expect.stringContaining('offline')]);
  });

  it.each<[string, string, string]>([
    ['a file', 'app/src/a', 'two'],
    ['a new file', 'app/src/b', ''],
    ['an instruction', 'app/Dockerfile', 'FROM scratch\nARG MODE=b\nCOPY src/ /src/\n'],
    ['an ignore pattern', 'app/.dockerignore', 'src/a\n'],
  ])('builds for %s that changed since, and names it from the lock alone', async (_, path, content) => {
    const folder = await pinned();
    rmSync(join(folder, '.warmpath'), { recursive: true, force: true });
    writeFileSync(join(folder, path), content);
    const { code, decision, reasons } = await planned(folder, { offline: true, detailedExitcode: true });
    expect({ code, decision }).toEqual({ code: 3, decision: 'build' });
    expect(reasons.length).toBeGreaterThan(0);
  });

  it('builds where nothing is pinned', async () => {
    await using registry = closing(await startRegistry());
    expect((await planned(project(registry.host), { offline: true })).decision).toBe('build');
  });
});
