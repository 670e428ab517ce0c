import { DynamodbTable, type DynamodbTableConfig } from '@cdktf/provider-aws/lib/dynamodb-table';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { type IResolvable, Op, Token } from 'cdktf';
import { Construct } from 'constructs';
import type { RoleProps } from '../parts/iam-roles';
import { denyWithoutTls, policyDocument } from '../parts/policy';
import { headersKeyPolicy } from './headers-key-policy';

export interface PrewarmStoreProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly accountId: string;
  readonly bucketName: string;
  /** Rows and blobs of a request are removed so long after it was made. */
  readonly retentionDays: number;
  /** How the roles that may use the key are named. */
  readonly roles: RoleProps | undefined;
  /** Refuse to delete tables and a bucket that hold anything. */
  readonly retainData: boolean | IResolvable;
}

/** Index of the Request table for lists, newest first. */
export const REQUEST_INDEX = 'by_created';

/** Storage of requests: three DynamoDB tables, a bucket, and the KMS key of headers. */
export class PrewarmStore extends Construct {
  readonly requests: DynamodbTable;
  readonly pops: DynamodbTable;
  readonly tasks: DynamodbTable;
  readonly bucket: S3Bucket;
  /** Encrypts the headers of requests, which may hold credentials. */
  readonly headersKey: KmsKey;

  constructor(scope: Construct, id: string, props: PrewarmStoreProps) {
    super(scope, id);
    this.requests = this.createTable('requests', props, {
      name: props.names('request_table'),
      hashKey: 'req_id',
      attribute: [
        { name: 'req_id', type: 'S' },
        { name: 'record_kind', type: 'S' },
        { name: 'created_order', type: 'S' },
      ],
      // Keys only: counters change with every count, and an index that held them would be written each time too.
      globalSecondaryIndex: [
        {
          name: REQUEST_INDEX,
          hashKey: 'record_kind',
          rangeKey: 'created_order',
          projectionType: 'KEYS_ONLY',
        },
      ],
    });
    this.pops = this.createTable('pops', props, {
      name: props.names('request_pop_table'),
      hashKey: 'req_id',
      rangeKey: 'pop',
      attribute: [
        { name: 'req_id', type: 'S' },
        { name: 'pop', type: 'S' },
      ],
    });
    this.tasks = this.createTable('tasks', props, {
      name: props.names('task_table'),
      hashKey: 'req_id',
      rangeKey: 'slice_id',
      attribute: [
        { name: 'req_id', type: 'S' },
        { name: 'slice_id', type: 'S' },
      ],
    });
    this.bucket = this.createBucket(props);
    this.headersKey = new KmsKey(this, 'headers-key', {
      description: 'Prewarm: headers of requests, at rest',
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      policy: headersKeyPolicy(props),
      tags: { Name: props.names('headers') },
    });
    new KmsAlias(this, 'headers-key-alias', {
      name: `alias/${props.names('headers')}`,
      targetKeyId: this.headersKey.keyId,
    });
  }

  private createTable(
    id: string,
    props: PrewarmStoreProps,
    keys: Pick<DynamodbTableConfig, 'name' | 'hashKey' | 'rangeKey' | 'attribute' | 'globalSecondaryIndex'>,
  ): DynamodbTable {
    return new DynamodbTable(this, id, {
      ...keys,
      billingMode: 'PAY_PER_REQUEST',
      streamEnabled: true,
      streamViewType: 'NEW_IMAGE',
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      ttl: { enabled: true, attributeName: 'expires_at' },
      deletionProtectionEnabled: props.retainData,
      tags: { Name: keys.name },
    });
  }

  private createBucket(props: PrewarmStoreProps): S3Bucket {
    const bucket = new S3Bucket(this, 'bucket', {
      bucket: props.bucketName,
      forceDestroy: Token.isUnresolved(props.retainData) ? Op.not(props.retainData) : !props.retainData,
      tags: { Name: props.bucketName },
    });
    new S3BucketOwnershipControls(this, 'bucket-ownership', {
      bucket: bucket.id,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    const block = new S3BucketPublicAccessBlock(this, 'bucket-public-access', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketPolicy(this, 'bucket-policy', {
      bucket: bucket.id,
      policy: policyDocument(denyWithoutTls('s3', [bucket.arn, `${bucket.arn}/*`])),
      // Two changes of a bucket's access at a time conflict.
      dependsOn: [block],
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'bucket-encryption', {
      bucket: bucket.id,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    const versioning = new S3BucketVersioningA(this, 'bucket-versioning', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'bucket-lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'requests',
          status: 'Enabled',
          // The agent's code shares the bucket and stays; what a request leaves carries this tag.
          filter: [{ tag: [{ key: 'kind', value: 'request' }] }],
          expiration: [{ days: props.retentionDays }],
        },
        {
          id: 'uploaded-lists',
          status: 'Enabled',
          filter: [{ prefix: 'lists/' }],
          expiration: [{ days: 2 }],
        },
        {
          id: 'leftovers',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          // What is left of an object whose versions have all gone.
          expiration: [{ expiredObjectDeleteMarker: true }],
          noncurrentVersionExpiration: [{ noncurrentDays: 7 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 2 }],
        },
      ],
      dependsOn: [versioning],
    });
    return bucket;
  }
}
