import { type RoleProps, roleNameInArn } from '../parts/iam-roles';
import { policyDocument } from '../parts/policy';

export interface HeadersKeyPolicyProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly accountId: string;
  readonly roles: RoleProps | undefined;
}

/** What administrators of the account may do with the key: all but use it. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/**
 * Returns the policy of the key that seals the headers of requests: the API function alone encrypts, the functions and agents
 * that send the headers decrypt, and nobody else of the account does, whatever its own policies say. Roles are named by a
 * condition: as principals they would have to exist before the key.
 */
export function headersKeyPolicy({ names, partition, accountId, roles }: HeadersKeyPolicyProps): string {
  const account = `arn:${partition}:iam::${accountId}`;
  function use(sid: string, actions: readonly string[], kinds: readonly string[]) {
    return {
      sid,
      principals: { aws: `${account}:root` },
      actions,
      resources: ['*'],
      conditions: {
        ArnEquals: {
          'aws:PrincipalArn': kinds.map((kind) => `${account}:role/${roleNameInArn(names(kind), roles)}`),
        },
      },
    };
  }
  return policyDocument(
    { sid: 'Administer', principals: { aws: `${account}:root` }, actions: ADMINISTRATION, resources: ['*'] },
    use('SealHeaders', ['kms:GenerateDataKey'], ['api_handler']),
    use('OpenHeaders', ['kms:Decrypt'], ['get_url_size', 'agent_role']),
  );
}
