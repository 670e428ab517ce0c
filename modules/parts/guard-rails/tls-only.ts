import type { Finding, GuardRail } from './rule';
import { blocks, type SeenResource, type StackView, strings } from './stack-view';

/** Services whose resources take requests without TLS unless their own policy refuses them. */
const services = [
  {
    service: 's3',
    type: 'aws_s3_bucket',
    policyType: 'aws_s3_bucket_policy',
    attribute: 'bucket',
    refused: 's3:*',
  },
  {
    service: 'sqs',
    type: 'aws_sqs_queue',
    policyType: 'aws_sqs_queue_policy',
    attribute: 'queue_url',
    refused: 'sqs:*',
  },
  // The policy of a topic takes no wildcard action; to publish is what sends data.
  {
    service: 'sns',
    type: 'aws_sns_topic',
    policyType: 'aws_sns_topic_policy',
    attribute: 'arn',
    refused: 'sns:Publish',
  },
] as const;

/** Buckets, queues and topics refuse requests that did not come over TLS. */
export const tlsOnly: GuardRail = (stack) => services.flatMap((service) => findings(stack, service));

function findings(
  stack: StackView,
  { service, type, policyType, attribute, refused }: (typeof services)[number],
): readonly Finding[] {
  return stack.ofType(type).flatMap((resource) => {
    const policies = stack.referring(policyType, attribute, resource);
    if (policies.some((policy) => refusesPlainText(stack, policy, refused))) return [];
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

function refusesPlainText(stack: StackView, policy: SeenResource, refused: string): boolean {
  const document = stack.json(policy, 'policy');
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return false;
  return blocks(document.Statement).some(
    (statement) =>
      statement['Effect'] === 'Deny' &&
      strings(statement['Action']).includes(refused) &&
      JSON.stringify(statement['Condition'] ?? {}).includes('"aws:SecureTransport":"false"'),
  );
}
