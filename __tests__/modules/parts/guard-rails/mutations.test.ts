/** Changes that somebody makes to a stack some day, each in what is deployed: the guard rails refuse every one. */
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { type TerraformElement, TerraformResource, TerraformStack, Testing } from 'cdktf';
import { AiShellEcs } from '../../../../modules/ai-shell-ecs';
import { addGuardRails } from '../../../../modules/parts/guard-rails';
import { Prewarm } from '../../../../modules/prewarm';
import { minimal } from '../../ai-shell-ecs/props';

const modules = {
  'ai-shell-ecs': (stack: TerraformStack) =>
    new AiShellEcs(stack, 'shell', { ...minimal, coldStartMetrics: {}, goldenAmi: {} }),
  prewarm: (stack: TerraformStack) =>
    new Prewarm(stack, 'prewarm', { deployment: 'test', accountId: '111111111111', region: 'eu-central-1' }),
} as const;

/** Errors of a module after a change to it. */
function errorsOf(module: keyof typeof modules, mutate: (stack: TerraformStack) => void): readonly string[] {
  const stack = new TerraformStack(Testing.app(), 'stack');
  new AwsProvider(stack, 'aws', { region: 'eu-central-1' });
  modules[module](stack);
  mutate(stack);
  addGuardRails(stack);
  Testing.synth(stack);
  return stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata.filter(({ type }) => type === '@cdktf/error'))
    .map(({ data }) => String(data));
}

function resourcesOf(stack: TerraformStack, type: string): TerraformResource[] {
  const found = stack.node
    .findAll()
    .filter(TerraformResource.isTerraformResource)
    .filter(({ terraformResourceType }) => terraformResourceType === type);
  if (found.length === 0) throw new Error(`no ${type} to change`);
  return found;
}

function set(type: string, path: string, value: unknown) {
  return (stack: TerraformStack) => resourcesOf(stack, type)[0]!.addOverride(path, value);
}

function remove(type: string) {
  return (stack: TerraformStack) => {
    const [first] = resourcesOf(stack, type);
    first!.node.scope!.node.tryRemoveChild(first!.node.id);
  };
}

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

function add(type: string, attributes: object) {
  return (stack: TerraformStack) => {
    class Added extends TerraformResource {
      protected override synthesizeAttributes() {
        return attributes as Record<string, unknown>;
      }
    }
    new Added(stack, 'added', { terraformResourceType: type }) satisfies TerraformElement;
  };
}

const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const trustAll = policy({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' });
const both = ['ai-shell-ecs', 'prewarm'] as const;

const mutations: readonly (readonly [
  string,
  RegExp,
  readonly (keyof typeof modules)[],
  (stack: TerraformStack) => void,
])[] = [
  [
    'a role that is an administrator',
    /No managed policy/,
    both,
    add('aws_iam_role_policy_attachment', { role: 'r', policy_arn: administrator }),
  ],
  [
    'a role with the managed policy inside',
    /No managed policy/,
    both,
    set('aws_iam_role', 'managed_policy_arns', [administrator]),
  ],
  [
    'a role with a policy inside',
    /No policy inside a role/,
    both,
    set('aws_iam_role', 'inline_policy', [
      { name: 'p', policy: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) },
    ]),
  ],
  [
    'a role that everybody may take on',
    /No principal \*/,
    both,
    set('aws_iam_role', 'assume_role_policy', trustAll),
  ],
  [
    'a queue that everybody may send to',
    /No principal \*/,
    both,
    set(
      'aws_sqs_queue_policy',
      'policy',
      policy({
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sqs:SendMessage',
        Resource: 'arn:aws:sqs:eu-central-1:111111111111:q',
      }),
    ),
  ],
  [
    'a function that any rule may invoke',
    /invoked for one source/,
    both,
    set('aws_lambda_permission', 'source_arn', undefined),
  ],
  [
    'metadata within two hops',
    /Metadata within one hop/,
    both,
    set('aws_launch_template', 'metadata_options.http_put_response_hop_limit', 2),
  ],
  [
    'a key that is never rotated',
    /Every key is rotated/,
    both,
    set('aws_kms_key', 'enable_key_rotation', false),
  ],
  [
    'egress by every protocol',
    /No egress by every protocol/,
    both,
    set('aws_vpc_security_group_egress_rule', 'ip_protocol', '-1'),
  ],
  [
    'the right to pass any role',
    /No role of one's choice/,
    both,
    set(
      'aws_iam_role_policy',
      'policy',
      policy({ Effect: 'Allow', Action: ['iam:PassRole'], Resource: ['arn:aws:iam::111111111111:role/*'] }),
    ),
  ],
  [
    'a bucket that may become public',
    /blocks public access/,
    ['prewarm'],
    remove('aws_s3_bucket_public_access_block'),
  ],
  [
    'a bucket that blocks half of it',
    /blocks public access/,
    ['prewarm'],
    set('aws_s3_bucket_public_access_block', 'block_public_policy', false),
  ],
];

describe.each(both)('in %s', (module) => {
  it('the rails find nothing as it is', () => {
    expect(errorsOf(module, () => {})).toEqual([]);
  });

  it.each(mutations.filter(([, , of]) => of.includes(module)))(
    'they refuse %s',
    (_what, finding, _of, mutate) => {
      expect(errorsOf(module, mutate)).toContainEqual(expect.stringMatching(finding));
    },
  );
});
