import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DataDirLocked,
  DataDirUnusable,
  openDataDir,
} from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { put } from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import { quietLog } from '../engine/engine-fixture';

const ID = '5f0c4a0e-3a55-4c5e-9a5e-0b2f6f0f1a11';

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

  it('is refused, and not emptied, where the database has lost its CURRENT', async () => {
    const dir = join(folder, 'no-current');
    const { store } = await openDataDir(dir);
    await store.commit([put('a', 1)], true);
    await store.close();
    const current = await readFile(join(dir, 'state', 'CURRENT'));
    await rm(join(dir, 'state', 'CURRENT'));
    await expect(openDataDir(dir)).rejects.toThrow(
      /no-current, which cannot be opened \(the file CURRENT .* is missing\); allowed: .*restore state\//,
    );
    await writeFile(join(dir, 'state', 'CURRENT'), current);
    const restored = await openDataDir(dir);
    expect(restored.store.get('a')).toBe(1);
    await restored.store.close();
  });

  it('is opened where a process was killed while it made the database', async () => {
    const dir = join(folder, 'killed');
    await mkdir(join(dir, 'state'), { recursive: true });
    await writeFile(join(dir, 'state', 'MANIFEST-000001'), '');
    await (await openDataDir(dir)).store.close();
  });

  /** Makes a data directory whose database has a damaged entry, with a blob of a request that is not known. */
  async function damagedDir(name: string): Promise<string> {
    const dir = join(folder, name);
    const { store, blobsDir } = await openDataDir(dir);
    await store.commit([put('a', 'x'.repeat(1_000))], true);
    await store.close();
    await mkdir(join(blobsDir, ID));
    await writeFile(join(blobsDir, ID, 'original_urls.txt'), 'https://a.example/');
    const state = await readdir(join(dir, 'state'));
    const journal = join(dir, 'state', state.find((file) => file.endsWith('.log'))!);
    const bytes = await readFile(journal);
    await writeFile(journal, bytes.fill(0x7f, 100, 200));
    return dir;
  }

  async function openAndClose(dataDir: string): Promise<readonly object[]> {
    const warnings: object[] = [];
    const log = {
      ...quietLog,
      warn: (event: string, fields?: object) => warnings.push({ event, ...fields }),
    };
    const engine = await openEngine({ dataDir, log, addressPolicy: 'public', threads: 1 });
    await engine.close();
    return warnings;
  }

  it('with a damaged database is opened with one warning, and what unknown requests left is kept aside', async () => {
    const dir = await damagedDir('dropped');
    const [warning, ...others] = await openAndClose(dir);
    expect(warning).toMatchObject({
      event: 'state-damaged',
      dropped: [expect.stringMatching(/dropping \d+ bytes; Corruption/)],
    });
    expect(others).toEqual([]);
    const [time] = await readdir(join(dir, 'lost'));
    expect(await readdir(join(dir, 'lost', time!, ID))).toEqual(['original_urls.txt']);
    expect(await readdir(join(dir, 'blobs'))).toEqual([]);
  });

  it('that is whole says nothing, and loses what a request left that was never accepted', async () => {
    const dir = join(folder, 'whole');
    await openAndClose(dir);
    await mkdir(join(dir, 'blobs', ID));
    expect(await openAndClose(dir)).toEqual([]);
    expect(await readdir(dir)).not.toContain('lost');
    expect(await readdir(join(dir, 'blobs'))).toEqual([]);
  });
});
