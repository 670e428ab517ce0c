import { policyDocument } from '../parts/policy';
import type { AwsLocation } from './aws-location';

/** Lets the account rule the key through IAM and CloudWatch Logs encrypt one log group with it. */
export function sessionKeyPolicy(props: {
  readonly location: AwsLocation;
  readonly accountId: string;
  readonly logGroupName: string;
}): string {
  const { location, accountId, logGroupName } = props;
  return policyDocument(
    {
      sid: 'Account',
      principals: { aws: `arn:${location.partition}:iam::${accountId}:root` },
      // The statement every key needs, so that the account does not lock itself out of it.
      actions: ['kms:*'],
      resources: ['*'],
    },
    {
      sid: 'SessionLog',
      principals: { service: `logs.${location.region}.${location.dnsSuffix}` },
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:DescribeKey',
      ],
      resources: ['*'],
      conditions: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${location.partition}:logs:${location.region}:${accountId}:log-group:${logGroupName}`,
        },
      },
    },
  );
}
