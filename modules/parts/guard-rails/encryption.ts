import type { Finding, GuardRail } from './rule';
import { type Attributes, blocks, type SeenResource, type StackView } from './stack-view';

/** Data at rest is encrypted, explicitly where AWS does not do it by default. */
export const encryption: GuardRail = (stack) => [
  ...stack.ofType('aws_s3_bucket').flatMap((bucket) => {
    const configured = stack.referring(
      'aws_s3_bucket_server_side_encryption_configuration',
      'bucket',
      bucket,
    );
    return configured.length > 0
      ? []
      : [finding(bucket, 'bucket', 'add S3BucketServerSideEncryptionConfigurationA for it')];
  }),
  ...stack.ofType('aws_sqs_queue').flatMap((queue) => {
    const { sqs_managed_sse_enabled: managed, kms_master_key_id: key } = queue.attributes;
    return managed === true || key !== undefined
      ? []
      : [finding(queue, 'queue', 'set sqsManagedSseEnabled: true or kmsMasterKeyId')];
  }),
  ...stack
    .ofType('aws_sns_topic')
    .flatMap((topic) =>
      topic.attributes['kms_master_key_id'] === undefined
        ? [finding(topic, 'topic', 'set kmsMasterKeyId')]
        : [],
    ),
  ...stack
    .ofType('aws_dynamodb_table')
    .flatMap((table) =>
      blocks(table.attributes['server_side_encryption']).some(({ enabled }) => enabled === true)
        ? []
        : [finding(table, 'table with a key of the account', 'set serverSideEncryption: { enabled: true }')],
    ),
  ...stack.ofType('aws_kms_key').flatMap((key): Finding[] =>
    key.attributes['enable_key_rotation'] === true || isAsymmetric(key)
      ? []
      : [
          {
            resource: key,
            rule: `Every key is rotated: ${key.address} is not`,
            consequence: 'What is encrypted over years hangs on one secret',
            fix: 'Set enableKeyRotation: true',
          },
        ],
  ),
  ...volumes(stack).flatMap(({ resource, volume }) =>
    volume?.['encrypted'] === true || volume?.['encrypted'] === 'true'
      ? []
      : [finding(resource, 'volume', 'give every block device ebs: { encrypted: true }')],
  ),
];

/** AWS rotates symmetric keys only. */
function isAsymmetric({ attributes }: SeenResource): boolean {
  const kind = attributes['customer_master_key_spec'];
  return kind !== undefined && kind !== 'SYMMETRIC_DEFAULT';
}

interface Volume {
  readonly resource: SeenResource;
  /** Undefined when the resource leaves its root volume to the image, which is not encrypted as a rule. */
  readonly volume: Attributes | undefined;
}

function volumes(stack: StackView): readonly Volume[] {
  const mapped = stack
    .ofType('aws_launch_template', 'aws_imagebuilder_image_recipe')
    .flatMap((resource): Volume[] => {
      const devices = blocks(
        resource.attributes['block_device_mappings'] ?? resource.attributes['block_device_mapping'],
      ).filter((device) => device['ebs'] !== undefined);
      if (devices.length === 0) return [{ resource, volume: undefined }];
      return devices.flatMap((device) => blocks(device['ebs']).map((volume) => ({ resource, volume })));
    });
  const roots = stack
    .ofType('aws_instance')
    .map((resource) => ({ resource, volume: blocks(resource.attributes['root_block_device'])[0] }));
  const own = stack.ofType('aws_ebs_volume').map((resource) => ({ resource, volume: resource.attributes }));
  return [...mapped, ...roots, ...own];
}

function finding(resource: SeenResource, what: string, fix: string): Finding {
  return {
    resource,
    rule: `Every ${what} is encrypted at rest: ${resource.address} does not say so`,
    consequence: 'Copies, snapshots and discarded media would be readable',
    fix: `${fix[0]?.toUpperCase()}${fix.slice(1)}`,
  };
}
