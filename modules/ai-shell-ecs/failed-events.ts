import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { denyWithoutTls, type PolicyStatement, policyDocument } from '../parts/policy';
import { type AwsLocation, accountOf } from './aws-location';
import type { Names } from './names';
import type { AiShellEcsSettings } from './settings';

const RETENTION_SECONDS = 14 * 24 * 3600;

export interface FailedEventsProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
}

/** Events that EventBridge could not deliver or a function could not handle, kept for two weeks to be looked at. */
export class FailedEvents extends Construct {
  readonly queue: SqsQueue;

  constructor(scope: Construct, id: string, { names, location, settings }: FailedEventsProps) {
    super(scope, id);
    this.queue = new SqsQueue(this, 'Default', {
      name: names.failedEvents,
      messageRetentionSeconds: RETENTION_SECONDS,
      sqsManagedSseEnabled: true,
      tags: settings.tags,
    });
    const rules = `arn:${location.partition}:events:${location.region}:${accountOf(this.queue.arn)}:rule/${settings.name}-*`;
    new SqsQueuePolicy(this, 'policy', {
      queueUrl: this.queue.url,
      policy: policyDocument(denyWithoutTls('sqs', [this.queue.arn]), {
        sid: 'UndeliverableEvents',
        principals: { service: 'events.amazonaws.com' },
        actions: ['sqs:SendMessage'],
        resources: [this.queue.arn],
        conditions: { ArnLike: { 'aws:SourceArn': rules } },
      }),
    });
  }

  /** What a function's role needs to put aside what it could not handle. */
  get statement(): PolicyStatement {
    return { sid: 'PutAside', actions: ['sqs:SendMessage'], resources: [this.queue.arn] };
  }
}
