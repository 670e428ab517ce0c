import type { GuardRail } from './rule';
import { blocks, type SeenResource, strings } from './stack-view';

/** Policies of AWS that a role may have, with the reason; AWS adds rights to them whenever it likes. */
const allowed: Readonly<Record<string, string>> = {
  EC2InstanceProfileForImageBuilder:
    'the protocol between Image Builder and its build host is not documented otherwise',
  EC2ImageBuilderLifecycleExecutionPolicy:
    'what a lifecycle policy deletes is judged by Image Builder, with tags of its own',
  AmazonAPIGatewayPushToCloudWatchLogs: 'the one policy that API Gateway takes for the role of the account',
};

/** Roles hold named statements, in policies of their own; a policy of AWS only from the list. */
export const managedPolicies: GuardRail = (stack) => [
  ...stack
    .ofType(
      'aws_iam_role_policy_attachment',
      'aws_iam_policy_attachment',
      'aws_iam_role',
      'aws_iam_role_policy_attachments_exclusive',
    )
    .flatMap((resource) => attached(resource).map((arn) => ({ resource, arn })))
    .filter(({ arn }) => allowed[arn.slice(arn.lastIndexOf('/') + 1)] === undefined)
    .map(({ resource, arn }) => ({
      resource,
      rule: `No managed policy without a listed reason: ${resource.address} attaches ${arn}`,
      consequence: 'It allows more than the role needs, and AWS widens it without asking',
      fix: 'Write the statements with policyDocument, or list the policy with its reason in modules/parts/guard-rails/managed-policies.ts',
    })),
  ...stack
    .ofType('aws_iam_role')
    .filter(({ attributes }) => blocks(attributes['inline_policy']).length > 0)
    .map((resource) => ({
      resource,
      rule: `No policy inside a role: ${resource.address} has an inline_policy`,
      consequence:
        'The other rails read policies of their own, and Terraform removes what was added beside it',
      fix: 'Write an IamRolePolicy',
    })),
];

function attached({ attributes }: SeenResource): readonly string[] {
  return [
    ...strings(attributes['policy_arn']),
    ...strings(attributes['managed_policy_arns']),
    ...strings(attributes['policy_arns']),
  ];
}
