import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  DataDirForeign,
  DataDirLocked,
  DataDirUnusable,
  openDataDir,
} from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { EmbeddedRequestStore } from '../../../../../lambdas/prewarm/one-machine/adapters/request-store';
import { put } from '../../../../../lambdas/prewarm/one-machine/adapters/store';
import { openEngine } from '../../../../../lambdas/prewarm/one-machine/engine/engine';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';
import { sampleRequest } from '../../engine/ports/samples';
import { plainSpec } from '../../support/request-spec';
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

  it('that others may read is taken back for its owner, with everything in it', async () => {
    const dir = join(folder, 'open');
    const { store, blobsDir } = await openDataDir(dir);
    await store.close();
    await writeFile(join(blobsDir, 'list.txt'), 'https://a.example/', { mode: 0o644 });
    for (const path of [dir, blobsDir]) await chmod(path, 0o755);
    const opened = await openDataDir(dir);
    await opened.store.close();
    expect(opened.readableByOthers).toEqual([]);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(blobsDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(blobsDir, 'list.txt'))).mode & 0o777).toBe(0o600);
  });

  it('that holds files of somebody else is refused, and nothing in it is touched', async () => {
    const dir = join(folder, 'foreign');
    const theirs = ['tmp/a', 'blobs/sha256/layer', 'notes.txt'].map((name) => join(dir, name));
    for (const file of theirs) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, 'precious');
    }
    await expect(openDataDir(dir)).rejects.toThrow(DataDirForeign);
    await expect(openDataDir(dir)).rejects.toThrow(
      /has files in it but not WARMPATH_DATA; allowed: a folder that is empty/,
    );
    for (const file of theirs) expect(await readFile(file, 'utf8')).toBe('precious');
    expect((await readdir(dir)).sort()).toEqual(['blobs', 'notes.txt', 'tmp']);
  });

  it('without a name is refused: it would be the current folder', async () => {
    await expect(openDataDir('')).rejects.toThrow(/got an empty name/);
  });

  it('may be the root of a volume, where the file system keeps a folder of its own', async () => {
    await mkdir(join(folder, 'volume', 'lost+found'), { recursive: true });
    await (await openDataDir(join(folder, 'volume'))).store.close();
    expect(await readdir(join(folder, 'volume'))).toContain('lost+found');
  });

  it.each(['/proc/warmpath', '/proc/warmpath/deeper'])(
    'at %s, where nothing can be made, is refused',
    async (dir) => {
      await expect(openDataDir(dir)).rejects.toThrow(DataDirUnusable);
    },
  );

  it('behind a link that leads nowhere is refused', async () => {
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    await expect(openDataDir(join(folder, 'dangling', 'data'))).rejects.toThrow(DataDirUnusable);
  });

  it('loses only what this program wrote under its own names', async () => {
    const dir = join(folder, 'mixed');
    await openAndClose(dir);
    const ours = [
      `tmp/${ID}`,
      `blobs/${ID}/original_urls.txt`,
      `blobs/${ID}/failures/FRA56-P4.0/r-1.ndjson`,
      `blobs/lists/${ID}.txt`,
    ];
    const theirs = [
      'tmp/a',
      `tmp/${ID}.bak`,
      'blobs/sha256/layer',
      `blobs/${ID}/notes.md`,
      'blobs/lists/mine.txt',
    ];
    for (const name of [...ours, ...theirs]) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), 'precious');
    }
    await utimes(join(dir, `blobs/lists/${ID}.txt`), 0, 0);
    await openAndClose(dir);
    for (const name of theirs) expect(await readFile(join(dir, name), 'utf8')).toBe('precious');
    for (const name of ours) await expect(readFile(join(dir, name))).rejects.toThrow(/ENOENT/);
  });

  it('loses nothing behind a link in the place of its own folder', async () => {
    const dir = join(folder, 'linked');
    await openAndClose(dir);
    await rm(join(dir, 'tmp'), { recursive: true });
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', ID), 'precious');
    await symlink(join(folder, 'elsewhere'), join(dir, 'tmp'));
    await openAndClose(dir);
    expect(await readFile(join(folder, 'elsewhere', ID), 'utf8')).toBe('precious');
  });

  it('is a folder of somebody else where the marker is no file', async () => {
    await mkdir(join(folder, 'no-marker', 'WARMPATH_DATA'), { recursive: true });
    await expect(openDataDir(join(folder, 'no-marker'))).rejects.toThrow(DataDirForeign);
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

  it.each([
    [
      'a byte of the manifest',
      (files: readonly string[]) => files.find((file) => file.startsWith('MANIFEST'))!,
    ],
    ['a byte of CURRENT', () => 'CURRENT'],
  ])('is refused with the right advice where %s has changed', async (what, fileOf) => {
    const dir = join(folder, what.replaceAll(' ', '-'));
    await openAndClose(dir);
    const state = join(dir, 'state');
    const file = join(state, fileOf(await readdir(state)));
    const bytes = await readFile(file);
    bytes[5] = (bytes[5] ?? 0) ^ 0x55;
    await writeFile(file, bytes);
    await expect(openDataDir(dir)).rejects.toThrow(
      /cannot be opened \(.*\); allowed: .*restore state\/ from a copy/,
    );
  });

  it('says that its journal is damaged where the database does not, and not that a write was cut short', async () => {
    const dir = join(folder, 'damaged-tail');
    const first = await openDataDir(dir);
    for (const name of ['one', 'two', 'three'])
      await first.store.commit([{ type: 'put', key: name, value: JSON.stringify(name.repeat(20)) }]);
    await first.store.close();
    const state = join(dir, 'state');
    const journal = join(state, (await readdir(state)).find((file) => file.endsWith('.log'))!);
    const whole = await readFile(journal);
    const headers: number[] = [];
    for (let at = 0; at < whole.length; at += 7 + whole.readUInt16LE(at + 4)) headers.push(at);
    /** Opens the directory with this journal, in a copy. */
    async function droppedWith(name: string, bytes: Uint8Array): Promise<readonly string[]> {
      const copy = join(folder, name);
      await cp(dir, copy, { recursive: true });
      await writeFile(join(copy, 'state', basename(journal)), bytes);
      const { store, dropped } = await openDataDir(copy);
      await store.close();
      return dropped;
    }
    expect(await droppedWith('tail-whole', whole)).toEqual([]);
    for (const cut of [1, 20])
      expect(await droppedWith(`tail-cut-${cut}`, whole.subarray(0, whole.length - cut))).toEqual([]);
    // Lengths of records that reach beyond the end: of the last one, and of one with others behind it.
    for (const header of headers.slice(-3)) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt16LE(60_000, header + 4);
      expect(await droppedWith(`tail-${header}`, bytes)).toEqual([
        expect.stringMatching(/^\d+ bytes of its journal state\/\d+\.log are damaged/),
      ]);
    }
    // What a power failure leaves on some file systems: zeros, at the end or in place of everything.
    for (const from of [headers.at(-1) ?? 0, 0])
      expect(await droppedWith(`zeros-${from}`, Buffer.from(whole).fill(0, from))).toEqual([
        expect.stringContaining(`${whole.length - from} bytes of its journal`),
      ]);
  });

  it('says that a block of zeros stands within its journal, which the database passes over', async () => {
    const dir = join(folder, 'blank-block');
    const { store } = await openDataDir(dir);
    await store.commit([put('a', 'x'.repeat(150_000))], true);
    await store.close();
    const state = join(dir, 'state');
    const journal = join(state, (await readdir(state)).find((file) => file.endsWith('.log'))!);
    const bytes = await readFile(journal);
    await writeFile(journal, bytes.fill(0, 32_768, 65_536));
    const opened = await openDataDir(dir);
    await opened.store.close();
    expect(opened.dropped[0]).toMatch(/^32768 bytes of its journal/);
  });

  it('says that its journal is gone, and keeps what unknown requests left', async () => {
    const dir = join(folder, 'no-journal');
    await openAndClose(dir);
    const state = join(dir, 'state');
    for (const file of await readdir(state)) if (file.endsWith('.log')) await rm(join(state, file));
    await mkdir(join(dir, 'blobs', ID));
    expect(await openAndClose(dir)).toEqual([
      expect.objectContaining({
        event: 'state-damaged',
        dropped: [expect.stringContaining('journal state/*.log is missing')],
      }),
    ]);
    expect(await openAndClose(dir)).toEqual([]);
  });

  it('keeps request headers sealed, under a key that only its owner can read, and drops them at the end', async () => {
    const dir = join(folder, 'sealed');
    const opened = await openDataDir(dir);
    const requests = new EmbeddedRequestStore(opened.store, systemClock, opened.headers);
    const record = sampleRequest({
      spec: plainSpec({ headers: [{ name: 'Authorization', value: 'Bearer s3cr3t' }] }),
    });
    await requests.create(record);
    expect(await requests.get(record.id)).toEqual(record);
    expect(JSON.stringify(await opened.store.page({}))).not.toContain('s3cr3t');
    await requests.advance(record.id, 'STOPPED');
    expect(JSON.stringify(await opened.store.page({}))).not.toContain('sealedHeaders');
    await opened.store.close();
    expect((await stat(join(dir, 'headers.key'))).mode & 0o777).toBe(0o600);
  });

  it('is refused where the key of its headers is another one', async () => {
    const dir = join(folder, 'other-key');
    await openAndClose(dir);
    await rm(join(dir, 'headers.key'));
    await expect(openDataDir(dir)).rejects.toThrow(
      /the key of stored request headers is missing or another one.*restore the key/,
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
    await (await openDataDir(dir)).store.close();
    await rm(join(dir, 'state'), { recursive: true });
    await mkdir(join(dir, 'state'));
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
    await writeFile(journal, bytes.fill(0x7f, 300, 400));
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
