import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentUnit, agentUserData } from '../../../modules/prewarm/agent-user-data';

const AGENT_UNIT = agentUnit(22);
const script = agentUserData({
  nodeVersion: 22,
  region: 'eu-central-1',
  bucket: 'bucket',
  key: 'code/agent-abc.js',
  sha256: 'abc',
  logGroup: '/prewarm/agent',
  environment: {
    DEPLOYMENT: 'test',
    METRICS_NAMESPACE: 'Warmpath/Prewarm',
    REQUEST_TABLE: 'requests',
    POP_TABLE: 'pops',
    TASK_TABLE: 'tasks',
    RECORD_RETENTION_DAYS: '30',
    BUCKET: 'bucket',
    QUEUE_URL: 'https://sqs.example.com/1/tasks',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/1/dead',
    HEADERS_KEY_ARN: 'arn:aws:kms:eu-central-1:1:key/x',
    GROUP_NAME: 'group',
    VISIBILITY_SECONDS: '120',
    MAX_DELIVERIES: '5',
  },
});

/** What a tool of Linux says; nothing on a workstation without it. CI has it. */
function ask(tool: string, args: readonly string[], input = ''): { status: number | null; said: string } {
  const { error, status, stdout, stderr } = spawnSync(tool, args, { input, encoding: 'utf8' });
  if (error === undefined) return { status, said: `${stdout}${stderr}` };
  if (process.env['CI'] === 'true') throw error;
  return { status: 0, said: '' };
}

describe('what an agent instance does at boot', () => {
  it('is a shell script without a fault of syntax', () => {
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr).toBe('');
  });

  it('holds nothing that Terraform would take for an expression of its own', () => {
    expect(script).not.toMatch(/[$%]\{/);
  });

  it('stays below what user data may have, before base64', () => {
    expect(script.length).toBeLessThan(12_000);
  });

  it('runs the agent only when its code has the hash it was launched with', () => {
    expect(script.indexOf('sha256sum --check')).toBeGreaterThan(0);
    expect(script.indexOf('sha256sum --check')).toBeLessThan(script.indexOf('mv /opt/warmpath/agent.js.new'));
  });

  it('gives the agent longer to drain than it takes, and no way to gain rights', () => {
    expect(AGENT_UNIT).toMatch(/^TimeoutStopSec=30$/m);
    for (const line of [
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'DynamicUser=yes',
      'Restart=on-failure',
    ])
      expect(AGENT_UNIT.split('\n')).toContain(line);
  });

  it('is free of what shellcheck finds', () => {
    expect(ask('shellcheck', ['--shell', 'bash', '-'], script).said).toBe('');
  });
});

describe('a first boot', () => {
  const root = mkdtempSync(join(tmpdir(), 'warmpath-boot-'));
  const seen = join(root, 'seen');
  const code = 'console.log("agent")\n';
  const sha256 = createHash('sha256').update(code).digest('hex');
  function path(name: string): string {
    return join(root, name);
  }
  afterAll(() => rmSync(root, { recursive: true }));

  /** Runs the script with folders of its own; `aws` fails so many times before it answers with the code. */
  function boot(failures: number, hash = sha256): { status: number | null; calls: string } {
    rmSync(root, { recursive: true });
    for (const folder of [
      'bin',
      'etc/systemd/system',
      'etc/logrotate.d',
      'opt/aws/amazon-cloudwatch-agent/etc',
    ])
      mkdirSync(path(folder), { recursive: true });
    function program(name: string, ...lines: readonly string[]) {
      return writeFileSync(
        path(`bin/${name}`),
        ['#!/bin/bash', `echo "${name} $*" >>${seen}`, ...lines, ''].join('\n'),
        {
          mode: 0o755,
        },
      );
    }
    for (const name of ['dnf', 'systemctl', 'shutdown', 'sleep', 'rpm', 'node-22']) program(name);
    program(
      'aws',
      `[ "$(grep -c '^aws' ${seen})" -gt ${failures} ] || exit 255`,
      `cp ${path('code')} "$(echo "$*" | grep -o '[^ ]*agent.js.new')"`,
    );
    mkdirSync(path('opt/aws/amazon-cloudwatch-agent/bin'));
    const shipper = path('opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl');
    writeFileSync(shipper, '#!/bin/bash\n', { mode: 0o755 });
    writeFileSync(path('code'), code);
    const input = script
      .replaceAll(/(?<=[ >])\/(opt|etc)\//g, `${root}/$1/`)
      .replace(/^echo "abc {2}\S+"/m, `echo "${hash}  ${path('opt/warmpath/agent.js.new')}"`)
      .replace(/^\/opt\//m, `${root}/opt/`);
    const { status } = spawnSync('bash', ['-s'], {
      input,
      env: { PATH: `${path('bin')}:${process.env['PATH']}` },
    });
    return { status, calls: readFileSync(seen, 'utf8') };
  }

  it('starts the agent, with its environment, once code and unit are there', () => {
    const { status, calls } = boot(0);
    expect({ status, calls }).toMatchObject({
      status: 0,
      calls: expect.stringContaining('systemctl enable --now warmpath-agent.service'),
    });
    expect(calls).not.toContain('shutdown');
    expect(readFileSync(path('opt/warmpath/agent.js'), 'utf8')).toBe(code);
    expect(readFileSync(path('etc/warmpath/agent.env'), 'utf8')).toContain('GROUP_NAME=group\n');
    expect(readFileSync(path('etc/systemd/system/warmpath-agent.service'), 'utf8')).toContain('[Service]\n');
  });

  it('tries again what the network refused', () => {
    const { status, calls } = boot(3);
    expect(status).toBe(0);
    expect(calls.match(/^aws/gm)).toHaveLength(4);
  });

  it.each([
    ['the code cannot be had', 99, undefined],
    ['the code is another one', 0, 'f'.repeat(64)],
  ])('shuts the instance down, for its group to replace it, when %s', (_, failures, hash) => {
    const { status, calls } = boot(failures, hash);
    expect(status).not.toBe(0);
    expect(calls).toContain('shutdown -h +1');
    expect(calls).not.toContain('systemctl enable');
  });
});

describe('the unit of the agent, to systemd', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warmpath-unit-'));
  const unit = join(folder, 'warmpath-agent.service');
  // What runs it must be there; Node.js of the instances is not on every machine.
  writeFileSync(unit, AGENT_UNIT.replace('/usr/bin/node-22', process.execPath));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('holds no setting that it does not know, or that makes no sense', () => {
    const { status, said } = ask('systemd-analyze', ['verify', '--man=no', unit]);
    expect(said.split('\n').filter((line) => line.includes('warmpath-agent'))).toEqual([]);
    expect(status).toBe(0);
  });

  it('leaves little to attack: below 2 of 10', () => {
    const { status, said } = ask('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
    expect({ status, said: said.slice(-200) }).toMatchObject({ status: 0 });
  });
});
