import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { PublishCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { NotNow } from '../../cli/prewarm/listen/refusal';
import { snsClient } from '../../cli/prewarm/listen/sns-client';
import { readSnsMessage } from '../../cli/prewarm/listen/sns-message';
import { SnsSignatures } from '../../cli/prewarm/listen/sns-signature';
import type { LiveCheck } from '../live-test';
import { different, type LiveContext, notSeen, seen, textOutput, waitFor, withinSeconds } from './context';

const DELIVERY_SECONDS = 60;

/** How AWS signs what the topic tells, and whether it computes what the alarms watch. */
export function notificationChecks(context: LiveContext): readonly LiveCheck[] {
  const topic = textOutput(context.prewarm, 'prewarm_topic_arn');
  const ofTopic =
    topic === undefined
      ? []
      : [{ name: 'certificate and signature of SNS', look: () => signature(context, topic) }];
  const arns = [context.shell?.['alarm_arns']].flat().filter((arn) => typeof arn === 'string');
  return [...ofTopic, { name: 'metric expressions', look: () => expressions(context, arns, topic) }];
}

/** A queue receives the same signed document as a web hook; it is made here and goes at the end. */
async function signature(context: LiveContext, topic: string) {
  const { region } = context;
  const [sns, sqs] = [new SNSClient({ region }), new SQSClient({ region })];
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `warmpath-live-${Date.now()}` }));
  let subscription: string | undefined;
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const arn = Attributes?.['QueueArn'] ?? '';
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': topic } },
        },
      ],
    };
    await sqs.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify(policy) } }),
    );
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: arn, ReturnSubscriptionArn: true }),
    );
    subscription = SubscriptionArn;
    await sns.send(new PublishCommand({ TopicArn: topic, Message: '{"test":"live"}' }));
    const body = await waitFor(context, DELIVERY_SECONDS, async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      return Messages[0]?.Body;
    });
    return body === undefined
      ? notSeen(`nothing came ${withinSeconds(context, DELIVERY_SECONDS)}`)
      : await judged(body);
  } finally {
    if (subscription !== undefined) await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  }
}

async function judged(body: string) {
  const message = readSnsMessage(body);
  if (typeof message === 'string') return different(`the message is not as documented: ${message}`);
  try {
    await new SnsSignatures(snsClient()).check(message);
    return seen(`version ${message.SignatureVersion}, by ${new URL(message.SigningCertURL).host}`);
  } catch (error) {
    // What cannot be read now says nothing of how AWS signs.
    if (error instanceof NotNow) return notSeen(error.message);
    return different(error instanceof Error ? error.message : String(error));
  }
}

async function expressions({ region }: LiveContext, arns: readonly string[], topic: string | undefined) {
  const client = new CloudWatchClient({ region });
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm'] }));
  const own = MetricAlarms.filter(
    ({ AlarmArn, AlarmActions = [], Metrics = [] }) =>
      Metrics.some(({ Expression }) => Expression !== undefined) &&
      (arns.includes(AlarmArn ?? '') || (topic !== undefined && AlarmActions.includes(topic))),
  );
  if (own.length === 0) return notSeen('no alarm of these stacks watches an expression');
  const faults: string[] = [];
  for (const { AlarmName, Metrics = [] } of own) {
    const EndTime = new Date();
    const StartTime = new Date(EndTime.getTime() - 3_600_000);
    await client
      .send(new GetMetricDataCommand({ MetricDataQueries: Metrics, StartTime, EndTime }))
      .catch((error: Error) => faults.push(`${AlarmName}: ${error.message}`));
  }
  return faults.length === 0
    ? seen(`AWS computes those of ${own.length} alarms`)
    : different(faults.join('; '));
}
