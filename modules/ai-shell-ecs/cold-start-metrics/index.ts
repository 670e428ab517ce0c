import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import type { TaskStartMetricsSettings } from '../../../lambdas/task-start-metrics/settings';
import { NodeFunction } from '../../parts/node-function';
import type { AwsLocation } from '../aws-location';
import type { FailedEvents } from '../failed-events';
import { invokeByRule } from '../invoke-by-rule';
import { plus } from '../plan-values';
import { isPlanned } from '../pool-plan';
import type { PrepullLog } from '../prepull-log';
import type { ColdStartMetricsProps } from '../props';
import type { AiShellEcsSettings } from '../settings';
import type { ShellCluster } from '../shell-cluster';
import { alarmSpecs } from './alarms';
import { dashboardBody } from './dashboard';
import { addPrepullMetrics } from './prepull-metrics';
import { METRICS_NAMESPACE, type Watched } from './watched';

export interface ColdStartMetricsConstructProps {
  readonly settings: AiShellEcsSettings;
  readonly location: AwsLocation;
  readonly given: ColdStartMetricsProps;
  readonly cluster: ShellCluster;
  readonly groupName: string;
  readonly capacityProviderName: string;
  readonly failedEvents: FailedEvents;
  readonly prepullLog: PrepullLog;
  /** Name of the golden AMI's recipe and the ARN that its images begin with; `undefined` without one. */
  readonly goldenAmi: { readonly recipe: string; readonly imageArnPrefix: string } | undefined;
  /** Shown beside those of here. */
  readonly otherAlarms: readonly CloudwatchMetricAlarm[];
}

const DEFAULT_SLOW_START_SECONDS = 10;
/** Warns before the pre-pull itself has to make room. */
const LOW_DISK_MARGIN_MIB = 1024;

/** Measures each start of a task and each launch of an instance, once, and says when they are not warm. */
export class ColdStartMetrics extends Construct {
  readonly function: NodeFunction<TaskStartMetricsSettings>;
  readonly alarms: readonly CloudwatchMetricAlarm[];
  readonly dashboard: CloudwatchDashboard;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: ColdStartMetricsConstructProps,
  ) {
    super(scope, id);
    const { settings, location, given, cluster, groupName, capacityProviderName } = props;
    this.function = this.createFunction();
    this.sendEvents();
    this.lookEveryHour();
    addPrepullMetrics(this, props.prepullLog.logGroup.name);

    const watched: Watched = {
      name: settings.name,
      clusterName: cluster.name,
      groupName,
      capacityProviderName,
      functionName: this.function.function.functionName,
      failedEventsQueue: props.failedEvents.queue.name,
      lowDiskMib: plus(settings.prepull.minFreeMib, LOW_DISK_MARGIN_MIB),
      goldenAmiRecipe: props.goldenAmi?.recipe,
      slowStartSeconds: given.slowStartSeconds ?? DEFAULT_SLOW_START_SECONDS,
      warmPoolMinSize: settings.warmPool?.minSize,
      isPoolPlanned: settings.warmPool !== undefined && isPlanned(settings.warmPool),
    };
    const actions = [...(given.alarmTopicArns ?? [])];
    this.alarms = Object.entries(alarmSpecs(watched)).map(
      ([alarmId, spec]) =>
        new CloudwatchMetricAlarm(this, alarmId, {
          ...spec,
          alarmName: `${settings.name}-${alarmId}`,
          tags: settings.tags,
          ...(actions.length === 0 ? {} : { alarmActions: actions, okActions: actions }),
        }),
    );
    this.dashboard = new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: `${settings.name}-cold-start`,
      dashboardBody: dashboardBody(
        location.region,
        watched,
        [...this.alarms, ...props.otherAlarms].map(({ arn }) => arn),
      ),
    });
  }

  private createFunction(): NodeFunction<TaskStartMetricsSettings> {
    const { settings, cluster, capacityProviderName, failedEvents } = this.props;
    const counted = new DynamodbTable(this, 'counted', {
      name: `${settings.name}-counted-starts`,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'id',
      attribute: [{ name: 'id', type: 'S' }],
      ttl: { attributeName: 'expiresAt', enabled: true },
      serverSideEncryption: { enabled: true },
      tags: settings.tags,
    });
    return new NodeFunction<TaskStartMetricsSettings>(this, 'function', {
      functionName: `${settings.name}-task-start-metrics`,
      description: 'ECS Task State Change -> metrics of cold starts',
      bundle: 'task-start-metrics',
      environment: {
        COUNTED_TABLE: counted.name,
        METRICS_NAMESPACE,
        CLUSTER: cluster.name,
        CAPACITY_PROVIDER: capacityProviderName,
      },
      statements: [
        { sid: 'CountOnce', actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], resources: [counted.arn] },
        { sid: 'FindDrainingInstances', actions: ['ecs:ListContainerInstances'], resources: [cluster.arn] },
        {
          sid: 'SeeInstancesAndTheirTasks',
          actions: ['ecs:DescribeContainerInstances', 'ecs:ListTasks'],
          resources: [`${Fn.replace(cluster.arn, ':cluster/', ':container-instance/')}/*`],
        },
        {
          sid: 'SeeWhoseTasks',
          actions: ['ecs:DescribeTasks'],
          resources: [`${Fn.replace(cluster.arn, ':cluster/', ':task/')}/*`],
        },
        failedEvents.statement,
      ],
      onFailureArn: failedEvents.queue.arn,
      timeoutSeconds: 30,
      logRetentionDays: settings.logRetentionDays,
      nodeVersion: settings.nodeVersion,
    });
  }

  private lookEveryHour(): void {
    const { settings, failedEvents } = this.props;
    const rule = new CloudwatchEventRule(this, 'every-hour-rule', {
      name: `${settings.name}-every-hour`,
      description: `Shells on draining instances of ${settings.name}`,
      scheduleExpression: 'rate(1 hour)',
      tags: settings.tags,
    });
    invokeByRule(this, 'every-hour', rule, this.function, failedEvents.queue.arn);
  }

  private sendEvents(): void {
    const { settings, cluster, groupName, capacityProviderName, goldenAmi, failedEvents } = this.props;
    const patterns = {
      'task-running': {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        // Tasks of this capacity provider: a second module in the cluster counts its own.
        detail: {
          clusterArn: [cluster.arn],
          capacityProviderName: [capacityProviderName],
          lastStatus: ['RUNNING'],
          desiredStatus: ['RUNNING'],
        },
      },
      'instance-launch': {
        source: ['aws.autoscaling'],
        'detail-type': ['EC2 Instance-launch Lifecycle Action'],
        detail: { AutoScalingGroupName: [groupName], Destination: ['AutoScalingGroup'] },
      },
      'group-trouble': {
        source: ['aws.autoscaling'],
        'detail-type': [
          'EC2 Instance Launch Unsuccessful',
          // A refresh that rolls back ends in other events than one that fails.
          'EC2 Auto Scaling Instance Refresh Failed',
          'EC2 Auto Scaling Instance Refresh Rollback Started',
          'EC2 Auto Scaling Instance Refresh Rollback Failed',
        ],
        detail: { AutoScalingGroupName: [groupName] },
      },
      ...(goldenAmi === undefined
        ? {}
        : {
            'golden-ami-build': {
              source: ['aws.imagebuilder'],
              'detail-type': ['EC2 Image Builder Image State Change'],
              resources: [{ prefix: goldenAmi.imageArnPrefix }],
              detail: { state: { status: ['FAILED'] } },
            },
          }),
    };
    for (const [ruleId, pattern] of Object.entries(patterns)) {
      const rule = new CloudwatchEventRule(this, `${ruleId}-rule`, {
        name: `${settings.name}-${ruleId}`,
        description: `${ruleId} of ${settings.name}, for its metrics`,
        eventPattern: JSON.stringify(pattern),
        tags: settings.tags,
      });
      invokeByRule(this, ruleId, rule, this.function, failedEvents.queue.arn);
    }
  }
}
