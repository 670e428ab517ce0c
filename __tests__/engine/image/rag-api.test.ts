/**
 * The example is released as its README says, on a real engine. Its bases are stand-ins from a registry of the test's own: what Python
 * and uv do is theirs, what is built again is ours.
 */
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Project,
  type ReleaseSurroundings,
  startReleaseSurroundings,
} from './support/release-surroundings';
import { pushTestBases } from './support/test-bases';

const EXAMPLE = join(__dirname, '..', '..', '..', 'examples', 'rag-api');
const TOOLS: Readonly<Record<string, string>> = {
  'apt-get': 'exit 0',
  useradd: 'exit 0',
  python: 'exit 0',
};
const UV = 'mkdir -p /opt/venv && cat pyproject.toml uv.lock > /opt/venv/installed';

describe('examples/rag-api', () => {
  let around: ReleaseSurroundings;
  let project: Project;

  beforeAll(async () => {
    around = await startReleaseSurroundings('containerd');
    around.front.immutable = false;
    const { 'busybox-1': shell = '' } = await pushTestBases(around.engine, around.front.host);
    const context = join(around.work, 'tools');
    mkdirSync(context);
    for (const [name, script] of Object.entries({ ...TOOLS, uv: UV })) {
      writeFileSync(join(context, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(context, name), 0o755);
    }
    const copies = Object.keys(TOOLS).join(' ');
    await push('python:1', [`FROM ${shell}`, `COPY ${copies} /usr/bin/`]);
    await push('python:2', [`FROM ${shell}`, `COPY ${copies} /usr/bin/`, 'LABEL moved=yes']);
    await push('uv:1', ['FROM scratch', 'COPY uv /uv']);
    project = around.project('rag-api');
    rmSync(join(project.folder, 'app'), { recursive: true });
    cpSync(EXAMPLE, project.folder, {
      recursive: true,
      filter: (path) => !/\.warmpath|lock\.json$/.test(path),
    });
    const { images } = JSON.parse(readFileSync(join(EXAMPLE, 'images.json'), 'utf8'));
    const { cache: _, ...image } = images['rag-api'];
    const contexts = {
      'python:3.12-slim-bookworm': `docker-image://${around.front.host}/python:1`,
      'ghcr.io/astral-sh/uv:0.8.22': `docker-image://${around.front.host}/uv:1`,
    };
    const repository = `${around.front.host}/rag-api`;
    project.write('images.json', JSON.stringify({ images: { app: { ...image, repository, contexts } } }));
    // The engine has no network, and so no frontend from Docker Hub.
    const dockerfile = readFileSync(join(EXAMPLE, 'Dockerfile'), 'utf8');
    project.write(
      'Dockerfile',
      dockerfile.replace(/^# syntax=.*\n/, '').replaceAll(/^RUN /gm, 'RUN --network=none '),
    );
  });
  afterAll(() => around?.stop());

  async function push(name: string, lines: readonly string[]): Promise<void> {
    const file = join(around.work, 'Dockerfile');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const flags = ['--provenance=false', '--push', '-t', `${around.front.host}/${name}`, '-f', file];
    await around.engine.docker('buildx', 'build', ...flags, join(around.work, 'tools'));
  }

  /** Steps of the Dockerfile that are run and not taken from the cache. */
  async function ran(): Promise<readonly string[]> {
    const { steps } = await project.json('build');
    return steps
      .filter(({ name, cached }) => !cached && /\] (?:RUN|COPY) /.test(name))
      .map(({ name }) => name);
  }

  it('is built once, pinned, and skipped after that, for what reaches no layer too', async () => {
    const planned = await project.json('plan');
    expect([planned.decision, planned.reasons.map(({ kind }) => kind)]).toEqual(['build', ['absent']]);
    const released = await project.json('release');
    expect(released.outcome).toBe('built');
    expect(project.lock().digest).toBe(released.digest);
    expect((await project.json('plan')).decision).toBe('skip');
    project.write('README.md', 'other');
    project.write('package.json', '{}');
    expect((await project.json('release')).outcome).toBe('unchanged');
  });

  it('runs for an edit of the sources the step that copies them, and for one of uv.lock the installation', async () => {
    project.write('src/rag_api/documents.json', '["another"]');
    expect((await project.json('plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'file', name: 'src/rag_api/documents.json' }),
    ]);
    expect(await ran()).toEqual([expect.stringContaining('COPY src/ /app/src/')]);
    expect((await project.json('release')).outcome).toBe('built');
    project.write('uv.lock', 'version = 1\n');
    expect(await ran()).toEqual(
      expect.arrayContaining([
        expect.stringContaining('uv sync'),
        expect.stringContaining('COPY --from=dependencies'),
      ]),
    );
    expect((await project.json('release')).outcome).toBe('built');
  });

  it('is built for a base that moved, which is named', async () => {
    await around.retag('python', '2', '1');
    expect((await project.json('plan')).reasons).toEqual([
      expect.objectContaining({ kind: 'base', name: `${around.front.host}/python:1` }),
    ]);
  });
});
