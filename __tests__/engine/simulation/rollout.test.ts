/** Zero cold starts, with the real boot program on real engines: a small group, while an image is rolled out in place. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Registry, startDockerEngine, startRegistry } from '../support/docker-engine';
import { type RegistryFront, startRegistryFront } from '../support/registry-front';
import { buildStaticImage } from '../support/static-image';
import { type SimulationResult, simulate } from './simulation';

describe('an image that is rolled out in place while tasks are placed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-simulation-'));
  let registry: Registry;
  let front: RegistryFront;
  let images: [string, string];
  let result: SimulationResult;

  beforeAll(async () => {
    registry = await startRegistry({ folder });
    front = await startRegistryFront(registry.host);
    const builder = await startDockerEngine();
    const image = { repository: `${front.host}/ai-shell`, payloadMib: 4 };
    images = [
      await buildStaticImage(builder, { ...image, version: 'one' }),
      await buildStaticImage(builder, { ...image, version: 'two' }),
    ];
    await builder.stop();
    front.credentials = 'AWS:token';
    front.bytesPerSecond = 2 * 1024 * 1024;
    result = await simulate({
      ...{ way: 'in-place', front, images, serving: 2, pool: 1 },
      ...{ everySeconds: 0.5, scaleOutEvery: 20, around: 2 },
    });
  });
  afterAll(async () => {
    await front?.close();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has no task whose host pulls after its placement, and none that waits for a host held back by a pull', () => {
    expect(result.tasks.filter(({ isPulled }) => isPulled)).toEqual([]);
    expect(result.tasks.filter(({ isHeldBack }) => isHeldBack)).toEqual([]);
    expect(result.heldByPull).toBe(0);
    expect(result.tasks.some(({ isBesidePull }) => isBesidePull)).toBe(true);
    expect(result.tasks.some(({ isScaleOut, moment }) => isScaleOut && moment === 'during')).toBe(true);
  });

  it('ends with the new image, and with every shell where it was', () => {
    expect(result.finalImage).toBe(images[1]);
    expect(result.shellsEnded).toBe(0);
  });
});
