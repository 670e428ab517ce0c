import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from './support/docker-engine';

describe.each(['classic', 'containerd'] as const)('a real engine with the %s image store', (imageStore) => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-engine-test-'));
  let engine: DockerEngine;
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ folder: join(folder, 'registry') });
    engine = await startDockerEngine({ imageStore });
  });
  afterAll(async () => {
    await engine?.stop();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('builds, pushes, and pulls back by digest', async () => {
    writeFileSync(join(folder, 'hello'), 'hello');
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY hello /hello\n');
    const tag = `${registry.host}/hello:1`;
    const metadata = join(folder, 'metadata.json');
    await engine.docker(
      'buildx',
      'build',
      '--provenance=false',
      '--metadata-file',
      metadata,
      '--push',
      '-t',
      tag,
      folder,
    );
    const digest = JSON.parse(readFileSync(metadata, 'utf8'))['containerimage.digest'];
    await engine.docker('pull', `${registry.host}/hello@${digest}`);
    const digests = await engine.docker(
      'image',
      'inspect',
      '--format',
      '{{json .RepoDigests}}',
      `${registry.host}/hello@${digest}`,
    );
    expect(JSON.parse(digests)).toContain(`${registry.host}/hello@${digest}`);
  });
});
