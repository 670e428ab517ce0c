/** What keeps shells on one host from each other and from the host, and keeps the record of who was in them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environments } from '../../../environments';
import { renderAgentDropIn } from '../../../modules/ai-shell-ecs/boot/prepull-unit';
import { synthesize, userDataOf } from './synth';

const keyArn = 'arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9';

function definitionOf(task: object = {}): string {
  return String(synthesize({ task }).one('aws_ecs_task_definition')['container_definitions']);
}

describe('a shell', () => {
  it('has no raw sockets, with which it could speak as another on its bridge', () => {
    expect(definitionOf()).toMatch(/"capabilities" = \{"drop" = \["NET_RAW"\]\}/);
  });

  it('runs as the user, and without the privileges, that it is told', () => {
    const narrow = definitionOf({ user: '1000:1000', noNewPrivileges: true });
    expect(narrow).toContain('"user" = "1000:1000"');
    expect(narrow).toContain('"dockerSecurityOptions" = ["no-new-privileges"]');
    expect(definitionOf()).not.toMatch(/"user"|dockerSecurityOptions/);
  });
});

describe('a host', () => {
  const shell = synthesize();

  it('refuses privileged containers', () => {
    expect(userDataOf(shell)).toContain('\nECS_DISABLE_PRIVILEGED=true\n');
  });

  it('lets nothing out but HTTPS, and nothing in', () => {
    expect(shell.one('aws_vpc_security_group_egress_rule')).toMatchObject({
      ip_protocol: 'tcp',
      from_port: 443,
      to_port: 443,
    });
    expect(shell.count('aws_vpc_security_group_ingress_rule')).toBe(0);
  });

  describe('before the agent starts', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-iptables-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const [, command = ''] = /^ExecStartPre=-\/bin\/sh -c '(.*)'$/m.exec(renderAgentDropIn()) ?? [];

    /** Runs the command twice against a list of rules in a file, and returns the rules. */
    function rulesAfterTwoStarts(): string {
      const rules = join(folder, 'rules');
      writeFileSync(rules, '');
      writeFileSync(
        join(folder, 'iptables'),
        `#!/bin/sh\nshift; op=$1; shift\ncase $op in -C) grep -qxF -- "$*" ${rules} ;; -I) echo "$*" >>${rules} ;; esac\n`,
      );
      chmodSync(join(folder, 'iptables'), 0o755);
      for (let start = 0; start < 2; start++)
        execFileSync('sh', ['-c', command], { env: { PATH: `${folder}:${process.env['PATH']}` } });
      return readFileSync(rules, 'utf8');
    }

    it('closes the introspection port of the agent to containers on the bridge, once however often it starts', () => {
      expect(rulesAfterTwoStarts()).toBe('INPUT -i docker0 -p tcp --dport 51678 -j DROP\n');
    });

    it('is a command that the shell accepts', () => {
      expect(spawnSync('sh', ['-n', '-c', command]).stderr.toString()).toBe('');
      expect(userDataOf(synthesize())).toContain(command);
    });
  });
});

describe('the record of sessions', () => {
  function record(exec: object) {
    return synthesize({ exec }).one('aws_cloudwatch_log_group', 'exec-logs');
  }

  it('is kept for a year whatever the retention of the other logs, under a key made for it', () => {
    const shell = synthesize({ logs: { retentionDays: 7 } });
    expect(shell.one('aws_cloudwatch_log_group', 'exec-logs')).toMatchObject({
      retention_in_days: 365,
      kms_key_id: expect.stringMatching(/^\$\{aws_kms_key\./),
      skip_destroy: false,
    });
    expect(shell.one('aws_cloudwatch_log_group', 'task_logs')['retention_in_days']).toBe(7);
  });

  it('is kept as long, under the key, and beyond the deployment, as it is told', () => {
    expect(record({ recordRetentionDays: 731, kmsKeyArn: keyArn, retainRecord: true })).toMatchObject({
      retention_in_days: 731,
      kms_key_id: keyArn,
      skip_destroy: true,
    });
  });

  it('outlives the deployment in production', () => {
    const { exec } = environments.prod.aiShell;
    expect(exec !== false && exec?.retainRecord).toBe(true);
  });
});
