import { actionsWithoutResource } from '../policy';
import type { Finding, GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource, type StackView, strings } from './stack-view';

/** Attributes that hold an IAM policy, by resource type. */
const policyAttributes: Readonly<Record<string, readonly string[]>> = {
  aws_api_gateway_rest_api: ['policy'],
  aws_api_gateway_rest_api_policy: ['policy'],
  aws_cloudwatch_log_resource_policy: ['policy_document'],
  aws_ecr_repository_policy: ['policy'],
  aws_iam_policy: ['policy'],
  aws_iam_role: ['assume_role_policy'],
  aws_iam_role_policy: ['policy'],
  aws_kms_key: ['policy'],
  aws_s3_bucket_policy: ['policy'],
  aws_sns_topic_policy: ['policy'],
  aws_sqs_queue_policy: ['policy'],
  aws_vpc_endpoint: ['policy'],
};

/** No wildcard in an allowed action; `*` as a resource only for actions that AWS authorizes without one. */
export const leastPrivilege: GuardRail = (stack) => [
  ...stack.resources.flatMap((resource) =>
    (policyAttributes[resource.type] ?? []).flatMap((attribute) =>
      policyFindings(stack, resource, attribute),
    ),
  ),
  ...stack.ofType('data.aws_iam_policy_document').flatMap((document) =>
    blocks(document.attributes['statement']).flatMap((statement) =>
      statementFindings(document, {
        effect: statement['effect'] ?? 'Allow',
        actions: strings(statement['actions']),
        resources: strings(statement['resources']),
      }),
    ),
  ),
];

function policyFindings(stack: StackView, resource: SeenResource, attribute: string): readonly Finding[] {
  const value = resource.attributes[attribute];
  if (value === undefined || isDocumentReference(value)) return [];
  const policy = stack.json(resource, attribute);
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy))
    return [
      {
        resource,
        rule: `${attribute} must be readable at synthesis`,
        consequence: 'Nobody can check what it allows before it is applied',
        fix: 'Write it with policyDocument from modules/parts/policy.ts',
      },
    ];
  return blocks(policy.Statement).flatMap((statement) =>
    isKeyAdministration(resource, statement)
      ? []
      : statementFindings(resource, {
          effect: statement['Effect'],
          actions: strings(statement['Action']),
          // In the policy of a key, `*` is the key itself.
          resources: resource.type === 'aws_kms_key' ? [] : strings(statement['Resource']),
        }),
  );
}

function isDocumentReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{data\.aws_iam_policy_document\.[^}]+\}$/.test(value);
}

/** The statement every key needs so that the account does not lock itself out of it. */
function isKeyAdministration(resource: SeenResource, statement: Attributes): boolean {
  const principal = statement['Principal'];
  return (
    resource.type === 'aws_kms_key' &&
    strings(statement['Action']).join() === 'kms:*' &&
    typeof principal === 'object' &&
    principal !== null &&
    'AWS' in principal &&
    strings(principal.AWS).every((arn) => arn.endsWith(':root'))
  );
}

function statementFindings(
  resource: SeenResource,
  statement: {
    readonly effect: unknown;
    readonly actions: readonly string[];
    readonly resources: readonly string[];
  },
): readonly Finding[] {
  if (statement.effect !== 'Allow') return [];
  const findings: Finding[] = [];
  const wildcards = statement.actions.filter((action) => /[*?]/.test(action));
  if (wildcards.length > 0)
    findings.push({
      resource,
      rule: `No wildcard in an allowed action: got ${wildcards.join(', ')}`,
      consequence: 'It also allows what AWS adds under that name later',
      fix: 'Name each action',
    });
  if (statement.actions.includes('iam:PassRole') && statement.resources.some((arn) => /[*?]/.test(arn)))
    findings.push({
      resource,
      rule: `No role of one's choice to pass: got iam:PassRole on ${statement.resources.join(', ')}`,
      consequence: 'Who may pass any role may do what the strongest role may',
      fix: 'Name the one role that is passed',
    });
  const unlisted = statement.actions.filter((action) => actionsWithoutResource[action] === undefined);
  if (unlisted.length > 0 && statement.resources.some(isEverything))
    findings.push({
      resource,
      rule: `No wildcard resource without a listed reason: got * for ${unlisted.join(', ')}`,
      consequence: 'It reaches every resource of the account',
      fix: 'Name the ARN, or list the action with its reason in actionsWithoutResource of modules/parts/policy.ts',
    });
  return findings;
}

function isEverything(resource: string): boolean {
  return resource === '*' || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$/.test(resource);
}
