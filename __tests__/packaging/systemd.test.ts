import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const UNIT = join(__dirname, '..', '..', 'packaging', 'systemd', 'warmpath.service');

/** What `systemd-analyze` says; nothing on a machine without it, but in CI, where it is installed. */
function analyze(
  ...args: readonly string[]
): { readonly status: number | null; readonly said: string } | undefined {
  const { status, stdout, stderr, error } = spawnSync('systemd-analyze', [...args, UNIT], {
    encoding: 'utf8',
    env: process.env,
  });
  if (error !== undefined && !process.env['CI']) return undefined;
  if (error !== undefined) throw error;
  return { status, said: stdout + stderr };
}

describe('the unit of the service, to systemd', () => {
  it('holds no setting that it does not know, or that makes no sense', () => {
    expect([undefined, { status: 0, said: '' }]).toContainEqual(analyze('verify', '--man=no'));
  });

  it('leaves little to attack: below 2 of 10', () => {
    const answer = analyze('security', '--offline=true', '--threshold=20');
    if (answer !== undefined)
      expect({ ...answer, said: answer.said.slice(-200) }).toMatchObject({ status: 0 });
  });

  it('forbids nothing that Node needs, and lets it end before it is killed', () => {
    const settings = readFileSync(UNIT, 'utf8').split('\n');
    expect(settings).toEqual(expect.arrayContaining(['DynamicUser=yes', 'SystemCallErrorNumber=EPERM']));
    expect(settings.filter((line) => line.startsWith('MemoryDenyWriteExecute'))).toEqual([]);
    expect(settings).toContain('RestartPreventExitStatus=2');
  });
});
