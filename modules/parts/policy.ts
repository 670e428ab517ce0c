/** IAM policies as data: statements name their actions and their resources. */

export interface PolicyStatement {
  readonly sid?: string;
  /** @default 'Allow' */
  readonly effect?: 'Allow' | 'Deny';
  /** Whole action names, such as `sqs:SendMessage`; no wildcards in an Allow. */
  readonly actions: readonly string[];
  /** ARNs. `*` only for actions of `actionsWithoutResource`. */
  readonly resources: readonly string[];
  /** Principals of a resource policy or a trust policy. @default - none: an identity policy */
  readonly principals?: PolicyPrincipals;
  /** Operator -> key -> value, such as `{ StringEquals: { 'aws:SourceArn': rule.arn } }`. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export type PolicyPrincipals =
  | '*'
  | { readonly service: string }
  | { readonly aws: string | readonly string[] };

/**
 * Actions that AWS authorizes without a resource, so that `*` is the only resource a statement can name; with the reason.
 * The guard rails refuse `*` for any other action. Add an action here only together with its reason.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const actionsWithoutResource: Readonly<Record<string, string>> = {
  'autoscaling:DescribeAutoScalingGroups': 'list action, no resource type',
  'autoscaling:DescribeAutoScalingInstances': 'list action, no resource type',
  'autoscaling:DescribeInstanceRefreshes': 'list action, no resource type',
  'autoscaling:DescribeLifecycleHooks': 'list action, no resource type',
  'autoscaling:DescribeWarmPool': 'list action, no resource type',
  'cloudfront:ListDistributions': 'list action, no resource type',
  'cloudwatch:GetMetricData': 'no resource type, and no condition on the namespace',
  'cloudwatch:PutMetricData': 'no resource type; narrow it by the condition cloudwatch:namespace',
  'ec2:DescribeImages': 'list action, no resource type',
  'ec2:DescribeInstances': 'list action, no resource type',
  'ec2:DescribeLaunchTemplateVersions': 'list action, no resource type',
  'ec2:DescribeSnapshots': 'list action, no resource type',
  'ec2:DescribeTags': 'list action, no resource type',
  'ec2messages:AcknowledgeMessage': 'the channel of the agent has no resource type',
  'ec2messages:DeleteMessage': 'the channel of the agent has no resource type',
  'ec2messages:FailMessage': 'the channel of the agent has no resource type',
  'ec2messages:GetEndpoint': 'the channel of the agent has no resource type',
  'ec2messages:GetMessages': 'the channel of the agent has no resource type',
  'ec2messages:SendReply': 'the channel of the agent has no resource type',
  'ecr:GetAuthorizationToken': 'the token is for the whole registry',
  'ecs:DescribeTaskDefinition': 'read action, no resource type',
  'ecs:DiscoverPollEndpoint': 'asks for the endpoint of the Region, no resource type',
  'logs:DescribeLogGroups': 'list action, checked against every log group of the Region',
  'ssm:ListAssociations': 'list action, no resource type',
  'ssm:ListInstanceAssociations': 'the agent of an instance whose id nobody knows yet',
  'ssm:UpdateInstanceInformation':
    'the managed instance registers itself; AWS policy for Session Manager names no resource',
  'ssmmessages:CreateControlChannel': 'channels have no resource type',
  'ssmmessages:CreateDataChannel': 'channels have no resource type',
  'ssmmessages:OpenControlChannel': 'channels have no resource type',
  'ssmmessages:OpenDataChannel': 'channels have no resource type',
  'xray:PutTelemetryRecords': 'no resource type',
  'xray:PutTraceSegments': 'no resource type',
};

/** Returns the policy as JSON. Strings may hold tokens; lists must be plain. */
export function policyDocument(...statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(render) });
}

/** Returns the trust policy of a role that an AWS service takes on, such as `lambda.amazonaws.com`. */
export function trustService(service: string, conditions?: PolicyStatement['conditions']): string {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [conditions ? { ...statement, Condition: conditions } : statement],
  });
}

/** Returns the statement that denies every request without TLS, for the policy of a bucket, queue or topic. */
export function denyWithoutTls(service: 's3' | 'sqs' | 'sns', resources: readonly string[]): PolicyStatement {
  return {
    sid: 'DenyWithoutTls',
    effect: 'Deny',
    principals: '*',
    // The policy of a topic takes no wildcard action.
    actions: [service === 'sns' ? 'sns:Publish' : `${service}:*`],
    resources,
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  };
}

function render(statement: PolicyStatement): object {
  return {
    ...(statement.sid === undefined ? {} : { Sid: statement.sid }),
    Effect: statement.effect ?? 'Allow',
    ...(statement.principals === undefined ? {} : { Principal: renderPrincipals(statement.principals) }),
    Action: statement.actions,
    Resource: statement.resources,
    ...(statement.conditions === undefined ? {} : { Condition: statement.conditions }),
  };
}

function renderPrincipals(principals: PolicyPrincipals): object | string {
  if (principals === '*') return '*';
  return 'service' in principals ? { Service: principals.service } : { AWS: principals.aws };
}
