import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { RequestRecord } from '../../../../../lambdas/prewarm/engine/model/request';
import {
  DataDirForeign,
  DataDirLocked,
  openDataDir,
} from '../../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { KEY_BEGINNINGS, keys } from '../../../../../lambdas/prewarm/one-machine/adapters/keys';
import { EmbeddedRequestStore } from '../../../../../lambdas/prewarm/one-machine/adapters/request-store';
import { systemClock } from '../../../../../lambdas/prewarm/runtime/clock';
import { newId, sampleRequest } from '../../engine/ports/samples';
import { plainSpec } from '../../support/request-spec';

const HEADERS = [{ name: 'authorization', value: 'Bearer s3cr3t' }];

describe('a data directory without a marker', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warmpath-unmarked-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** What version 0.1 left: three folders, the database with these entries, no marker and no key of headers. */
  async function madeBefore(entries: Readonly<Record<string, unknown>>): Promise<void> {
    for (const name of ['blobs', 'tmp']) await mkdir(join(folder, name));
    const db = new ClassicLevel<string, string>(join(folder, 'state'));
    for (const [key, value] of Object.entries(entries)) await db.put(key, JSON.stringify(value));
    await db.close();
  }

  function oldRequest(fields: Partial<RequestRecord>): RequestRecord {
    return sampleRequest({ spec: plainSpec({ headers: HEADERS }), ...fields });
  }

  it('of version 0.1 is taken over with its requests, whose headers are sealed, and is marked', async () => {
    const [running, ended] = [oldRequest({}), oldRequest({ status: 'FINISHED', reported: true })];
    await madeBefore({
      [keys.request(running.id)]: running,
      [keys.request(ended.id)]: ended,
      [keys.time(running.createdAt, running.id)]: running.id,
      [keys.unsettled(running.id)]: running.id,
      [keys.idempotency('nächtlich 🌙')]: running.id,
      capacity: 2,
    });
    await mkdir(join(folder, 'blobs', running.id));
    await writeFile(join(folder, 'blobs', running.id, 'original_urls.txt'), 'https://a.example/');
    const { store, headers } = await openDataDir(folder);
    const requests = new EmbeddedRequestStore(store, systemClock, headers);
    expect(await requests.get(running.id)).toEqual(running);
    expect(await requests.unsettled()).toEqual([running]);
    expect((await requests.get(ended.id))?.spec.headers).toEqual([]);
    expect(JSON.stringify(await store.page({}))).not.toContain('s3cr3t');
    await store.close();
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['WARMPATH_DATA', 'headers.key']));
    expect(await readFile(join(folder, 'blobs', running.id, 'original_urls.txt'), 'utf8')).toContain(
      'a.exam',
    );
    await (await openDataDir(folder)).store.close();
  });

  it('is taken over where the adoption was cut short before the marker', async () => {
    const request = oldRequest({});
    await madeBefore({ [keys.request(request.id)]: request });
    await (await openDataDir(folder)).store.close();
    await rm(join(folder, 'WARMPATH_DATA'));
    const { store, headers } = await openDataDir(folder);
    expect(await new EmbeddedRequestStore(store, systemClock, headers).get(request.id)).toEqual(request);
    await store.close();
  });

  it('is locked as any other while another process has it', async () => {
    await madeBefore({ capacity: 1 });
    const other = new ClassicLevel<string, string>(join(folder, 'state'));
    await other.open();
    await expect(openDataDir(folder)).rejects.toThrow(DataDirLocked);
    await other.close();
  });

  it.each(['a', 'capacity2', 'request', 'request"', 'settings!x', 'zone!1'])(
    'is refused where its database has a key of somebody else: %s',
    async (key) => {
      await madeBefore({ [keys.request(newId())]: {}, [key]: 'precious' });
      await expect(openDataDir(folder)).rejects.toThrow(DataDirForeign);
      const db = new ClassicLevel<string, string>(join(folder, 'state'));
      expect(await db.get(key)).toBe('"precious"');
      await db.close();
      expect((await readdir(folder)).sort()).toEqual(['blobs', 'state', 'tmp']);
    },
  );

  it.each(['notes.txt', 'blobs/sha256', 'tmp/a', 'state/data.sqlite'])(
    'is refused where %s lies in it, and its database is not opened',
    async (name) => {
      await madeBefore({ capacity: 1 });
      await writeFile(join(folder, name), 'precious');
      const before = await readdir(folder, { recursive: true });
      await expect(openDataDir(folder)).rejects.toThrow(DataDirForeign);
      expect(await readdir(folder, { recursive: true })).toEqual(before);
      expect(await readFile(join(folder, name), 'utf8')).toBe('precious');
    },
  );

  it.each([['blobs'], ['tmp'], ['state']])('is refused without %s', async (name) => {
    await madeBefore({ capacity: 1 });
    await rm(join(folder, name), { recursive: true });
    await expect(openDataDir(folder)).rejects.toThrow(DataDirForeign);
    await expect(access(join(folder, name))).rejects.toThrow(/ENOENT/);
  });

  it('is told by the beginnings of all keys that there are, in the order of the database', () => {
    const [id, pop] = [newId(), 'FRA56-P4' as never];
    const slice = { requestId: id, pop, segment: { index: 0 } } as never;
    const all = [
      keys.request(id),
      keys.time(1, id),
      keys.idempotency('k'),
      keys.active(id),
      keys.unsettled(id),
      keys.pop(id, pop),
      keys.slice(id, 's' as never),
      keys.uncounted(id, 's' as never),
      keys.journal(id, 's' as never, 0),
      keys.queued(slice),
      keys.dead(slice),
      keys.deadline(id),
      keys.capacity,
      keys.headersKey,
      keys.open,
    ];
    expect([...KEY_BEGINNINGS].sort()).toEqual(KEY_BEGINNINGS);
    expect(new Set(all.map((key) => KEY_BEGINNINGS.find((beginning) => key.startsWith(beginning))))).toEqual(
      new Set(KEY_BEGINNINGS),
    );
  });
});
