import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataDir } from '../../../../lambdas/prewarm/one-machine/adapters/data-dir';
import { removeAbandoned } from '../../../../scripts/cli/prewarm/abandoned';

const outer = mkdtempSync(join(tmpdir(), 'warmpath-abandoned-'));
afterAll(() => rmSync(outer, { recursive: true, force: true }));

function aged(folder: string, hours: number): string {
  const at = Date.now() / 1000 - hours * 3600;
  utimesSync(folder, at, at);
  return folder;
}

/** A folder as a killed run leaves it. */
async function left(name: string, hours: number): Promise<string> {
  const folder = join(outer, name);
  await (await openDataDir(join(folder, 'data'))).store.close();
  return aged(folder, hours);
}

it('removes folders of runs killed more than a day ago, and none that is held, young or of another kind', async () => {
  const killed = await left('warmpath-run-killed', 25);
  const young = await left('warmpath-run-young', 23);
  const other = await left('someone-elses', 25);
  const linked = await left('target-of-a-link', 25);
  symlinkSync(linked, join(outer, 'warmpath-run-link'));
  const reading = join(outer, 'warmpath-run-reading');
  mkdirSync(reading);
  writeFileSync(join(reading, 'list'), 'https://www.example.com/\n');
  aged(reading, 25);
  const held = await left('warmpath-run-held', 25);
  const holder = await openDataDir(join(held, 'data'));

  await removeAbandoned(outer);
  const stays = [young, other, linked, reading, held].map((folder) => existsSync(folder));
  expect({ killed: existsSync(killed), stays }).toEqual({ killed: false, stays: Array(5).fill(true) });

  await holder.store.close();
  aged(held, 25);
  await removeAbandoned(outer);
  expect(existsSync(held)).toBe(false);
});
