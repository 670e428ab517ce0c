import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyMs } from '../../../../lambdas/prewarm/runtime/busy-time';

describe('the time that a thread is busy', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'warmpath-busy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has in it how long it waited for a core', () => {
    const file = join(folder, 'schedstat');
    writeFileSync(file, '5000000 70000000 12\n');
    expect(busyMs(file)).toBe(75);
  });

  it.each([
    ['no file', undefined],
    ['none of the figures', 'x'],
    ['zeros, as some kernels write', '0 0 0\n'],
  ])('is that of the event loop where the system has %s', (_, content) => {
    const file = join(folder, 'other');
    if (content !== undefined) writeFileSync(file, content);
    const before = busyMs(file);
    expect(before).toBeGreaterThanOrEqual(0);
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user < user + 20_000);
    expect(busyMs(file)).toBeGreaterThanOrEqual(before);
  });

  it('grows with what the thread works', () => {
    const before = busyMs();
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user < user + 50_000);
    expect(busyMs()).toBeGreaterThan(before);
  });
});
