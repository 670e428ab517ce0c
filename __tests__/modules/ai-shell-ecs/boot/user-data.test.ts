import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  return renderBoot(resolveSettings({ ...minimal, ...props }), {
    images: [IMAGE],
    registrySecrets: {},
    region: 'eu-central-1',
  });
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

  it('writes every file whole, then starts the pre-pull in the foreground and the watch after it', () => {
    expect(run(render())).toEqual([
      'daemon-reload',
      'enable --now warmpath-prepull.service',
      'enable --now warmpath-prepull-watch.service',
    ]);
    expect(readFileSync(join(root, 'usr/local/sbin/warmpath-prepull'), 'utf8')).toBe(prepullProgram());
    expect(statSync(join(root, 'usr/local/sbin/warmpath-prepull')).mode & 0o777).toBe(0o755);
    expect(readFileSync(join(root, 'etc/warmpath/prepull.conf'), 'utf8')).toContain(`IMAGES=${IMAGE}\n`);
  });

  describe("with parts of one's own", () => {
    /** As on an instance, with the folders of the parts below the test's own. */
    function ran(userData: NonNullable<AiShellEcsProps['userData']>): string[] {
      const text = render({ userData })
        .replaceAll('bash -e /usr', `bash -e ${root}/usr`)
        .replaceAll('/run/warmpath', `${root}/run/warmpath`);
      return run(text);
    }
    const failed = join(root, 'run/warmpath/user-data-failed');

    it('runs one before the units start, and one after', () => {
      const calls = ran({ beforeGate: `systemctl before\n`, afterGate: 'systemctl after' });
      expect(calls).toEqual([
        'before',
        'daemon-reload',
        'enable --now warmpath-prepull.service',
        'enable --now warmpath-prepull-watch.service',
        'after',
      ]);
      expect(existsSync(failed)).toBe(false);
    });

    it('lets the pre-pull know of the first that fails, and starts it all the same', () => {
      const calls = ran({ beforeGate: 'false\nsystemctl never' });
      expect(calls).not.toContain('never');
      expect(calls).toContain('enable --now warmpath-prepull.service');
      expect(existsSync(failed)).toBe(true);
      rmSync(failed);
    });

    it('takes expressions of the shell as they are', () => {
      expect(ran({ beforeGate: 'word=a%{b}; systemctl "${word}"' })[0]).toBe('a%{b}');
    });
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

  it.each<NonNullable<AiShellEcsProps['warmPool']>>([{ state: 'Stopped' }, { state: 'Running' }, false])(
    'has the watch that completes the hook with the pool %j',
    (warmPool) => {
      expect(run(render({ warmPool }))).toContain('enable --now warmpath-prepull-watch.service');
    },
  );

  it('lets the program ask as long as the group waits, and systemd kill it only after that', () => {
    run(render({ prepull: { timeoutSeconds: 600, hookTimeoutSeconds: 2000 } }));
    expect(readFileSync(join(root, 'etc/warmpath/prepull.conf'), 'utf8')).toMatch(
      /^PULL_TIMEOUT_SECONDS=600\n(.*\n)*HOOK_TIMEOUT_SECONDS=2000\n/m,
    );
    expect(readFileSync(join(root, 'etc/systemd/system/warmpath-prepull.service'), 'utf8')).toContain(
      'TimeoutStartSec=2300\n',
    );
  });

  it('never waits for the agent, which waits for the end of user data', () => {
    expect(render()).not.toMatch(/systemctl .*\becs\b/);
  });

  it('is below the limit of EC2 with all there can be, without what compresses well', () => {
    function random(length: number): string {
      return randomBytes(length).toString('hex').slice(0, length);
    }
    function values(count: number, prefix: string): Record<string, string> {
      return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, random(32)]));
    }
    const settings = resolveSettings({
      ...minimal,
      warmPool: { state: 'Running' },
      agent: { attributes: values(10, 'attribute'), extra: values(20, 'ECS_EXTRA_') },
    });
    const images = Array.from(
      { length: 20 },
      () => `111111111111.dkr.ecr.eu-central-1.amazonaws.com/${random(40)}@sha256:${random(64)}`,
    );
    const sizeBytes = userDataSizeBytes(
      renderBoot(settings, { images, registrySecrets: {}, region: 'eu-central-1' }),
    );
    expect(sizeBytes).toBeLessThan(USER_DATA_LIMIT_BYTES);
  });

  it('takes little more than half of the limit as it is', () => {
    expect(userDataSizeBytes(render({ warmPool: { state: 'Running' } }))).toBeLessThan(
      USER_DATA_LIMIT_BYTES * 0.55,
    );
  });

  it('passes shellcheck, and so does the program alone', () => {
    for (const text of [render(), prepullProgram()])
      expect(complaints('shellcheck', ['-s', 'bash', '-'], text)).toBe('');
  });

  it('installs units that systemd accepts, in an order that has no cycle with those of the AMI', () => {
    run(render({ warmPool: { state: 'Running' } }));
    // As on the AMI: the agent comes after Docker and after user data.
    const others = {
      'docker.service': '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
      'cloud-final.service':
        '[Unit]\nAfter=network-online.target\n[Service]\nType=oneshot\nExecStart=/bin/true\n',
      'ecs.service':
        '[Unit]\nWants=docker.service\nPartOf=docker.service\nAfter=docker.service cloud-final.service\n' +
        '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
    };
    for (const [unit, text] of Object.entries(others)) writeFileSync(join(root, unit), text);
    const ours = ['warmpath-prepull.service', 'warmpath-prepull-watch.service'];
    for (const unit of ours) {
      const text = readFileSync(join(root, 'etc/systemd/system', unit), 'utf8');
      // The program is not installed on this machine: the units name one that is.
      writeFileSync(join(root, unit), text.replaceAll('/usr/local/sbin/warmpath-prepull', '/bin/true'));
    }
    const files = [...ours, ...Object.keys(others)].map((unit) => join(root, unit));
    const text = complaints('systemd-analyze', ['verify', '--man=no', ...files]);
    expect(text.split('\n').filter((line) => /warmpath|cycle/.test(line))).toEqual([]);
  });
});

/** What a checker says; nothing where it is not installed, except in CI, which has it. */
function complaints(checker: string, args: readonly string[], input = ''): string {
  const { error, stdout, stderr } = spawnSync(checker, args, { input, encoding: 'utf8' });
  if (error === undefined) return `${stdout}${stderr}`;
  if (process.env['CI'] === 'true') throw new Error(`${checker} is not installed`, { cause: error });
  return '';
}
