import type { GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource, type StackView, strings } from './stack-view';

/** Attributes that say who may reach a resource or take on a role. The policy of an endpoint or a private API is bounded by its network. */
const policies: Readonly<Record<string, string>> = {
  aws_ecr_repository_policy: 'policy',
  aws_iam_role: 'assume_role_policy',
  aws_kms_key: 'policy',
  aws_s3_bucket_policy: 'policy',
  aws_sns_topic_policy: 'policy',
  aws_sqs_queue: 'policy',
  aws_sqs_queue_policy: 'policy',
};

/** No policy allows every principal, and a service may invoke a function for one source only. */
export const openPrincipals: GuardRail = (stack) => [
  ...stack.resources
    .filter((resource) => allowsEverybody(stack, resource))
    .map((resource) => ({
      resource,
      rule: `No principal *: ${resource.address} allows everybody`,
      consequence: 'Any AWS account may use it, and a queue or role that anybody reaches is a way in',
      fix: 'Name the service or the role, and for a service the source that it acts for',
    })),
  ...stack
    .ofType('aws_lambda_permission')
    .filter(({ attributes }) => attributes['source_arn'] === undefined)
    .map((resource) => ({
      resource,
      rule: `A function is invoked for one source: ${resource.address} names none`,
      consequence: "Anybody's rule, topic or API may invoke it through the service",
      fix: 'Set sourceArn',
    })),
];

function allowsEverybody(stack: StackView, resource: SeenResource): boolean {
  const attribute = policies[resource.type];
  const policy = attribute === undefined ? undefined : stack.json(resource, attribute);
  if (typeof policy !== 'object' || policy === null || !('Statement' in policy)) return false;
  return blocks(policy.Statement).some(
    (statement) =>
      statement['Effect'] === 'Allow' && isEverybody(statement['Principal']) && !isBounded(statement),
  );
}

function isEverybody(principal: unknown): boolean {
  if (typeof principal === 'object' && principal !== null && 'AWS' in principal)
    return strings(principal.AWS).includes('*');
  return principal === '*';
}

/** A condition on who asks; one on how, such as TLS, lets everybody in. */
function isBounded(statement: Attributes): boolean {
  return /aws:(SourceArn|SourceAccount|SourceVpce|PrincipalOrgID|PrincipalArn|PrincipalAccount)/i.test(
    JSON.stringify(statement['Condition'] ?? {}),
  );
}
