import { createHash } from 'node:crypto';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import { Construct } from 'constructs';
import { denyWithoutTls, policyDocument } from '../parts/policy';

/** A subscriber of the topic of ended requests and alarms. */
export type Subscriber = EmailSubscriber | HttpsSubscriber | QueueSubscriber;

/** Whoever reads the mail confirms the subscription by the link in the first one. */
export interface EmailSubscriber {
  readonly protocol: 'email';
  /** An address. */
  readonly endpoint: string;
}

/** A receiver that confirms the subscription by itself, such as `warmpath prewarm listen`. */
export interface HttpsSubscriber {
  readonly protocol: 'https';
  /** A URL, with the port unless it is 443. */
  readonly endpoint: string;
}

export interface QueueSubscriber {
  readonly protocol: 'sqs';
  /**
   * ARN of a queue that is there, whose own policy lets the topic send to it.
   * @default - a queue is made, with that policy
   */
  readonly endpoint?: string;
}

export interface PrewarmSubscribersProps {
  readonly names: (kind: string) => string;
  readonly topicArn: string;
  readonly subscribers: readonly Subscriber[];
}

const RETENTION_SECONDS = 14 * 24 * 60 * 60;

/** The subscriptions of the topic, and the queue of a subscriber that has none. */
export class PrewarmSubscribers extends Construct {
  /** Made for a subscriber by queue that names none. */
  readonly queue: SqsQueue | undefined;

  constructor(scope: Construct, id: string, props: PrewarmSubscribersProps) {
    super(scope, id);
    const { topicArn, subscribers } = props;
    for (const { protocol, endpoint } of subscribers) {
      if (endpoint !== undefined)
        new SnsTopicSubscription(this, `${protocol}-${digest(endpoint)}`, { topicArn, protocol, endpoint });
    }
    if (subscribers.some(({ endpoint }) => endpoint === undefined)) this.queue = this.createQueue(props);
  }

  private createQueue({ names, topicArn }: PrewarmSubscribersProps): SqsQueue {
    const name = names('event_queue');
    const queue = new SqsQueue(this, 'queue', {
      name,
      messageRetentionSeconds: RETENTION_SECONDS,
      receiveWaitTimeSeconds: 20,
      // Under a key of SQS's own, to which topics may write without a right on a key of the account.
      sqsManagedSseEnabled: true,
      tags: { Name: name },
    });
    const policy = new SqsQueuePolicy(this, 'queue-policy', {
      queueUrl: queue.url,
      policy: policyDocument(
        {
          sid: 'SendFromTopic',
          principals: { service: 'sns.amazonaws.com' },
          actions: ['sqs:SendMessage'],
          resources: [queue.arn],
          conditions: { ArnEquals: { 'aws:SourceArn': topicArn } },
        },
        denyWithoutTls('sqs', [queue.arn]),
      ),
    });
    new SnsTopicSubscription(this, 'queue-subscription', {
      topicArn,
      protocol: 'sqs',
      endpoint: queue.arn,
      dependsOn: [policy],
    });
    return queue;
  }
}

/** Subscribers may change their order without changing their addresses. */
function digest(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex').slice(0, 8);
}

const ALLOWED = {
  email: { pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, form: 'an address; write it as name@example.com' },
  https: {
    pattern: /^https:\/\/[^\s/]+\S*$/,
    form: 'an https URL; a receiver without TLS would tell everybody on the way',
  },
  sqs: {
    pattern: /^arn:[\w-]+:sqs:[a-z0-9-]+:\d{12}:[\w.-]+$/,
    form: 'the ARN of a queue; leave it out to have one made',
  },
} as const satisfies Record<Subscriber['protocol'], { pattern: RegExp; form: string }>;

/** Returns a sentence for each invalid subscriber. */
export function subscriberFaults(subscribers: readonly Subscriber[]): string[] {
  const faults = subscribers.flatMap(({ protocol, endpoint }, index) => {
    const { pattern, form } = ALLOWED[protocol];
    return endpoint === undefined || pattern.test(endpoint)
      ? []
      : [`subscribers[${index}].endpoint: got ${endpoint}; allowed for ${protocol} is ${form}`];
  });
  const names = subscribers.map(
    ({ protocol, endpoint = 'a queue that is made' }) => `${protocol} ${endpoint}`,
  );
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  for (const name of new Set(twice))
    faults.push(`subscribers: got ${name} twice; allowed is each once; leave the second out`);
  return faults;
}
