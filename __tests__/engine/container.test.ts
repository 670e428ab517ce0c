/** The container image of the service, built from the package as its README says, under a real engine. */
import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { packCommandLine } from '../../scripts/build/pack/command-line';
import { startLoopbackCdn } from '../../scripts/loopback-cdn';
import { until } from '../support/until';
import { type DockerEngine, startDockerEngine, startRegistry } from './support/docker-engine';
import { composePlugin } from './support/engine-binaries';
import { importNodeBase, pushEmptyBase } from './support/node-base';

const ROOT = join(__dirname, '..', '..');
const CONTAINER = join(ROOT, 'packaging', 'container');
const LAUNCHER = join(ROOT, 'scripts', 'cli', 'warmpath.cjs');
const BASE = 'base:local';
const IMAGE = 'warmpath:test';
const KEY = '0123456789abcdefghij0123';
/** Bytes that the package may add to its base. */
const MOST_ADDED_BYTES = 20e6;

let work: string;
let engine: DockerEngine;
let packed: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'warmpath-container-'));
  packed = join(work, 'dist', 'npm');
  await packCommandLine(packed);
  engine = await startDockerEngine({ imageStore: 'containerd' });
  symlinkSync(composePlugin(), join(engine.env['DOCKER_CONFIG'] ?? '', 'cli-plugins', 'docker-compose'));
  await importNodeBase(engine, BASE);
  const flags = ['--provenance=false', '--network=none', '--build-arg', `BASE=${BASE}`];
  await engine.docker('buildx', 'build', ...flags, '-f', join(CONTAINER, 'Dockerfile'), '-t', IMAGE, packed);
});
afterAll(async () => {
  await engine?.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Runs JavaScript in a container, and returns what it printed. */
async function inside(container: string, script: string): Promise<unknown> {
  return JSON.parse(await engine.docker('exec', container, 'node', '-p', `JSON.stringify(${script})`));
}

async function state(container: string): Promise<{ readonly ExitCode: number; readonly OOMKilled: boolean }> {
  return JSON.parse(await engine.docker('inspect', '--format', '{{json .State}}', container));
}

describe('the image', () => {
  it('adds little to its base, runs as nobody, and keeps its state in a volume', async () => {
    const [image, base] = JSON.parse(await engine.docker('image', 'inspect', IMAGE, BASE));
    expect(image.Size - base.Size).toBeLessThan(MOST_ADDED_BYTES);
    expect(image.Config).toMatchObject({
      User: '65532:65532',
      Volumes: { '/data': {} },
      WorkingDir: '/data',
      Entrypoint: ['node', '/opt/warmpath/package/scripts/cli/packed-warmpath.cjs'],
    });
    expect(image.Config.Healthcheck.Test[0]).toBe('CMD');
  });

  it('is refused without a key in one sentence', async () => {
    const run = engine.docker('run', '--rm', '--network=none', '--read-only', IMAGE);
    await expect(run).rejects.toThrow(
      /--api-key-file: got \/run\/secrets\/warmpath-api-key, which cannot be read/,
    );
  });

  it('is the same digest wherever `warmpath image` builds it from the same package', async () => {
    const registry = await startRegistry({ folder: join(work, 'registry') });
    try {
      await pushEmptyBase(engine, `${registry.host}/base:1`);
      async function release(name: string): Promise<string> {
        const folder = join(work, name);
        cpSync(CONTAINER, join(folder, 'packaging', 'container'), { recursive: true });
        cpSync(packed, join(folder, 'dist', 'npm'), { recursive: true });
        utimesSync(join(folder, 'dist', 'npm', `warmpath-${version}.tgz`), 0, name.length * 1e8);
        const file = join(folder, 'packaging', 'container', 'images.json');
        const { images } = JSON.parse(readFileSync(file, 'utf8'));
        Object.assign(images.warmpath, {
          repository: `${registry.host}/${name}`,
          args: { BASE: `${registry.host}/base:1` },
          platforms: ['linux/amd64'],
        });
        writeFileSync(file, JSON.stringify({ images }));
        const child = spawn(process.execPath, [LAUNCHER, 'image', 'release', '--json'], {
          cwd: join(folder, 'packaging', 'container'),
          env: engine.env,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let [out, err] = ['', ''];
        child.stdout.on('data', (text) => {
          out += text;
        });
        child.stderr.on('data', (text) => {
          err += text;
        });
        const code = await new Promise((resolve) => child.on('close', resolve));
        expect({ code, err }).toEqual({ code: 0, err: '' });
        return JSON.parse(out).images[0].digest;
      }
      const first = await release('one');
      await engine.docker('builder', 'prune', '-af');
      expect(await release('other')).toBe(first);
    } finally {
      await registry.stop();
    }
  });
});

describe('compose.yaml', () => {
  let folder: string;

  function compose(...args: readonly string[]): Promise<string> {
    const files = ['-f', join(folder, 'compose.yaml'), '-f', join(folder, 'no-network.yaml')];
    return engine.docker('compose', '--project-name', 'test', ...files, ...args);
  }

  beforeAll(() => {
    folder = join(work, 'compose');
    cpSync(CONTAINER, folder, { recursive: true });
    mkdirSync(join(folder, 'secrets'), { mode: 0o700 });
    writeFileSync(join(folder, 'secrets', 'warmpath-api-key'), `${KEY}\n`, { mode: 0o644 });
    // The engine of the tests has no bridge.
    writeFileSync(
      join(folder, 'no-network.yaml'),
      `services: { warmpath: { image: '${IMAGE}', network_mode: none, ports: !reset [] } }\n`,
    );
  });

  it('starts a healthy service with a root that nothing can be written to, which asks for its key', async () => {
    await compose('up', '--wait', '--quiet-pull');
    const container = await compose('ps', '--quiet', 'warmpath');
    expect(
      await inside(
        container,
        '[process.getuid(), fs.statSync("/data").mode & 0o777, fs.statSync("/data").uid]',
      ),
    ).toEqual([65_532, 0o700, 65_532]);
    await expect(inside(container, 'fs.writeFileSync("/opt/x", "")')).rejects.toThrow(/EROFS/);
    const statuses = `Promise.all([{}, { 'x-api-key': '${KEY}' }].map((headers) =>
      fetch('http://127.0.0.1:8080/requests', { headers }).then(({ status }) => status))).then((all) => console.log(JSON.stringify(all)))`;
    expect(JSON.parse(await engine.docker('exec', container, 'node', '-e', statuses))).toEqual([403, 200]);
    await compose('stop');
    expect(await state(container)).toMatchObject({ ExitCode: 0, OOMKilled: false });
    await compose('down');
  });
});

describe('docker stop', () => {
  it('lets slices underway end within its ten seconds, and the next container goes on with the volume', async () => {
    await using cdn = await startLoopbackCdn({ pops: ['FRA56-P4'], originDelayMs: 100 });
    const urls = Array.from({ length: 400 }, (_, index) => `https://${cdn.distributionDomain}/o/${index}`);
    const key = join(work, 'key');
    writeFileSync(key, `${KEY}\n`, { mode: 0o644 });
    async function start(): Promise<{ readonly container: string; readonly url: string }> {
      const mounts = [
        '-v',
        'state:/data',
        '-v',
        `${cdn.caFile}:/ca.pem:ro`,
        '-v',
        `${key}:/run/secrets/key:ro`,
      ];
      const edges = ['--resolver', cdn.resolver, '--edge-port', `${cdn.edgePort}`, '--ca', '/ca.pem'];
      const serve = [
        'prewarm',
        'serve',
        '--port',
        '0',
        '--data-dir',
        '/data',
        '--api-key-file',
        '/run/secrets/key',
      ];
      const flags = ['-d', '--network=host', '--read-only', '--user', '65532', '--no-healthcheck'];
      const container = await engine.docker('run', ...flags, ...mounts, IMAGE, ...serve, ...edges);
      let url = '';
      await until(async () => {
        url = /listening on (\S+)/.exec(await engine.docker('logs', container))?.[1] ?? '';
        return url !== '';
      });
      return { container, url };
    }
    async function ask(url: string, path: string, body?: object) {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${url}${path}`, { ...init, headers: { 'x-api-key': KEY } });
      return (await response.json()) as Record<string, unknown>;
    }

    const first = await start();
    const { request_id: id } = await ask(first.url, '/prewarm', {
      ...{ url_list: urls, cf_domain: cdn.distributionDomain, target_type: 'pop', pops: ['FRA56-P4'] },
      ...{ timeout: 30, header: [], instance_count: 1 },
    });
    await until(() => Promise.resolve(cdn.originRequests > 20));
    await engine.docker('stop', first.container);
    expect(await state(first.container)).toMatchObject({ ExitCode: 0 });

    const second = await start();
    let status: Record<string, unknown> = {};
    await until(async () => {
      status = await ask(second.url, `/prewarm?req_id=${id}`);
      return status['status'] === 'FINISHED';
    });
    expect(status).toMatchObject({ download_count: 400, total_count: 400 });
    expect(cdn.pop('FRA56-P4').storedObjects).toBe(400);
    await engine.docker('stop', second.container);
    expect(await state(second.container)).toMatchObject({ ExitCode: 0 });
  });
});
