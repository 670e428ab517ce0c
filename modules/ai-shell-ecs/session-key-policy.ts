import { policyDocument } from '../parts/policy';
import type { Place } from './place';

/** What an account may do with its own key; named one by one so that nothing new comes in by itself. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/** Lets the account rule the key through IAM and CloudWatch Logs encrypt one log group with it. */
export function sessionKeyPolicy(props: {
  readonly place: Place;
  readonly accountId: string;
  readonly logGroupName: string;
}): string {
  const { place, accountId, logGroupName } = props;
  return policyDocument(
    {
      sid: 'Account',
      principals: { aws: `arn:${place.partition}:iam::${accountId}:root` },
      actions: ADMINISTRATION,
      resources: ['*'],
    },
    {
      sid: 'SessionLog',
      principals: { service: `logs.${place.region}.amazonaws.com` },
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
          'kms:EncryptionContext:aws:logs:arn': `arn:${place.partition}:logs:${place.region}:${accountId}:log-group:${logGroupName}`,
        },
      },
    },
  );
}
