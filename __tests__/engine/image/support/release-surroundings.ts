/** An engine, a registry that behaves as ECR does, and projects that the command is run on as a user runs it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImagesLock, LockedImage } from '../../../../lambdas/locks/images-lock';
import {
  type DockerEngine,
  type DockerEngineOptions,
  startDockerEngine,
  startRegistry,
} from '../../support/docker-engine';
import { type EcrFront, startEcrFront } from './ecr-front';

const LAUNCHER = join(__dirname, '..', '..', '..', '..', 'scripts', 'cli', 'warmpath.cjs');
export const CREDENTIALS = 'AWS:a-token-that-is-secret';

export interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

export interface Project {
  readonly folder: string;
  /** Writes a file below the folder. */
  write(path: string, content: string): void;
  /** Starts `warmpath image …` there. */
  start(...args: readonly string[]): Run;
  /** Runs `warmpath image … --json`, which must succeed, and returns what it says of the image. */
  json(...args: readonly string[]): Promise<ImageResult>;
  lock(): LockedImage;
}

/** The fields of `--json` that are looked at; which are there depends on the command. */
export interface ImageResult {
  readonly decision: string;
  readonly outcome: string;
  readonly key: string;
  readonly tag: string;
  readonly digest: string;
  readonly previousDigest: string | null;
  readonly reasons: readonly { readonly kind: string; readonly name: string; readonly line: number | null }[];
  readonly warnings: readonly string[];
  /** Of `build`. */
  readonly steps: readonly { readonly name: string; readonly cached: boolean }[];
}

export interface StoredManifest {
  readonly mediaType: string;
  /** Of an image; empty for an index. */
  readonly layers: readonly { readonly digest: string }[];
  readonly body: Buffer;
}

export interface ReleaseSurroundings {
  readonly work: string;
  /** Temporary folder of the commands. */
  readonly temporary: string;
  readonly engine: DockerEngine;
  readonly front: EcrFront;
  /** A folder with an image `app` whose Dockerfile runs one step; `fields` are those of `images.json`. */
  project(name: string, fields?: object): Project;
  /** Pushes a base of one file; returns its reference, `…/base-NAME:TAG`. */
  base(name: string, content: string, tag?: string): Promise<string>;
  /** What the registry has at a tag or digest. */
  manifest(repository: string, reference: string): Promise<StoredManifest>;
  /** Lets one tag name what another does. */
  retag(repository: string, from: string, to: string): Promise<void>;
  /** Sets the registry back to how it began. */
  reset(): void;
  stop(): Promise<void>;
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const DOCKERFILE = 'FROM scratch\nCOPY main /main\nRUN --network=none ["/main"]\nCOPY src/ /src/\n';

export async function startReleaseSurroundings(
  imageStore: NonNullable<DockerEngineOptions['imageStore']>,
): Promise<ReleaseSurroundings> {
  const work = mkdtempSync(join(tmpdir(), 'warmpath-release-'));
  const temporary = join(work, 'temporary');
  mkdirSync(temporary);
  const registry = await startRegistry({ folder: join(work, 'registry') });
  const front = await startEcrFront(registry.host);
  const engine = await startDockerEngine({ imageStore });
  const program = join(work, 'main');
  writeFileSync(`${program}.c`, 'int main(void) { return 0; }\n');
  execFileSync('cc', ['-static', '-O2', '-o', program, `${program}.c`]);
  const auth = Buffer.from(CREDENTIALS).toString('base64');
  writeFileSync(
    join(engine.env['DOCKER_CONFIG'] ?? '', 'config.json'),
    JSON.stringify({ auths: { [front.host]: { auth } } }),
  );

  function project(name: string, fields: object = {}): Project {
    const folder = join(work, name);
    function write(path: string, content: string): void {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const image = { repository: `${front.host}/${name}`, context: 'app', ...fields };
    write('images.json', JSON.stringify({ images: { app: image } }));
    write('app/Dockerfile', DOCKERFILE);
    write('app/src/a.txt', 'one\n');
    copyFileSync(program, join(folder, 'app', 'main'));
    return projectIn(folder, write);
  }

  function projectIn(folder: string, write: Project['write']): Project {
    function start(...args: readonly string[]): Run {
      const child = spawn(process.execPath, [LAUNCHER, 'image', ...args], {
        cwd: folder,
        env: { ...engine.env, TMPDIR: temporary },
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
    return {
      folder,
      write,
      start,
      async json(...args) {
        const { code, out, err } = await start(...args, '--json').done;
        expect({ code, err }).toEqual({ code: 0, err: '' });
        return JSON.parse(out).images[0];
      },
      lock() {
        const lock: ImagesLock = JSON.parse(readFileSync(join(folder, 'images.lock.json'), 'utf8'));
        const entry = lock['app'];
        if (!entry) throw new Error('nothing is pinned');
        return entry;
      },
    };
  }

  async function base(name: string, content: string, tag = '1'): Promise<string> {
    const folder = join(work, `base-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'content'), content);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY content /\n');
    const reference = `${front.host}/base-${name}:${tag}`;
    await engine.docker('buildx', 'build', '--provenance=false', '--push', '-t', reference, folder);
    return reference;
  }

  /** Past the front, so that what a test sets there does not meet it. */
  function manifestUrl(repository: string, reference: string): string {
    return `http://${registry.host}/v2/${repository}/manifests/${reference}`;
  }

  async function manifest(repository: string, reference: string): Promise<StoredManifest> {
    const response = await fetch(manifestUrl(repository, reference), { headers: { accept: MANIFESTS } });
    const body = Buffer.from(await response.arrayBuffer());
    const { layers = [] } = JSON.parse(body.toString('utf8'));
    return { mediaType: response.headers.get('content-type') ?? '', layers, body };
  }

  async function retag(repository: string, from: string, to: string): Promise<void> {
    const { mediaType, body } = await manifest(repository, from);
    const response = await fetch(manifestUrl(repository, to), {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: new Uint8Array(body),
    });
    expect(response.status).toBe(201);
  }

  function reset(): void {
    front.before = () => 'pass';
    front.credentials = CREDENTIALS;
    front.immutable = true;
    front.archived.clear();
  }
  reset();

  return {
    work,
    temporary,
    engine,
    front,
    project,
    base,
    manifest,
    retag,
    reset,
    async stop() {
      await engine.stop();
      await front.close();
      await registry.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
