import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import type { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import type { ImageRolloutSettings } from '../../lambdas/image-rollout/settings';
import { NodeFunction } from '../parts/node-function';
import type { PolicyStatement } from '../parts/policy';
import type { AwsLocation } from './aws-location';
import type { FailedEvents } from './failed-events';
import type { ImageReference } from './image-reference';
import { repositoryArn } from './instance-role';
import { invokeByRule } from './invoke-by-rule';
import { logLineAlarm, poolOffSizeAlarm } from './log-line-alarm';
import type { Names } from './names';
import { byArchitecture, times } from './plan-values';
import { demandStatements, groupArn, poolEnvironment } from './pool-clock';
import type { RolloutDocuments } from './rollout-documents';
import type { AiShellEcsSettings, InPlaceRolloutSettings } from './settings';
import type { ShellCluster } from './shell-cluster';
import type { ShellTask } from './shell-task';

export interface RolloutDriverProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly rollout: InPlaceRolloutSettings;
  readonly accountId: string;
  readonly documents: RolloutDocuments;
  readonly images: readonly ImageReference[];
  readonly prepullLogArn: string;
  readonly groupName: string;
  readonly cluster: ShellCluster;
  readonly task: ShellTask | undefined;
  readonly failedEvents: FailedEvents;
}

/** Bytes that hosts in service pull at once, all together. */
const WAVE_BYTES = 20e9;
const HOSTS_TIMEOUT_SECONDS = 3600;
const PREVIOUS_SECONDS = 7 * 24 * 3600;

/** The function that brings wanted images onto the hosts: at each change of what is wanted, and every minute. */
export class RolloutDriver extends Construct {
  readonly function: NodeFunction<ImageRolloutSettings>;
  readonly alarms: readonly CloudwatchMetricAlarm[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RolloutDriverProps,
  ) {
    super(scope, id);
    const { documents, failedEvents, names, settings } = props;
    this.function = new NodeFunction<ImageRolloutSettings>(this, 'function', {
      functionName: names.rolloutFunction,
      description: 'Wanted images -> hosts, pool, task definition, service',
      bundle: 'image-rollout',
      environment: this.environment(),
      statements: [...this.statements(), failedEvents.statement],
      onFailureArn: failedEvents.queue.arn,
      timeoutSeconds: 120,
      // The one writer of the document of images.
      reservedConcurrency: 1,
      logRetentionDays: settings.logRetentionDays,
      nodeVersion: settings.nodeVersion,
    });
    const wanted = new CloudwatchEventRule(this, 'wanted-rule', {
      name: `${settings.name}-images-wanted`,
      description: `Wanted images of ${settings.name} changed`,
      eventPattern: JSON.stringify({
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { name: [documents.wanted.name], operation: ['Update'] },
      }),
      tags: settings.tags,
    });
    invokeByRule(this, 'wanted', wanted, this.function, failedEvents.queue.arn);
    const everyMinute = new CloudwatchEventRule(this, 'every-minute-rule', {
      name: `${settings.name}-rollout-goes-on`,
      description: `Rollouts of ${settings.name}, and the size of its pool`,
      scheduleExpression: 'rate(1 minute)',
      tags: settings.tags,
    });
    invokeByRule(this, 'every-minute', everyMinute, this.function, failedEvents.queue.arn);
    const { groupName } = props;
    const logGroupName = this.function.logGroup.name;
    const stopped = logLineAlarm(this, 'rollout-stopped', {
      ...{ settings, groupName, logGroupName },
      metric: 'RolloutStopped',
      pattern: '{ ($.event = "rollout") && ($.phase = "stopped") }',
      description:
        'A rollout ended without its image: its reason is in the document of images; tasks run what they ran',
      when: 'any',
    });
    this.alarms =
      settings.warmPool === undefined
        ? [stopped]
        : [stopped, this.alarmOnHeldHosts(), poolOffSizeAlarm(this, { settings, groupName, logGroupName })];
  }

  private alarmOnHeldHosts(): CloudwatchMetricAlarm {
    const { groupName, names, settings } = this.props;
    return logLineAlarm(this, 'held-by-pull', {
      ...{ settings, groupName },
      metric: 'HostHeldByPull',
      logGroupName: names.prepullLogGroup,
      // On its way into service, with tasks waiting for it.
      pattern: '{ ($.event = "prepull") && ($.target = "InService") && ($.attempts > 0) }',
      description:
        'A task may have waited for a host that pulled on its way into service: out of the pool stale, or launched beside it',
      when: 'any',
    });
  }

  private environment(): ImageRolloutSettings {
    const { cluster, documents, groupName, names, rollout, settings, task } = this.props;
    const { instances, warmPool } = settings;
    return {
      ...poolEnvironment(groupName, warmPool),
      WANTED_PARAMETER: documents.wanted.name,
      IMAGES_PARAMETER: documents.images.name,
      PREPULL_LOG_GROUP: names.prepullLogGroup,
      CLUSTER: cluster.name,
      TASK_FAMILY: task?.taskDefinition.family ?? '',
      SERVICE: task?.service?.name ?? '',
      PLATFORM: byArchitecture(instances.architecture, { arm64: 'linux/arm64', x86_64: 'linux/amd64' }),
      // Half of the disk: current is on the other one.
      IMAGE_LIMIT_BYTES: Tokenization.stringifyNumber(times(instances.rootVolume.sizeGib, 2 ** 29)),
      POOL_RENEWAL: rollout.poolRenewal,
      READY_PERCENT: Tokenization.stringifyNumber(rollout.readyPercent),
      WAVE_BYTES: String(WAVE_BYTES),
      HOSTS_TIMEOUT_SECONDS: String(HOSTS_TIMEOUT_SECONDS),
      LAUNCH_TIMEOUT_SECONDS: Tokenization.stringifyNumber(settings.prepull.hookTimeoutSeconds),
      PREVIOUS_SECONDS: String(PREVIOUS_SECONDS),
    };
  }

  private statements(): PolicyStatement[] {
    const { documents, images, location, prepullLogArn, settings } = this.props;
    const repositories = images.flatMap(({ ecr }) =>
      ecr === undefined ? [] : [repositoryArn(location.partition, ecr)],
    );
    return [
      { sid: 'ReadWanted', actions: ['ssm:GetParameter'], resources: [documents.wanted.arn] },
      {
        sid: 'WriteImages',
        actions: ['ssm:GetParameter', 'ssm:PutParameter'],
        resources: [documents.images.arn],
      },
      {
        sid: 'SeeHosts',
        actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeWarmPool'],
        resources: ['*'],
      },
      { sid: 'ReadWhatHostsHold', actions: ['logs:GetLogEvents'], resources: [`${prepullLogArn}:*`] },
      ...(settings.warmPool === undefined
        ? []
        : [
            {
              sid: 'RenewPool',
              actions: ['autoscaling:PutWarmPool', 'autoscaling:SetInstanceHealth'],
              resources: [groupArn(this.props)],
            },
            ...demandStatements(settings.warmPool),
          ]),
      ...(repositories.length === 0
        ? []
        : [
            {
              sid: 'CheckImages',
              actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
              resources: [...new Set(repositories)],
            },
          ]),
      ...this.taskStatements(),
    ];
  }

  private taskStatements(): PolicyStatement[] {
    const { accountId, cluster, location, task } = this.props;
    if (task === undefined) return [];
    const { executionRole, service, taskDefinition, taskRoleArn } = task;
    const family = `arn:${location.partition}:ecs:${location.region}:${accountId}:task-definition/${taskDefinition.family}:*`;
    return [
      { sid: 'SeeRevisions', actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] },
      {
        sid: 'RegisterRevision',
        actions: ['ecs:RegisterTaskDefinition', 'ecs:TagResource'],
        resources: [family],
      },
      {
        sid: 'PassRolesOfTasks',
        actions: ['iam:PassRole'],
        resources: [executionRole.arn, taskRoleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
      ...(service === undefined
        ? []
        : [
            {
              sid: 'MoveService',
              actions: ['ecs:DescribeServices', 'ecs:UpdateService'],
              resources: [
                `arn:${location.partition}:ecs:${location.region}:${accountId}:service/${cluster.name}/${service.name}`,
              ],
            },
          ]),
    ];
  }
}
