import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Construct } from 'constructs';
import { times } from '../parts/plan-values';
import { PrewarmDashboard } from './dashboard';
import type { ObservedPrewarm } from './observed';

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
  /** Consecutive periods that must breach the threshold. */
  readonly periods: number;
}

const POP_CHECK_ALARMS = ['errors-pop-check', 'silent-pops'];

/** Alarms and dashboard of the service. */
export class PrewarmObservability extends Construct {
  readonly alarms: CloudwatchMetricAlarm[] = [];
  /** Those that are there only with a check of PoPs. */
  readonly popCheckAlarms: readonly CloudwatchMetricAlarm[];
  readonly dashboardName: string;
  constructor(
    scope: Construct,
    id: string,
    private readonly props: ObservedPrewarm,
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
    this.alarmOnApiFaults();
    this.alarmOnOldestMessage();
    this.alarmOnLateStreams();
    this.alarmOnStuckRequest();
    this.alarmOnIdleFleet();
    if (props.popCheckHours !== undefined) this.alarmOnSilentPops(props.popCheckHours);
    this.popCheckAlarms = this.alarms.filter(({ node }) => POP_CHECK_ALARMS.includes(node.id));
    this.dashboardName = new PrewarmDashboard(this, 'dashboard', props).dashboardName;
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
          description: `The function ${kind} failed in each of the last three periods of five minutes; its log says why.`,
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

  /** The function answers a fault of its own with a 500, which is no error of the function to Lambda. */
  private alarmOnApiFaults(): void {
    this.single(
      {
        id: 'api-faults',
        name: 'api_faults',
        description:
          'The API answered with a 5xx in each of the last three periods of five minutes; the log of the API function says why.',
        periodSeconds: 300,
        periods: 3,
      },
      {
        namespace: 'AWS/ApiGateway',
        metricName: '5XXError',
        dimensions: { ApiName: this.props.apiName },
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

  /** Steps of a request that come too late: it is stuck before its slices, or its results are not counted. */
  private alarmOnLateStreams(): void {
    for (const kind of ['get-size', 'task', 'aggregation'] as const)
      this.single(
        {
          id: `late-${kind}`,
          name: `late_${kind.replaceAll('-', '_')}`,
          description: `The function ${kind} handles rows that are over half an hour old: one fails again and again, or there are more than it keeps up with. Its log says which.`,
          periodSeconds: 300,
          periods: 2,
        },
        {
          namespace: 'AWS/Lambda',
          metricName: 'IteratorAge',
          dimensions: { FunctionName: this.props.functions[kind].function.functionName },
          stat: 'Maximum',
        },
        30 * 60 * 1_000,
      );
  }

  /** Work there is, and nothing of it gets done. */
  private alarmOnStuckRequest(): void {
    this.expression(
      {
        id: 'stuck-request',
        name: 'stuck_request',
        description:
          'Slices wait or are underway, and agents have settled none for half an hour: look at the group, then at the log of the agents.',
        periodSeconds: 300,
        periods: 6,
      },
      // The queue's own count, which is there as a zero while nothing is settled; a metric of ours would be missing.
      'IF(((waiting + underway) > 0) AND (settled == 0), 1, 0)',
      { ...this.queueMetrics(), settled: this.ofQueue('NumberOfMessagesDeleted', 'Sum') },
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
      'IF((instances > 0) AND ((waiting + underway) == 0), 1, 0)',
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

  /** Names of PoPs that have gone: warming through them would fail. */
  private alarmOnSilentPops(everyHours: number): void {
    this.single(
      {
        id: 'silent-pops',
        name: 'silent_pops',
        description:
          'DNS has no address any more for over half of the PoPs under names of their own, or only such as are outside the ranges given: AWS may have ended the names, or the ranges are old. docs/runbook.md says what to do.',
        periodSeconds: times(everyHours, 60 * 60),
        periods: 1,
      },
      {
        namespace: this.props.metricsNamespace,
        metricName: 'PopsWithoutAddressPercent',
        dimensions: { Deployment: this.props.deployment },
        stat: 'Maximum',
      },
      50,
    );
  }

  private queueMetrics(): Record<'waiting' | 'underway', Metric> {
    return {
      waiting: this.ofQueue('ApproximateNumberOfMessagesVisible'),
      underway: this.ofQueue('ApproximateNumberOfMessagesNotVisible'),
    };
  }

  private ofQueue(metricName: string, stat = 'Maximum'): Metric {
    return {
      namespace: 'AWS/SQS',
      metricName,
      dimensions: { QueueName: this.props.queue.tasks.name },
      stat,
    };
  }

  private add(id: string, config: CloudwatchMetricAlarmConfig): void {
    this.alarms.push(new CloudwatchMetricAlarm(this, id, config));
  }

  private single(alarm: Alarm, metric: Metric, threshold: number): void {
    this.add(alarm.id, {
      ...this.common(alarm, threshold),
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: { ...metric.dimensions },
      statistic: metric.stat,
      period: alarm.periodSeconds,
    });
  }

  private expression(alarm: Alarm, expression: string, metrics: Readonly<Record<string, Metric>>): void {
    this.add(alarm.id, {
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
