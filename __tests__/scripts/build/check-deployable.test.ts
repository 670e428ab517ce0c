import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { scripts } from '../../../package.json';
import { refusalsOf } from '../../../scripts/build/check-deployable';

const folder = mkdtempSync(join(tmpdir(), 'warmpath-deployable-'));

afterAll(() => rmSync(folder, { recursive: true }));

describe('a stack on its way to a deployment', () => {
  const stacks = {
    'shell-prod': { account: '123456789012', digest: 'a' },
    'shell-staging': { account: '123456789012', digest: '0' },
    'shell-local': { account: '111111111111', digest: '0' },
  };
  function refused(...args: readonly string[]) {
    return refusalsOf(folder, args).map((refusal) => refusal.replace(/ still has.*/, ''));
  }

  beforeAll(() => {
    const names = Object.keys(stacks);
    const manifest = Object.fromEntries(names.map((name) => [name, { name, workingDirectory: name }]));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ stacks: manifest }));
    for (const [name, { account, digest }] of Object.entries(stacks)) {
      mkdirSync(join(folder, name));
      const image = `ai-shell@sha256:${digest.repeat(64)}`;
      writeFileSync(
        join(folder, name, 'cdk.tf.json'),
        JSON.stringify({
          provider: { aws: [{ allowed_account_ids: [account] }] },
          resource: { aws_ecs_task_definition: { task: { image } } },
        }),
      );
    }
  });

  it('may go where account and image are real ones', () => {
    expect(refusalsOf(folder, ['shell-prod'])).toEqual([]);
  });

  it('is held back by a digest or an account that is an example, and told which', () => {
    expect(refusalsOf(folder, ['shell-staging', 'shell-local'])).toEqual([
      'deploy: shell-local still has the account 111111111111 and an image digest that is all zeros; write your own into environments.ts.',
      'deploy: shell-staging still has an image digest that is all zeros; write your own into environments.ts.',
    ]);
  });

  it('is looked at where it is named, by itself or by a pattern', () => {
    expect(refused('shell-*', '--auto-approve')).toEqual(['deploy: shell-local', 'deploy: shell-staging']);
    expect(refused('--auto-approve', 'shell-local')).toEqual(['deploy: shell-local']);
    expect(refused('shell', '--var=a.b', 'shell.local')).toEqual([]);
  });
});

it.each([
  { checked: 0, deployed: 'deploy shell-prod --var a b\n' },
  { checked: 2, deployed: '' },
])('npm run deploy goes on to the CDKTF CLI only where the check ends with 0: $checked', (run) => {
  const programs = mkdtempSync(join(folder, 'bin-'));
  function program(name: string, body: string) {
    return writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  program(
    'tsx',
    `[ "$*" = 'scripts/build/check-deployable.ts shell-prod --var a b' ] && exit ${run.checked}`,
  );
  program('cdktf', 'echo "$@"');
  const { status, stdout } = spawnSync('sh', ['-c', `${scripts.deploy} shell-prod --var 'a b'`], {
    env: { PATH: [programs, process.env['PATH']].join(delimiter) },
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: run.checked, stdout: run.deployed });
});
