/** What a construct owes those who use it beside what they have: their names, tags, roles, keys and overrides. */
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { AiShellEcs } from '../../../modules/ai-shell-ecs';
import { InvalidAiShellEcsError } from '../../../modules/ai-shell-ecs/errors';
import { addAiShellEcsOutputs } from '../../../modules/ai-shell-ecs/outputs';
import { minimal } from './props';

function stackWith(build: (stack: TerraformStack) => void) {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  build(stack);
  return JSON.parse(Testing.synth(stack, true));
}

function named(blocks: Readonly<Record<string, object>>): readonly Record<string, unknown>[] {
  return Object.values(blocks) as Record<string, unknown>[];
}

describe('a group that was given another name by an override', () => {
  const { resource, locals, output } = stackWith((stack) => {
    const shell = new AiShellEcs(stack, 'shell', minimal);
    shell.group.group.addOverride('name', 'legacy-asg');
    addAiShellEcsOutputs(stack, shell);
  });
  const text = JSON.stringify([resource, locals, output]);

  it('is what instances answer the hook of, what their role may answer, and what the command refreshes', () => {
    expect(JSON.stringify(locals)).toContain('ASG_NAME=legacy-asg');
    expect(text).toContain(':autoScalingGroupName/legacy-asg');
    expect(text).toContain('--group legacy-asg');
    expect(text).not.toContain('shell-ecs-asg');
  });
});

describe('a shell of an organization', () => {
  const { resource } = stackWith((stack) => {
    new AiShellEcs(stack, 'shell', {
      ...minimal,
      coldStartMetrics: {},
      goldenAmi: {},
      tags: { Team: 'shells' },
      roles: {
        namePrefix: 'team-',
        nameSuffix: '-west',
        path: '/teams/',
        permissionsBoundaryArn: 'arn:boundary',
      },
      logs: { kmsKeyArn: 'arn:key' },
    });
  });

  it('names, places and bounds every role, and places every profile', () => {
    const roles = named(resource.aws_iam_role);
    expect(roles.length).toBeGreaterThan(5);
    for (const role of roles)
      expect(role).toMatchObject({
        name: expect.stringMatching(/^team-.*-west$/),
        path: '/teams/',
        permissions_boundary: 'arn:boundary',
      });
    for (const profile of named(resource.aws_iam_instance_profile))
      expect(profile).toMatchObject({ name: expect.stringMatching(/-west$/), path: '/teams/' });
  });

  it('cuts a name that IAM would refuse as too long, to one that no other role has', () => {
    const long = stackWith((stack) => {
      new AiShellEcs(stack, 'shell', {
        ...minimal,
        name: 'shells-of-the-platform-team-eu-1',
        coldStartMetrics: {},
        goldenAmi: {},
        roles: { namePrefix: 'organization-', nameSuffix: '-apsoutheast2' },
      });
    });
    const names = named(long.resource.aws_iam_role).map((role) => String(role['name']));
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map((name) => name.length))).toBe(64);
  });

  it('encrypts every log group that has no key of its own', () => {
    const keys = named(resource.aws_cloudwatch_log_group).map((group) => group['kms_key_id']);
    expect(keys.filter((key) => key === 'arn:key').length).toBe(keys.length - 1);
    expect(keys).not.toContain(undefined);
  });

  it('tags every resource that takes tags', () => {
    const untagged = Object.entries<Record<string, Record<string, unknown>>>(resource).flatMap(
      ([type, blocks]) =>
        Object.entries(blocks)
          .filter(([, block]) => 'tags' in block || type === 'aws_lambda_function' || type === 'aws_iam_role')
          .filter(([, block]) => (block['tags'] as Record<string, string> | undefined)?.['Team'] !== 'shells')
          .map(([name]) => `${type}.${name}`),
    );
    expect(untagged).toEqual([]);
  });
});

it('leaves the list of the cluster before its capacity provider goes', () => {
  const { resource } = stackWith((stack) => void new AiShellEcs(stack, 'shell', minimal));
  expect(named(resource.aws_ecs_capacity_provider)[0]).toMatchObject({
    lifecycle: { create_before_destroy: true },
  });
});

it('takes a second shell into a stack under another name, with outputs of its own, and refuses one of the same', () => {
  const { output } = stackWith((stack) => {
    const blue = new AiShellEcs(stack, 'blue', { ...minimal, name: 'blue' });
    const green = new AiShellEcs(stack, 'green', { ...minimal, name: 'green' });
    addAiShellEcsOutputs(stack, blue, 'blue_');
    addAiShellEcsOutputs(stack, green, 'green_');
    expect(() => new AiShellEcs(stack, 'twin', { ...minimal, name: 'blue' })).toThrow(InvalidAiShellEcsError);
    expect(green.group.hook.name).toBeDefined();
    expect(green.network.securityGroup?.id).toBeDefined();
    expect(green.network.securityGroupRules.map(({ node }) => node.id)).toEqual(['https']);
  });
  expect(Object.keys(output)).toEqual(expect.arrayContaining(['blue_cluster_name', 'green_cluster_name']));
});
