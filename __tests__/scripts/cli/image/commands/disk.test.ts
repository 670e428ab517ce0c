/** `disk`: exact bytes, and a verdict that pipelines can act on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as z from 'zod';
import { disk } from '../../../../../scripts/cli/image/commands/disk';
import type { diskJson } from '../../../../../scripts/cli/image/output/json-results';
import { closing } from '../../../../support/closing';
import { type EngineAnswers, startFakeEngine } from '../support/fake-engine';
import { runCommand } from '../support/run-command';

const USAGE = {
  LayersSize: 1_234_567_891,
  Images: [{ Id: 'sha256:1', Size: 2_000_000_000 }],
  Containers: [
    { Id: 'c', ImageID: 'sha256:1', Image: 'app', SizeRw: 11 },
    { Id: 'd', ImageID: '', Image: '' },
  ],
  Volumes: [
    { Name: 'v', UsageData: { Size: 22 } },
    { Name: 'unknown', UsageData: { Size: -1 } },
    { Name: 'none', UsageData: null },
  ],
  BuildCache: [
    { ID: 'a', Size: 33, InUse: true },
    { ID: 'b', Size: 44, InUse: false },
  ],
};

describe('disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-disk-'));
  const file = join(folder, 'images.json');

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function measured(
    shares: { readonly warnShare: number; readonly failShare: number },
    { json = true, ...answers }: Partial<EngineAnswers> & { readonly json?: boolean } = {},
  ) {
    await using engine = closing(await startFakeEngine({ usage: USAGE, ...answers }));
    return await runCommand<z.infer<typeof diskJson>>(
      () => disk({ file, names: [], json, ...shares }),
      engine.env,
    );
  }

  it('tells exact bytes, each layer once, and what is not known as none', async () => {
    const { json } = await measured({ warnShare: 1, failShare: 1 });
    expect(json).toMatchObject({
      imagesBytes: 1_234_567_891,
      containersBytes: 11,
      volumesBytes: 22,
      cacheBytes: 77,
      repositories: [],
    });
  });

  it.each([
    ['ok', 0, { warnShare: 1, failShare: 1 }],
    ['warn', 0, { warnShare: 0, failShare: 1 }],
    ['fail', 1, { warnShare: 0, failShare: 0 }],
  ])('is %s with exit code %d for limits of %p', async (verdict, code, shares) => {
    const ran = await measured(shares);
    expect({ verdict: ran.json.verdict, code: ran.code }).toEqual({ verdict, code });
  });

  it('refuses a limit to warn at that is above the one to fail at', async () => {
    await expect(measured({ warnShare: 0.95, failShare: 0.9 })).rejects.toThrow(
      '--warn: got 95 %; allowed: at most --fail, which is 90 %',
    );
  });

  it('says where to run it if the folder of the engine is on another machine', async () => {
    await expect(
      measured({ warnShare: 1, failShare: 1 }, { dataFolder: '/of/a/virtual/machine' }),
    ).rejects.toThrow('run the command where the engine runs');
  });

  it('keeps thirty measurements, and starts again from a file that is damaged', async () => {
    mkdirSync(join(folder, '.warmpath'), { recursive: true });
    writeFileSync(join(folder, '.warmpath', 'disk.json'), '[{"at":1}, "x"');
    const first = await measured({ warnShare: 1, failShare: 1 });
    expect(first.json.trend).toHaveLength(1);
    const noted = Array.from({ length: 40 }, (_, at) => ({ at: `2026-01-01T00:00:${at}Z`, totalBytes: at }));
    writeFileSync(join(folder, '.warmpath', 'disk.json'), JSON.stringify(noted));
    const { json } = await measured({ warnShare: 1, failShare: 1 });
    expect(json.trend).toHaveLength(30);
    expect(json.trend.at(-1)?.totalBytes).toBe(1_234_567_891 + 11 + 22 + 77);
  });

  it('shows a person the same', async () => {
    const { text } = await measured({ warnShare: 0, failShare: 1 }, { json: false });
    expect(text).toMatch(/images +1\.2\d? GB[\s\S]*used: warn\nsince 2026-01-01/);
  });

  it('names the socket that no engine listens on', async () => {
    await expect(
      runCommand(() => disk({ file, names: [], json: true, warnShare: 1, failShare: 1 }), {
        DOCKER_HOST: `unix://${join(folder, 'none.sock')}`,
      }),
    ).rejects.toThrow(`no Docker engine at ${join(folder, 'none.sock')}; start it`);
  });
});
