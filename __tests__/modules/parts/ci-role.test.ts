import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import type { Construct } from 'constructs';
import { CiApplyRole, CiPlanRole, githubSubjects } from '../../../modules/parts/ci-role';
import { writeProgram } from '../../scripts/cli/ci/pipeline-checkout';

const common = {
  repository: { owner: 'acme', ownerId: 11, name: 'warmpath', repositoryId: 22 },
  oidcProviderArn: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com',
};
const STATE = 'arn:aws:s3:::warmpath-terraform-state/prod/*';

function synthesized(make: (scope: Construct) => void) {
  const { resource } = JSON.parse(Testing.synthScope((scope) => make(scope)));
  function only(type: string): Record<string, unknown> {
    const [first] = Object.values(resource[type] ?? {});
    return first as Record<string, unknown>;
  }
  return {
    role: only('aws_iam_role'),
    policy: only('aws_iam_role_policy'),
    attached: only('aws_iam_role_policy_attachment'),
  };
}

function planRole(props: object = {}) {
  return synthesized((scope) => {
    new CiPlanRole(scope, 'ci', {
      ...common,
      name: 'warmpath-prod-plan',
      environment: 'prod-plan',
      stateObjectArns: [STATE],
      ...props,
    });
  });
}

function applyRole(props: object = {}) {
  return synthesized((scope) => {
    new CiApplyRole(scope, 'ci', {
      ...common,
      name: 'warmpath-prod-apply',
      environment: 'prod',
      policyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      ...props,
    });
  });
}

function documentOf(text: unknown) {
  return JSON.parse(String(text));
}

describe('the role of jobs that plan', () => {
  const { role, policy, attached } = planRole();

  it('is taken on by jobs of one environment of one repository, compared exactly, in both forms of the subject', () => {
    const [statement] = documentOf(role['assume_role_policy']).Statement;
    expect(statement.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': [
          'repo:acme/warmpath:environment:prod-plan',
          'repo:acme@11/warmpath@22:environment:prod-plan',
        ],
      },
    });
  });

  it('reads configuration, no data, and no object but the state and programs', () => {
    expect(attached['policy_arn']).toBe('arn:aws:iam::aws:policy/ReadOnlyAccess');
    expect(documentOf(policy['policy']).Statement).toMatchObject([
      {
        Effect: 'Deny',
        Action: expect.arrayContaining(['dynamodb:Scan', 'sqs:ReceiveMessage']),
        Resource: '*',
      },
      {
        Effect: 'Deny',
        Action: ['s3:GetObject', 's3:GetObjectVersion'],
        NotResource: [STATE, 'arn:aws:s3:::*/code/agent-*'],
      },
    ]);
  });

  it('decrypts the state with the keys that are named, within its boundary, in its own partition', () => {
    const stateKeyArns = ['arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/1'];
    const permissionsBoundaryArn = 'arn:aws-us-gov:iam::111111111111:policy/boundary';
    const oidcProviderArn = common.oidcProviderArn.replace('arn:aws:', 'arn:aws-us-gov:');
    const bounded = planRole({ stateKeyArns, permissionsBoundaryArn, oidcProviderArn });
    expect(documentOf(bounded.policy['policy']).Statement[2]).toMatchObject({
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: stateKeyArns,
    });
    expect(bounded.role['permissions_boundary']).toBe(permissionsBoundaryArn);
    expect(bounded.attached['policy_arn']).toBe('arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess');
    expect(role['permissions_boundary']).toBeUndefined();
  });

  it('writes colons in names of environments as GitHub does', () => {
    expect(githubSubjects(common.repository, 'eu:prod')[0]).toBe('repo:acme/warmpath:environment:eu%3Aprod');
  });
});

it('the role of jobs that apply trusts the environment with the reviewers, and has the policies that are named', () => {
  const { role, attached } = applyRole({
    permissionsBoundaryArn: 'arn:aws:iam::111111111111:policy/boundary',
  });
  expect(role['assume_role_policy']).toContain('repo:acme@11/warmpath@22:environment:prod"');
  expect(role['permissions_boundary']).toBe('arn:aws:iam::111111111111:policy/boundary');
  expect(attached['policy_arn']).toBe('arn:aws:iam::aws:policy/AdministratorAccess');
});

describe('the commands of docs/deploy.md', () => {
  let calls: readonly (readonly string[])[];
  let input: string;

  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'warmpath-setup-'));
    try {
      for (const name of ['aws', 'gh'])
        writeProgram(
          join(folder, 'bin', name),
          `node -e 'process.stdout.write(JSON.stringify(process.argv.slice(1)) + "\\n")' -- ${name} "$@" >> ${folder}/calls
case "$*" in *--input*) cat > ${folder}/input;; *.owner.id*) echo 11;; *teams*) echo 33;; *.id) echo 22;; esac`,
        );
      const page = readFileSync(join(__dirname, '../../../docs/deploy.md'), 'utf8');
      const section = page.slice(page.indexOf('### Set up\n'), page.indexOf('### What happens then'));
      const blocks = [...section.matchAll(/^ {3}```bash\n([\s\S]*?)^ {3}```/gm)].map(
        ([, block = '']) => block,
      );
      execFileSync('bash', ['-euo', 'pipefail', '-c', blocks.join('\n').replaceAll(/^ {3}/gm, '')], {
        env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` },
      });
      const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
      calls = lines.map((line) => JSON.parse(line));
      input = readFileSync(join(folder, 'input'), 'utf8');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** Returns the value of an option of the call of `aws iam VERB` for a role. */
  function option(verb: string, role: string, name: string): string | undefined {
    const call = calls.find((each) => each[2] === verb && each.includes(role));
    return call?.[call.indexOf(name) + 1];
  }

  it.each([
    ['warmpath-prod-plan', planRole()],
    ['warmpath-prod-apply', applyRole()],
  ])('make %s as the construct does', (name, { role, policy, attached }) => {
    const trust = option('create-role', name, '--assume-role-policy-document');
    expect(documentOf(trust)).toEqual(documentOf(role['assume_role_policy']));
    expect(Number(option('create-role', name, '--max-session-duration'))).toBe(role['max_session_duration']);
    expect(option('attach-role-policy', name, '--policy-arn')).toBe(attached['policy_arn']);
    if (policy !== undefined)
      expect(documentOf(option('put-role-policy', name, '--policy-document'))).toEqual(
        documentOf(policy['policy']),
      );
  });

  it('make the environments, with reviewers and one branch for the one that applies, and all variables of the jobs', () => {
    expect(documentOf(input)).toMatchObject({
      reviewers: [{ type: 'Team', id: 33 }],
      deployment_branch_policy: { custom_branch_policies: true },
    });
    const set = calls.filter(([, verb]) => verb === 'variable').map((call) => `${call[7]} ${call[3]}`);
    const used = ['plan.yml', 'apply.yml', 'drift.yml'].flatMap((name) => [
      ...readFileSync(join(__dirname, '../../../.github/workflows', name), 'utf8').matchAll(/vars\.(\w+)/g),
    ]);
    expect(new Set(set.map((each) => each.split(' ')[1]))).toEqual(new Set(used.map(([, name]) => name)));
    expect(set).toContain('prod-plan AWS_PLAN_ROLE_ARN');
    expect(set).toContain('prod AWS_APPLY_ROLE_ARN');
  });
});
