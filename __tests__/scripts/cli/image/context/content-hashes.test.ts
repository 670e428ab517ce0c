import { lstatSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ContentHashes, type FileStamp } from '../../../../../scripts/cli/image/context/content-hashes';

describe('remembered digests of files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-hashes-'));
  const path = join(folder, 'f');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function stamp(of = path): FileStamp {
    const { size, mtimeMs, ctimeMs, ino, dev, mode } = lstatSync(of);
    return { sizeBytes: size, mtimeMs, ctimeMs, ino, dev, fullMode: mode };
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

  test.each(['sizeBytes', 'mtimeMs', 'ctimeMs', 'ino', 'dev', 'fullMode'] as const)(
    'another %s means that the file is read again',
    (field) => {
      writeFileSync(path, 'one');
      const first = new ContentHashes();
      first.of(path, stamp());
      const later = new ContentHashes(first.toMemo(Date.now() + 60_000));
      later.of(path, { ...stamp(), [field]: stamp()[field] + 1 });
      expect(later.filesRead).toBe(1);
    },
  );

  test('a file of several instructions is read once, and remembered once', () => {
    writeFileSync(path, 'one');
    const first = new ContentHashes();
    expect(first.of(path, stamp())).toBe(first.of(path, stamp()));
    expect(first.filesRead).toBe(1);
    expect(first.toMemo(0).paths).toBe(path);
  });

  test('a file larger than what is read at a time has the digest of all of it', () => {
    const large = join(folder, 'large');
    writeFileSync(large, Buffer.alloc(2 * 1024 * 1024 + 1, 'a'));
    const before = new ContentHashes().of(large, stamp(large));
    writeFileSync(large, Buffer.concat([Buffer.alloc(2 * 1024 * 1024, 'a'), Buffer.from('b')]));
    expect(new ContentHashes().of(large, stamp(large))).not.toBe(before);
  });

  test('whichever files come, go, or are asked for in another order, each has its own digest', () => {
    const paths = Array.from({ length: 8 }, (_, index) => join(folder, `n${index}`));
    for (const each of paths) writeFileSync(each, each);
    const digests = new Map(paths.map((each) => [each, new ContentHashes().of(each, stamp(each))]));
    expect(new Set(digests.values()).size).toBe(paths.length);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...paths)), fc.array(fc.constantFrom(...paths)), (then, now) => {
        const first = new ContentHashes();
        for (const each of then) first.of(each, stamp(each));
        const later = new ContentHashes(first.toMemo(Date.now() + 60_000));
        for (const each of now) expect(later.of(each, stamp(each))).toBe(digests.get(each));
        expect(later.filesRead).toBe(new Set(now.filter((each) => !then.includes(each))).size);
      }),
    );
  });

  test('a memo whose columns do not fit together is as none', () => {
    writeFileSync(path, 'one');
    const first = new ContentHashes();
    const digest = first.of(path, stamp());
    const memo = first.toMemo(Date.now() + 60_000);
    for (const broken of [
      { ...memo, paths: `${memo.paths}\0/other` },
      { ...memo, stamps: memo.stamps.slice(1) },
      { ...memo, digests: '' },
    ]) {
      const later = new ContentHashes(broken);
      expect(later.of(path, stamp())).toBe(digest);
      expect(later.filesRead).toBe(1);
    }
  });
});
