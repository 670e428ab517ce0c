import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import type { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { Construct } from 'constructs';

/** Who is told when a request ends or an alarm rings. */
export interface Subscriber {
  readonly protocol: 'email' | 'sqs' | 'https';
  /** An address, a queue's ARN or a URL. */
  readonly endpoint: string;
}

export interface PrewarmTopicProps {
  readonly names: (kind: string) => string;
  readonly subscribers: readonly Subscriber[];
}

/** Where the end of requests and alarms are published. */
export class PrewarmTopic extends Construct {
  readonly topic: SnsTopic;

  constructor(scope: Construct, id: string, props: PrewarmTopicProps) {
    super(scope, id);
    this.topic = new SnsTopic(this, 'Default', {
      name: props.names('events'),
      kmsMasterKeyId: 'alias/aws/sns',
      // Receivers verify signature version 2 (SHA-256).
      signatureVersion: 2,
      tags: { Name: props.names('events') },
    });
    for (const [index, { protocol, endpoint }] of props.subscribers.entries()) {
      new SnsTopicSubscription(this, `subscriber-${index}`, {
        topicArn: this.topic.arn,
        protocol,
        endpoint,
      });
    }
  }
}

export interface PrewarmAlarmsProps {
  readonly names: (kind: string) => string;
  readonly topic: SnsTopic;
  readonly deadLetters: SqsQueue;
}

/** What somebody must look at. */
export class PrewarmAlarms extends Construct {
  constructor(scope: Construct, id: string, props: PrewarmAlarmsProps) {
    super(scope, id);
    new CloudwatchMetricAlarm(this, 'dead-letters', {
      alarmName: props.names('dead_letters'),
      alarmDescription: 'Slices were put aside after too many deliveries: their requests will not finish',
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: props.deadLetters.name },
      statistic: 'Maximum',
      period: 300,
      evaluationPeriods: 1,
      threshold: 0,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
      alarmActions: [props.topic.arn],
    });
  }
}
