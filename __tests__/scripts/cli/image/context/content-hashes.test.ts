import { lstatSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContentHashes, stampOf } from '../../../../../scripts/cli/image/context/content-hashes';

describe('remembered digests of files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-hashes-'));
  const path = join(folder, 'f');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function stamp() {
    return stampOf(lstatSync(path, { bigint: true }));
  }

  test('a file that has been still is not read again', () => {
    writeFileSync(path, 'one');
    const first = new ContentHashes();
    const digest = first.of(path, stamp());
    const later = new ContentHashes(first.toMemo(Date.now() + 60_000));
    expect(later.of(path, stamp())).toBe(digest);
    expect(later.filesRead).toBe(0);
  });

  test('a file as young as the memo is read again', () => {
    writeFileSync(path, 'one');
    const first = new ContentHashes();
    first.of(path, stamp());
    const later = new ContentHashes(first.toMemo(Date.now()));
    later.of(path, stamp());
    expect(later.filesRead).toBe(1);
  });

  test('equal size and modification time do not hide other content', () => {
    const time = new Date('2026-01-01T00:00:00Z');
    writeFileSync(path, 'one');
    utimesSync(path, time, time);
    const first = new ContentHashes();
    const digest = first.of(path, stamp());
    writeFileSync(path, 'two');
    utimesSync(path, time, time);
    expect(new ContentHashes(first.toMemo(Date.now() + 60_000)).of(path, stamp())).not.toBe(digest);
  });
});
