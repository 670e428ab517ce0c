import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { SqsQueueRedriveAllowPolicy } from '@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy';
import { Construct } from 'constructs';
import { plus } from '../parts/plan-values';
import { denyWithoutTls, policyDocument } from '../parts/policy';

const DAY_SECONDS = 24 * 60 * 60;

export interface PrewarmQueueProps {
  readonly names: (kind: string) => string;
  /** How long a received slice stays hidden; agents renew it while they work. */
  readonly visibilitySeconds: number;
  /** Deliveries after which an agent gives a slice up. */
  readonly maxDeliveries: number;
}

/** The slices that wait for an agent, those put aside, and the events no function could handle. */
export class PrewarmQueue extends Construct {
  readonly tasks: SqsQueue;
  /** Slices delivered too often. */
  readonly deadLetters: SqsQueue;
  /** Stream records, invocations and deadlines that failed for good. */
  readonly failedEvents: SqsQueue;

  constructor(scope: Construct, id: string, props: PrewarmQueueProps) {
    super(scope, id);
    this.deadLetters = this.createQueue('dead-letters', {
      name: props.names('task_dead_letter_queue'),
      retentionDays: 14,
    });
    this.tasks = this.createQueue('tasks', {
      name: props.names('task_queue'),
      retentionDays: 4,
      visibilitySeconds: props.visibilitySeconds,
      redrivePolicy: JSON.stringify({
        deadLetterTargetArn: this.deadLetters.arn,
        // What no agent could even give up is put aside: no slice, or one that ends the agent itself.
        maxReceiveCount: plus(props.maxDeliveries, 3),
      }),
    });
    new SqsQueueRedriveAllowPolicy(this, 'redrive-allow', {
      queueUrl: this.deadLetters.url,
      redriveAllowPolicy: JSON.stringify({
        redrivePermission: 'byQueue',
        sourceQueueArns: [this.tasks.arn],
      }),
    });
    this.failedEvents = this.createQueue('failed-events', {
      name: props.names('failed_event_queue'),
      retentionDays: 14,
    });
  }

  private createQueue(
    id: string,
    props: {
      readonly name: string;
      readonly retentionDays: number;
      readonly visibilitySeconds?: number;
      readonly redrivePolicy?: string;
    },
  ): SqsQueue {
    const queue = new SqsQueue(this, id, {
      name: props.name,
      messageRetentionSeconds: props.retentionDays * DAY_SECONDS,
      sqsManagedSseEnabled: true,
      receiveWaitTimeSeconds: 20,
      ...(props.visibilitySeconds === undefined ? {} : { visibilityTimeoutSeconds: props.visibilitySeconds }),
      ...(props.redrivePolicy === undefined ? {} : { redrivePolicy: props.redrivePolicy }),
      tags: { Name: props.name },
    });
    new SqsQueuePolicy(this, `${id}-policy`, {
      queueUrl: queue.url,
      policy: policyDocument(denyWithoutTls('sqs', [queue.arn])),
    });
    return queue;
  }
}
