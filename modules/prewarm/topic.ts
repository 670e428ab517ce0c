import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { Construct } from 'constructs';
import { denyWithoutTls, policyDocument } from '../parts/policy';
import { PrewarmSubscribers, type Subscriber } from './subscribers';

export interface PrewarmTopicProps {
  readonly names: (kind: string) => string;
  readonly partition: string;
  readonly accountId: string;
  readonly subscribers: readonly Subscriber[];
}

/** SNS topic of ended requests and alarms. */
export class PrewarmTopic extends Construct {
  readonly topic: SnsTopic;
  readonly key: KmsKey;
  readonly subscribers: PrewarmSubscribers;

  constructor(scope: Construct, id: string, props: PrewarmTopicProps) {
    super(scope, id);
    this.key = this.createKey(props);
    this.topic = new SnsTopic(this, 'Default', {
      name: props.names('events'),
      kmsMasterKeyId: this.key.arn,
      // Receivers verify signature version 2 (SHA-256).
      signatureVersion: 2,
      tags: { Name: props.names('events') },
    });
    new SnsTopicPolicy(this, 'policy', {
      arn: this.topic.arn,
      policy: policyDocument(
        {
          sid: 'PublishFromAccount',
          principals: { aws: `arn:${props.partition}:iam::${props.accountId}:root` },
          actions: ['sns:Publish'],
          resources: [this.topic.arn],
        },
        {
          sid: 'PublishAlarms',
          principals: { service: 'cloudwatch.amazonaws.com' },
          actions: ['sns:Publish'],
          resources: [this.topic.arn],
          conditions: { StringEquals: { 'aws:SourceAccount': props.accountId } },
        },
        denyWithoutTls('sns', [this.topic.arn]),
      ),
    });
    this.subscribers = new PrewarmSubscribers(this, 'subscribers', {
      names: props.names,
      topicArn: this.topic.arn,
      subscribers: props.subscribers,
    });
  }

  /** A key of its own: alarms cannot publish to a topic under the key that AWS manages. */
  private createKey(props: PrewarmTopicProps): KmsKey {
    const key = new KmsKey(this, 'key', {
      description: 'Prewarm: notifications, at rest',
      enableKeyRotation: true,
      deletionWindowInDays: 7,
      policy: policyDocument(
        {
          sid: 'Administer',
          principals: { aws: `arn:${props.partition}:iam::${props.accountId}:root` },
          actions: ['kms:*'],
          resources: ['*'],
        },
        {
          sid: 'EncryptAlarms',
          principals: { service: 'cloudwatch.amazonaws.com' },
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:SourceAccount': props.accountId } },
        },
      ),
      tags: { Name: props.names('events') },
    });
    new KmsAlias(this, 'key-alias', {
      name: `alias/${props.names('events')}`,
      targetKeyId: key.keyId,
    });
    return key;
  }
}
