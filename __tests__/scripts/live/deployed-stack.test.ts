import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../scripts/live/deployed-stack';
import { until } from '../../support/until';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmpath-live-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Ends by itself once it is interrupted, as Terraform does, and tells its group. */
const PROGRAM = `
  const { writeFileSync } = require('node:fs');
  const alive = setInterval(() => undefined, 1000);
  process.on('SIGINT', () => {
    console.log('interrupted');
    clearInterval(alive);
  });
  writeFileSync('ready', '');
`;

it('an interrupt reaches the command that is underway, which ends in its own way', async () => {
  const interruption = new AbortController();
  const output = run(process.execPath, ['-e', PROGRAM], folder, 'kept', interruption.signal);
  await until(() => existsSync(join(folder, 'ready')));
  interruption.abort();
  expect(await output).toBe('interrupted\n');
});

it('a command that fails is told by its code and what it says, one that is killed by the signal', async () => {
  await expect(run('sh', ['-c', 'echo no state >&2; exit 3'], folder, 'kept')).rejects.toThrow(
    'sh -c ended with 3 no state',
  );
  await expect(run('sh', ['-c', 'kill -TERM $$'], folder, 'kept')).rejects.toThrow('ended with SIGTERM');
});
