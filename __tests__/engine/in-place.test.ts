/** A host that follows the document of a rollout in place, on a real Docker engine and registry. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waveBucket } from '../../lambdas/image-rollout/plan/wave';
import { until } from '../support/until';
import { type DockerEngine, type Registry, startDockerEngine, startRegistry } from './support/docker-engine';
import { type FakeInstance, startFakeInstance } from './support/fake-instance';
import { type RegistryFront, startRegistryFront } from './support/registry-front';
import { documentOf, RolloutHost } from './support/rollout-host';
import { buildStaticImage } from './support/static-image';

const ID = 'i-0123456789abcdef0';

describe('a host that follows a document of images', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-in-place-'));
  let engine: DockerEngine;
  let registry: Registry;
  let front: RegistryFront;
  let instance: FakeInstance;
  let host: RolloutHost;
  const images: string[] = [];

  function image(index: number): string {
    return images[index]!;
  }
  function unknown(): string {
    return `${front.host}/ai-shell@sha256:${'0'.repeat(64)}`;
  }
  /** Publishes what the names are. */
  function publish(
    slots: Parameters<typeof documentOf>[0]['shell'],
    change: Parameters<typeof documentOf>[1] = {},
  ) {
    instance.document = documentOf({ shell: slots! }, change, (instance.document?.version ?? 0) + 1);
  }
  function isPresent(reference: string): Promise<boolean> {
    return engine.docker('image', 'inspect', reference).then(
      () => true,
      () => false,
    );
  }
  async function forgetImages(): Promise<void> {
    const ids = await engine.docker('image', 'ls', '-aq');
    if (ids) await engine.docker('image', 'rm', '-f', ...new Set(ids.split('\n')));
  }

  beforeAll(async () => {
    registry = await startRegistry({ folder: join(folder, 'registry') });
    front = await startRegistryFront(registry.host);
    instance = await startFakeInstance(ID);
    engine = await startDockerEngine();
    for (const version of ['one', 'two', 'three'])
      images.push(
        await buildStaticImage(engine, { repository: `${front.host}/ai-shell`, version, payloadMib: 8 }),
      );
    host = new RolloutHost(instance, engine, join(folder, 'host'), { ECR_REGISTRY: front.host });
  });
  afterAll(async () => {
    await engine?.stop();
    await front?.close();
    await instance?.close();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await forgetImages();
    host.forget();
    front.credentials = 'AWS:token';
    front.down = false;
    front.throttling = false;
    front.bytesPerSecond = undefined;
    front.reset();
    instance.reset();
  });
  afterEach(() => host.stopWatch());

  it('boots into service with the current image, and leaves next to its wave', async () => {
    publish({ current: image(0), next: image(1) }, { phase: 'fill', wave: waveBucket(ID) });
    const line = await host.boot('InService');
    expect(line).toMatchObject({
      result: 'ok',
      outcomes: 'pulled',
      hook: 'CONTINUE',
      generation: 1,
      stale: false,
    });
    expect(line.held).toBe(image(0));
    host.watch();
    await until(() => host.lines().length > 0);
    expect(await isPresent(image(1))).toBe(false);
    publish({ current: image(0), next: image(1) }, { phase: 'fill', wave: waveBucket(ID) + 1 });
    await until(() => host.held.includes(image(1)));
    expect(host.lines().at(-1)).toMatchObject({ generation: 2, failed: '', held: `${image(0)},${image(1)}` });
  });

  it('waits in the pool for current, next and previous, and says what it holds before it completes the hook', async () => {
    publish({ current: image(0), next: image(1), previous: image(2) }, { phase: 'fill', wave: 1 });
    await host.boot('Warmed:Stopped');
    expect(host.lines('prepull')).toEqual([
      expect.objectContaining({ held: images.join(','), hook: 'CONTINUE' }),
    ]);
    expect(instance.calls.at(-1)).toBe('CompleteLifecycleAction');
  });

  it('is held back for next where the switch is near, and only there', async () => {
    publish({ current: image(0), next: image(1) }, { phase: 'switch', wave: 100 });
    expect((await host.boot('InService')).held).toBe(`${image(0)},${image(1)}`);
  });

  it('abandons no launch for a bad next, into the pool or out of it, and says which image it could not have', async () => {
    publish({ current: image(0), next: unknown() }, { phase: 'switch', wave: 100 });
    for (const state of ['Warmed:Stopped', 'InService']) {
      const line = await host.boot(state, { PULL_TIMEOUT_SECONDS: 5 });
      expect(line).toMatchObject({ result: 'ok', hook: 'CONTINUE', failed: `${unknown()}=unknown-digest` });
    }
    expect(instance.hookResults).toEqual(['CONTINUE', 'CONTINUE']);
  });

  it('abandons a launch whose current image cannot be had', async () => {
    publish({ current: unknown() });
    expect(await host.boot('InService', { PULL_TIMEOUT_SECONDS: 2 })).toMatchObject({
      result: 'failed',
      hook: 'ABANDON',
    });
  });

  it.each([
    ['no-document', undefined],
    ['denied', { status: 400, body: '{"__type":"AccessDeniedException"}' }],
    ['server-error', { status: 500, body: '{"__type":"InternalServerError"}' }],
  ])('fails its first boot without a document: %s', async (reason, fault) => {
    instance.documentFault = fault;
    const line = await host.boot('InService', { PULL_TIMEOUT_SECONDS: 2 });
    expect(line).toMatchObject({ result: 'failed', hook: 'ABANDON', outcomes: reason });
  });

  it.each(['v=2 phase=settled wave=0', 'v=1 phase=settled wave=0 shell.current=--privileged', 'v=1', ''])(
    'takes no document that the driver did not write: %j',
    async (value) => {
      instance.document = { value, version: 1 };
      const line = await host.boot('InService', { PULL_TIMEOUT_SECONDS: 1 });
      expect(line).toMatchObject({ result: 'failed', outcomes: 'bad-document' });
    },
  );

  it('goes by its last good copy where it was up before, says that it is stale, and catches up', async () => {
    publish({ current: image(0) });
    await host.boot('Warmed:Stopped');
    publish({ current: image(1), previous: image(0) });
    instance.documentFault = { status: 400, body: '{"__type":"ThrottlingException"}' };
    expect(await host.boot('InService')).toMatchObject({
      result: 'ok',
      generation: 1,
      stale: true,
      held: image(0),
    });
    host.watch();
    await until(() => host.lines().some(({ stale }) => stale));
    instance.documentFault = undefined;
    await until(() => host.held.includes(image(1)));
    expect(host.lines().at(-1)).toMatchObject({ generation: 2, stale: false });
  });

  it('takes no copy of another instance, such as came with an image of its disk', async () => {
    publish({ current: image(0) });
    await host.boot('InService');
    writeFileSync(join(folder, 'host/state/images'), `i-fedcba9876543210f 1 ${instance.document?.value}\n`);
    instance.document = undefined;
    const line = await host.boot('InService', { PULL_TIMEOUT_SECONDS: 1 });
    expect(line).toMatchObject({ result: 'failed', outcomes: 'no-document' });
  });

  it('removes what the document names no more, never what a container has, and nothing that it names', async () => {
    publish({ current: image(0), previous: image(1) }, { phase: 'switch', wave: 100 });
    await host.boot('Warmed:Stopped');
    await engine.docker('create', '--name', 'running', '--network', 'none', image(0));
    await engine.docker('pull', '-q', image(2)).catch(() => {});
    publish({ current: image(2), previous: image(0) });
    await host.boot('InService');
    host.watch();
    await until(async () => !(await isPresent(image(1))));
    publish({ current: image(2) });
    await until(() => host.lines().some(({ generation }) => generation === 3));
    expect(await Promise.all([image(0), image(2)].map(isPresent))).toEqual([true, true]);
    await engine.docker('rm', 'running');
    publish({ current: image(2), previous: image(1) });
    await until(async () => !(await isPresent(image(0))));
  });

  it('rolls back without a pull', async () => {
    publish({ current: image(1), previous: image(0) });
    await host.boot('Warmed:Stopped');
    front.reset();
    publish({ current: image(1), next: image(0), previous: image(0) }, { phase: 'fill', wave: 100 });
    await host.boot('InService');
    publish({ current: image(0), previous: image(1) });
    host.watch();
    await until(() => host.lines().some(({ generation }) => generation === 3));
    expect(front.requests).toEqual([]);
    expect(host.held).toEqual([image(0), image(1)]);
  });

  it('ends the pull of an image that a later rollout dropped, and turns to what is wanted now', async () => {
    publish({ current: image(0) });
    await host.boot('InService');
    host.watch();
    front.bytesPerSecond = 64 * 1024;
    publish({ current: image(0), next: image(1) }, { phase: 'fill', wave: 100 });
    await until(() => front.throttledBytes > 0);
    front.bytesPerSecond = undefined;
    publish({ current: image(0), next: image(2) }, { phase: 'fill', wave: 100 });
    await until(() => host.held.includes(image(2)));
    expect(await isPresent(image(1))).toBe(false);
  });

  it('tries again while the registry throttles, and reports an image that it gave up', async () => {
    publish({ current: image(0) });
    await host.boot('InService');
    host.watch({ RETRY_BASE_SECONDS: 1 });
    front.throttling = true;
    front.reset();
    publish({ current: image(0), next: image(1) }, { phase: 'fill', wave: 100 });
    await until(() => front.requests.length > 2);
    front.throttling = false;
    await until(() => host.held.includes(image(1)));
    await host.stopWatch();
    host.watch({ PULL_TIMEOUT_SECONDS: 2 });
    publish({ current: image(0), next: unknown() }, { phase: 'fill', wave: 100 });
    await until(() => host.lines().some(({ failed }) => failed === `${unknown()}=unknown-digest`));
  });

  it('reports a disk that has no room for next, and keeps current and its tasks', async () => {
    const dataRoot = join(folder, 'small-disk');
    mkdirSync(dataRoot);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dataRoot]);
    const small = await startDockerEngine({ dataRoot });
    try {
      host.use(small);
      publish({ current: image(0) });
      await host.boot('InService');
      host.watch({ PULL_TIMEOUT_SECONDS: 4 });
      publish({ current: image(0), next: image(1) }, { phase: 'fill', wave: 100 });
      await until(() => host.lines().some(({ failed }) => failed === `${image(1)}=disk-full`));
      expect(host.held).toEqual([image(0)]);
      await host.stopWatch();
    } finally {
      host.use(engine);
      await small.stop();
      execFileSync('umount', [dataRoot]);
    }
  });
});
