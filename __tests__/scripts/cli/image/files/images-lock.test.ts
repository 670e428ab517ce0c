import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LockedImage } from '../../../../../lambdas/locks/images-lock';
import { readLockedImage } from '../../../../../modules/ai-shell-ecs/images-lock';
import {
  inputGroups,
  lockPath,
  readLock,
  writeLockEntry,
} from '../../../../../scripts/cli/image/files/images-lock';

const ENTRY: LockedImage = {
  repo: 'registry.test/app',
  key: 'a'.repeat(64),
  tag: `k-${'a'.repeat(32)}`,
  digest: `sha256:${'1'.repeat(64)}`,
  platform: 'linux/amd64',
  sizeBytes: 5,
  builtAt: '2026-11-27T00:00:00.000Z',
  commit: 'unknown',
  platforms: { 'linux/amd64': `sha256:${'1'.repeat(64)}` },
  inputs: { 'COPY src/ (2)': '0123456789ab' },
};

describe('images.lock.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-lock-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is sorted, ends with one newline, and the infrastructure can read it', () => {
    writeLockEntry(folder, 'b', ENTRY);
    writeLockEntry(folder, 'a', ENTRY);
    const text = readFileSync(lockPath(folder), 'utf8');
    expect(Object.keys(JSON.parse(text))).toEqual(['a', 'b']);
    expect(text).toMatch(/[^\n]\n$/);
    expect(readLockedImage(lockPath(folder), 'a')).toEqual(ENTRY);
  });

  test('is left alone where nothing changed, and keeps its time where the digest is the same', () => {
    const before = statSync(lockPath(folder), { bigint: true });
    writeLockEntry(folder, 'a', { ...ENTRY, builtAt: '2027-01-01T00:00:00.000Z' });
    expect(statSync(lockPath(folder), { bigint: true }).mtimeNs).toBe(before.mtimeNs);
    writeLockEntry(folder, 'a', { ...ENTRY, key: 'b'.repeat(64), builtAt: '2027-01-01T00:00:00.000Z' });
    expect(readLock(folder)['a']).toEqual({ ...ENTRY, key: 'b'.repeat(64) });
  });

  test('is refused with its name where it is no lock', () => {
    writeFileSync(lockPath(folder), '{"a": {}}');
    expect(() => readLock(folder)).toThrow(/images\.lock\.json.*correct the file/s);
  });

  test('has at most 64 groups of inputs', () => {
    const records = Array.from({ length: 200 }, (_, index) => ({
      kind: 'file' as const,
      group: `COPY ${index}`,
      name: `${index}`,
      line: 1,
      fields: [`${index}`, 'file', '700', 'x', ''],
    }));
    const groups = inputGroups(records);
    expect(Object.keys(groups).length).toBeLessThanOrEqual(64);
    expect(inputGroups(records.slice(0, 199))).not.toEqual(groups);
  });

  test('is never written anew where it cannot be read: the other images would be lost', () => {
    const unreadable = mkdtempSync(join(tmpdir(), 'warmpath-lock-'));
    mkdirSync(lockPath(unreadable));
    expect(() => readLock(unreadable)).toThrow(/images\.lock\.json: cannot be read; make it a file/);
    expect(() => writeLockEntry(unreadable, 'app', ENTRY)).toThrow(/cannot be read/);
    rmSync(unreadable, { recursive: true, force: true });
  });
});
