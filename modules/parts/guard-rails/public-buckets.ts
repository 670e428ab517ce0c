import type { GuardRail } from './rule';

const BLOCKED = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

/** No bucket becomes public, whatever policy or ACL it gets later. */
export const publicBuckets: GuardRail = (stack) =>
  stack
    .ofType('aws_s3_bucket')
    .filter(
      (bucket) =>
        !stack
          .referring('aws_s3_bucket_public_access_block', 'bucket', bucket)
          .some(({ attributes }) => BLOCKED.every((name) => attributes[name] === true)),
    )
    .map((resource) => ({
      resource,
      rule: `Every bucket blocks public access: ${resource.address} does not, or not all of it`,
      consequence: 'One policy written later can open it to the internet',
      fix: 'Add an S3BucketPublicAccessBlock with all four set to true',
    }));
