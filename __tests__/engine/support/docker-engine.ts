/** A Docker engine and registries of a test's own: private folders, private socket, loopback ports, ended by process id. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type EngineBinaries, engineBinaries } from './engine-binaries';

const run = promisify(execFile);

export interface DockerEngine {
  readonly socketPath: string;
  /** Environment in which `docker` and `docker buildx` speak to this engine and no other. */
  readonly env: NodeJS.ProcessEnv;
  /** How `buildx` is started: its program itself, or by way of `docker`, which takes twice as long. */
  readonly buildx: readonly [program: string, ...args: string[]];
  /** Runs `docker …` and returns what it printed; throws with its standard error. */
  docker(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface DockerEngineOptions {
  /** Registries reached without TLS, such as `127.0.0.1:5000`; loopback is always among them. */
  readonly insecureRegistries?: readonly string[];
  /** @default 'classic' */
  readonly imageStore?: 'classic' | 'containerd';
  /** Where images are kept. @default a folder of the engine's own, removed when it stops */
  readonly dataRoot?: string;
}

/** The time-out ends what hangs. */
async function until(ready: () => Promise<boolean>, what: string, timeoutMs = 600_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} was not ready within ${timeoutMs} ms`);
    await sleep(50);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), 120_000);
  await ended;
  clearTimeout(killed);
}

/** A port nobody listens on; a registry binds it a moment later. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function clientConfig(folder: string, binaries: EngineBinaries): string {
  const config = join(folder, 'config');
  mkdirSync(join(config, 'cli-plugins'), { recursive: true });
  writeFileSync(join(config, 'config.json'), '{}');
  if (binaries.buildxPlugin) symlinkSync(binaries.buildxPlugin, join(config, 'cli-plugins/docker-buildx'));
  return config;
}

/** A container in the host's network leaves a mount behind that no folder can be removed with. */
function unmountNetworks(folder: string): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    spawnSync('umount', ['--lazy', join(folder, name)], { stdio: 'ignore' });
}

/** Starts an engine without any bridge network: containers run with `--network none` or `host`. */
export async function startDockerEngine(options: DockerEngineOptions = {}): Promise<DockerEngine> {
  const binaries = engineBinaries();
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const configFile = join(folder, 'daemon.json');
  writeFileSync(
    configFile,
    JSON.stringify({ features: { 'containerd-snapshotter': options.imageStore === 'containerd' } }),
  );
  const env = {
    ...process.env,
    PATH: `${binaries.path}${delimiter}${process.env['PATH'] ?? ''}`,
    DOCKER_HOST: `unix://${socketPath}`,
    DOCKER_CONFIG: clientConfig(folder, binaries),
  };
  const daemon = spawn(
    'dockerd',
    [
      '--config-file',
      configFile,
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      '--userland-proxy=false',
      '-H',
      `unix://${socketPath}`,
      '--data-root',
      options.dataRoot ?? join(folder, 'data'),
      '--exec-root',
      join(folder, 'exec'),
      '-p',
      join(folder, 'docker.pid'),
      ...(options.insecureRegistries ?? []).flatMap((registry) => ['--insecure-registry', registry]),
    ],
    { env, stdio: 'ignore' },
  );
  async function docker(...args: readonly string[]): Promise<string> {
    return (await run('docker', [...args], { env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  }
  async function stop() {
    await end(daemon);
    unmountNetworks(join(folder, 'exec', 'netns'));
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    await until(
      async () => (await docker('version', '--format', '{{.Server.Version}}')) !== '',
      'the Docker engine',
    );
  } catch (cause) {
    await stop();
    throw cause;
  }
  return {
    socketPath,
    env,
    buildx: binaries.buildxPlugin === undefined ? ['docker', 'buildx'] : [binaries.buildxPlugin],
    docker,
    stop,
  };
}

export interface Registry {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts a registry; `folder` keeps its blobs over a restart on the same `port`. */
export async function startRegistry(options: {
  readonly folder: string;
  readonly port?: number;
}): Promise<Registry> {
  const binaries = engineBinaries();
  const port = options.port ?? (await freePort());
  const config = join(options.folder, 'registry.yml');
  mkdirSync(options.folder, { recursive: true });
  writeFileSync(
    config,
    [
      'version: 0.1',
      'log: { level: error }',
      `storage: { filesystem: { rootdirectory: ${join(options.folder, 'blobs')} }, delete: { enabled: true } }`,
      `http: { addr: "127.0.0.1:${port}" }`,
      '',
    ].join('\n'),
  );
  const child = spawn('docker-registry', ['serve', config], {
    env: { ...process.env, PATH: `${binaries.path}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  });
  const host = `127.0.0.1:${port}`;
  try {
    await until(async () => (await fetch(`http://${host}/v2/`)).ok, 'the registry');
  } catch (cause) {
    await end(child);
    throw cause;
  }
  return { host, stop: () => end(child) };
}
