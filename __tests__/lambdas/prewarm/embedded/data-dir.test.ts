import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirLocked, DataDirUnusable, openDataDir } from '../../../../lambdas/prewarm/embedded/data-dir';

describe('the data directory', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-data-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is for its owner only, since request headers are in it', async () => {
    const { store } = await openDataDir(join(folder, 'private'));
    await store.close();
    expect((await stat(join(folder, 'private'))).mode & 0o777).toBe(0o700);
  });

  it('is refused while another holds it', async () => {
    const { store } = await openDataDir(join(folder, 'held'));
    await expect(openDataDir(join(folder, 'held'))).rejects.toThrow(DataDirLocked);
    await store.close();
    await (await openDataDir(join(folder, 'held'))).store.close();
  });

  it('that cannot be opened is refused with every reason given', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openDataDir(join(folder, 'file'))).rejects.toThrow(DataDirUnusable);
    const damaged = join(folder, 'damaged');
    await (await openDataDir(damaged)).store.close();
    await writeFile(join(damaged, 'state', 'CURRENT'), 'nonsense');
    await expect(openDataDir(damaged)).rejects.toThrow(
      /data directory: got .*damaged, which cannot be opened \(.*Corruption/,
    );
  });
});
