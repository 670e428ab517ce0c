import type { Finding, GuardRail } from './rule';
import { blocks, type SeenResource, type StackView, strings } from './stack-view';

/** Buckets and queues refuse requests that did not come over TLS. */
export const tlsOnly: GuardRail = (stack) => [
  ...findings(stack, 'aws_s3_bucket', 'aws_s3_bucket_policy', 'bucket', 's3'),
  ...findings(stack, 'aws_sqs_queue', 'aws_sqs_queue_policy', 'queue_url', 'sqs'),
];

function findings(
  stack: StackView,
  type: string,
  policyType: string,
  attribute: string,
  service: 's3' | 'sqs',
): readonly Finding[] {
  return stack.ofType(type).flatMap((resource) => {
    const policies = stack.referring(policyType, attribute, resource);
    if (policies.some((policy) => refusesPlainText(stack, policy, service))) return [];
    return [
      {
        resource,
        rule: `Only TLS: ${resource.address} has no policy that refuses requests without it`,
        consequence: 'A client that is set up wrongly would send data in the clear',
        fix: `Give it a policy with denyWithoutTls('${service}', [...]) of modules/parts/policy.ts`,
      },
    ];
  });
}

function refusesPlainText(stack: StackView, policy: SeenResource, service: string): boolean {
  const document = stack.json(policy, 'policy');
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return false;
  return blocks(document.Statement).some(
    (statement) =>
      statement['Effect'] === 'Deny' &&
      strings(statement['Action']).includes(`${service}:*`) &&
      JSON.stringify(statement['Condition'] ?? {}).includes('"aws:SecureTransport":"false"'),
  );
}
