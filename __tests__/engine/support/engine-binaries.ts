/**
 * Finds a Docker engine and a registry for tests: those on PATH, else Debian's packages unpacked into a private
 * folder (nothing is installed on the machine). The unpacked folder is kept in the temporary directory and reused.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** bookworm's engine (20.10) lacks `--metadata-file`; trixie's also runs on bookworm's C library. */
const ENGINE_RELEASE = 'trixie';
const FROM_ENGINE_RELEASE = ['docker.io', 'docker-cli', 'containerd', 'docker-buildx', 'docker-registry'];
/** Linked against a newer C library in trixie, so these come from the machine's own release. */
const FROM_OWN_RELEASE = ['runc', 'tini'];

export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}

export interface EngineBinaries {
  /** Folders to put before PATH. */
  readonly path: string;
  /** The buildx plugin, where there is one. */
  readonly buildxPlugin: string | undefined;
}

function onPath(binary: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, binary)));
}

function under(root: string): EngineBinaries {
  const plugin = join(root, 'usr/libexec/docker/cli-plugins/docker-buildx');
  return {
    path: [join(root, 'usr/bin'), join(root, 'usr/sbin')].join(delimiter),
    buildxPlugin: existsSync(plugin) ? plugin : undefined,
  };
}

/** The machine's own Debian sources, pointed at the release that has the engine. */
function engineSources(): string {
  const file = '/etc/apt/sources.list.d/debian.sources';
  if (!existsSync(file))
    throw new EngineUnavailable('no Docker engine on PATH and no Debian sources to take one from');
  return readFileSync(file, 'utf8').replace(/\b(bookworm|trixie)\b/g, ENGINE_RELEASE);
}

/** Downloads packages of the engine's release, and of the machine's own, and unpacks them to `<folder>/root`. */
function download(
  folder: string,
  fromEngineRelease: readonly string[],
  fromOwnRelease: readonly string[],
): void {
  for (const sub of ['sources', 'lists/partial', 'cache/archives/partial', 'packages']) {
    mkdirSync(join(folder, sub), { recursive: true });
  }
  writeFileSync(join(folder, 'sources/engine.sources'), engineSources());
  const options = [
    ['Dir::Etc::sourcelist', '/dev/null'],
    ['Dir::Etc::sourceparts', join(folder, 'sources')],
    ['Dir::State::lists', join(folder, 'lists')],
    ['Dir::Cache', join(folder, 'cache')],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const packages = join(folder, 'packages');
  function run(args: readonly string[]) {
    return execFileSync('apt-get', ['-qq', ...args], { cwd: packages, stdio: 'pipe', timeout: 180_000 });
  }
  run([...options, 'update']);
  run([...options, 'download', ...fromEngineRelease]);
  if (fromOwnRelease.length > 0) run(['download', ...fromOwnRelease]);
  for (const file of readdirSync(packages)) {
    execFileSync('dpkg', ['-x', join(packages, file), join(folder, 'root')], { stdio: 'pipe' });
  }
}

/** Throws EngineUnavailable with one sentence when this machine can offer none. */
export function engineBinaries(): EngineBinaries {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new EngineUnavailable('a Docker engine of our own needs Linux and root');
  }
  if (['dockerd', 'containerd', 'docker', 'docker-registry'].every(onPath)) return under('/');
  return under(unpacked(`warmpath-engine-${ENGINE_RELEASE}`, FROM_ENGINE_RELEASE, FROM_OWN_RELEASE));
}

const COMPOSE = 'usr/libexec/docker/cli-plugins/docker-compose';

/** Returns the path of the compose plugin. @throws EngineUnavailable */
export function composePlugin(): string {
  if (existsSync(join('/', COMPOSE))) return join('/', COMPOSE);
  return join(unpacked(`warmpath-compose-${ENGINE_RELEASE}`, ['docker-compose'], []), COMPOSE);
}

/** Returns the folder that packages are unpacked to: once, for all who come later. */
function unpacked(
  name: string,
  fromEngineRelease: readonly string[],
  fromOwnRelease: readonly string[],
): string {
  const ready = join(tmpdir(), name);
  if (existsSync(ready)) return ready;
  const unpacking = `${ready}.${process.pid}`;
  try {
    download(unpacking, fromEngineRelease, fromOwnRelease);
    renameSync(join(unpacking, 'root'), ready);
  } catch (cause) {
    throw new EngineUnavailable(`no ${name} here, and Debian has not given one`, { cause });
  } finally {
    rmSync(unpacking, { recursive: true, force: true });
  }
  return ready;
}
