import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderBoot } from '../../../../modules/ai-shell-ecs/boot/render-boot';
import {
  prepullProgram,
  USER_DATA_LIMIT_BYTES,
  userDataSizeBytes,
} from '../../../../modules/ai-shell-ecs/boot/user-data';
import type { AiShellEcsProps } from '../../../../modules/ai-shell-ecs/props';
import { resolveSettings } from '../../../../modules/ai-shell-ecs/settings';
import { minimal } from '../props';

const IMAGE = '111111111111.dkr.ecr.eu-central-1.amazonaws.com/ai-shell@sha256:00';

function render(props: Partial<AiShellEcsProps> = {}): string {
  return renderBoot(resolveSettings({ ...minimal, ...props }), { images: [IMAGE], region: 'eu-central-1' });
}

describe('user data', () => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-user-data-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Runs it for real, with every absolute path moved below a folder and systemctl written down. */
  function run(text: string): string[] {
    const calls = join(root, 'systemctl.calls');
    writeFileSync(join(root, 'systemctl'), `#!/bin/sh\necho "$*" >>${calls}\n`);
    chmodSync(join(root, 'systemctl'), 0o755);
    writeFileSync(calls, '');
    const moved = text.replaceAll(/^write_file \//gm, `write_file ${root}/`);
    execFileSync('bash', ['-c', moved], {
      env: { PATH: `${root}:${process.env['PATH']}` },
      // A socket for stdin would make bash read its start-up files.
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return readFileSync(calls, 'utf8').trim().split('\n');
  }

  it('writes every file whole, then starts the pre-pull in the foreground', () => {
    expect(run(render())).toEqual(['daemon-reload', 'enable --now warmpath-prepull.service']);
    expect(readFileSync(join(root, 'usr/local/sbin/warmpath-prepull'), 'utf8')).toBe(prepullProgram());
    expect(statSync(join(root, 'usr/local/sbin/warmpath-prepull')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(root, 'etc/warmpath/prepull.conf'), 'utf8')).toContain(`IMAGES=${IMAGE}\n`);
  });

  it('changes nothing when it runs again', () => {
    run(render());
    const before = readFileSync(join(root, 'etc/ecs/ecs.config'), 'utf8');
    run(render());
    expect(readFileSync(join(root, 'etc/ecs/ecs.config'), 'utf8')).toBe(before);
  });

  it('replaces what another configuration left', () => {
    run(render({ warmPool: false }));
    expect(readFileSync(join(root, 'etc/ecs/ecs.config'), 'utf8')).not.toContain('WARM_POOLS');
  });

  it('watches the pool only where leaving it is no boot', () => {
    expect(run(render({ warmPool: { state: 'Running' } }))).toContain(
      'enable --now warmpath-prepull-watch.service',
    );
    expect(run(render({ warmPool: { state: 'Stopped' } })).join()).not.toContain('watch');
  });

  it('never waits for the agent, which waits for the end of user data', () => {
    expect(render()).not.toMatch(/systemctl .*\becs\b/);
  });

  it('is far below the limit of EC2', () => {
    expect(userDataSizeBytes(render({ warmPool: { state: 'Running' } }))).toBeLessThan(
      USER_DATA_LIMIT_BYTES / 2,
    );
  });

  it('passes shellcheck where that is installed', () => {
    const { error, stdout } = spawnSync('shellcheck', ['-s', 'bash', '-'], { input: render() });
    expect(error === undefined ? stdout.toString() : '').toBe('');
  });

  it('installs units that systemd accepts where it is installed', () => {
    run(render({ warmPool: { state: 'Running' } }));
    const units = join(root, 'etc/systemd/system');
    // The program is not installed on this machine: the units name one that is.
    for (const unit of ['warmpath-prepull.service', 'warmpath-prepull-watch.service']) {
      const text = readFileSync(join(units, unit), 'utf8');
      writeFileSync(join(root, unit), text.replaceAll('/usr/local/sbin/warmpath-prepull', '/bin/true'));
    }
    const { error, stderr } = spawnSync('systemd-analyze', [
      'verify',
      '--man=no',
      join(root, 'warmpath-prepull.service'),
      join(root, 'warmpath-prepull-watch.service'),
    ]);
    const complaints = error === undefined ? stderr.toString() : '';
    expect(complaints.split('\n').filter((line) => line.includes('warmpath-prepull'))).toEqual([]);
  });
});
