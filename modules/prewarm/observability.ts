import type { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import type { NodeFunction } from '../parts/node-function';
import { PrewarmDashboard } from './dashboard';
import type { PrewarmQueue } from './queue';

export interface PrewarmObservabilityProps {
  readonly names: (kind: string) => string;
  readonly deployment: string;
  readonly region: string;
  readonly metricsNamespace: string;
  readonly topicArn: string;
  readonly queue: PrewarmQueue;
  readonly groupName: string;
  readonly functions: Readonly<Record<string, NodeFunction<never>>>;
  readonly apiName: string;
  readonly agentLog: CloudwatchLogGroup;
}

type Metric = {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
};

interface Alarm {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly periodSeconds: number;
  /** Periods in a row. */
  readonly periods: number;
}

/** What somebody must look at, and where they look. */
export class PrewarmObservability extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: PrewarmObservabilityProps,
  ) {
    super(scope, id);
    this.alarmOnMessages('dead-letters', props.queue.deadLetters.name, 'dead_letters', [
      'Slices were put aside: no agent could work on them, nor give them up.',
      'Their requests end at their deadline. Read a message, mend the cause, redrive the queue.',
    ]);
    this.alarmOnMessages('failed-events', props.queue.failedEvents.name, 'failed_events', [
      'A function failed on an event for good.',
      "The event says where in the stream; the function's log says why.",
    ]);
    this.alarmOnErrors();
    this.alarmOnOldestMessage();
    this.alarmOnStuckRequest();
    this.alarmOnIdleFleet();
    new PrewarmDashboard(this, 'dashboard', props);
  }

  private alarmOnMessages(id: string, queueName: string, name: string, description: readonly string[]): void {
    this.single(
      { id, name, description: description.join(' '), periodSeconds: 300, periods: 1 },
      {
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: queueName },
        stat: 'Maximum',
      },
      0,
    );
  }

  private alarmOnErrors(): void {
    for (const [kind, target] of Object.entries(this.props.functions))
      this.single(
        {
          id: `errors-${kind}`,
          name: `${kind.replaceAll('-', '_')}_errors`,
          description: `The function ${kind} failed in three of its last periods; its log says why.`,
          periodSeconds: 300,
          periods: 3,
        },
        {
          namespace: 'AWS/Lambda',
          metricName: 'Errors',
          dimensions: { FunctionName: target.function.functionName },
          stat: 'Sum',
        },
        0,
      );
  }

  private alarmOnOldestMessage(): void {
    this.single(
      {
        id: 'oldest-message',
        name: 'oldest_message',
        description:
          'A slice has waited for an agent for over an hour: the fleet is too small, or its instances do not start.',
        periodSeconds: 300,
        periods: 1,
      },
      {
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessage',
        dimensions: { QueueName: this.props.queue.tasks.name },
        stat: 'Maximum',
      },
      3_600,
    );
  }

  /** Work there is, and nothing of it gets done. */
  private alarmOnStuckRequest(): void {
    this.expression(
      {
        id: 'stuck-request',
        name: 'stuck_request',
        description:
          'Slices wait or are underway, and none was counted for half an hour: look at the agents, then at Aggregation.',
        periodSeconds: 300,
        periods: 6,
      },
      'IF(waiting + underway > 0 AND FILL(counted, 0) == 0, 1, 0)',
      {
        ...this.queueMetrics(),
        counted: {
          namespace: this.props.metricsNamespace,
          metricName: 'Slices',
          dimensions: { Deployment: this.props.deployment },
          stat: 'Sum',
        },
      },
    );
  }

  /** Instances cost money, and there is nothing for them to do. */
  private alarmOnIdleFleet(): void {
    this.expression(
      {
        id: 'idle-fleet',
        name: 'idle_fleet',
        description:
          'Instances run and no slice waits or is underway for an hour: an active request is stuck before its slices, or the fleet was set by hand.',
        periodSeconds: 300,
        periods: 12,
      },
      'IF(FILL(instances, 0) > 0 AND waiting + underway == 0, 1, 0)',
      {
        ...this.queueMetrics(),
        instances: {
          namespace: 'AWS/AutoScaling',
          metricName: 'GroupInServiceInstances',
          dimensions: { AutoScalingGroupName: this.props.groupName },
          stat: 'Maximum',
        },
      },
    );
  }

  private queueMetrics(): Record<'waiting' | 'underway', Metric> {
    const ofQueue = (metricName: string): Metric => ({
      namespace: 'AWS/SQS',
      metricName,
      dimensions: { QueueName: this.props.queue.tasks.name },
      stat: 'Maximum',
    });
    return {
      waiting: ofQueue('ApproximateNumberOfMessagesVisible'),
      underway: ofQueue('ApproximateNumberOfMessagesNotVisible'),
    };
  }

  private single(alarm: Alarm, metric: Metric, threshold: number): void {
    new CloudwatchMetricAlarm(this, alarm.id, {
      ...this.common(alarm, threshold),
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: { ...metric.dimensions },
      statistic: metric.stat,
      period: alarm.periodSeconds,
    });
  }

  private expression(alarm: Alarm, expression: string, metrics: Readonly<Record<string, Metric>>): void {
    new CloudwatchMetricAlarm(this, alarm.id, {
      ...this.common(alarm, 0),
      metricQuery: [
        { id: 'alarm', expression, label: alarm.name, returnData: true },
        ...Object.entries(metrics).map(([id, { namespace, metricName, dimensions, stat }]) => ({
          id,
          metric: { namespace, metricName, dimensions: { ...dimensions }, stat, period: alarm.periodSeconds },
        })),
      ],
    });
  }

  private common(alarm: Alarm, threshold: number) {
    return {
      alarmName: this.props.names(alarm.name),
      alarmDescription: alarm.description,
      evaluationPeriods: alarm.periods,
      threshold,
      comparisonOperator: 'GreaterThanThreshold',
      treatMissingData: 'notBreaching',
      alarmActions: [this.props.topicArn],
      okActions: [this.props.topicArn],
    };
  }
}
