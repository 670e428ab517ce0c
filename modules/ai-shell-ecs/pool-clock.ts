import type { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { SchedulerSchedule } from '@cdktf/provider-aws/lib/scheduler-schedule';
import { Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import type { WarmPoolFunctionSettings } from '../../lambdas/warm-pool/settings';
import { NodeFunction } from '../parts/node-function';
import { type PolicyStatement, policyDocument, trustService } from '../parts/policy';
import type { AwsLocation } from './aws-location';
import { METRICS_NAMESPACE } from './cold-start-metrics/watched';
import type { FailedEvents } from './failed-events';
import { poolOffSizeAlarm } from './log-line-alarm';
import type { Names } from './names';
import { poolPlanJson } from './pool-plan';
import type { AiShellEcsSettings, WarmPoolSettings } from './settings';

export interface PoolClockProps {
  readonly names: Names;
  readonly location: AwsLocation;
  readonly settings: AiShellEcsSettings;
  readonly warmPool: WarmPoolSettings;
  readonly accountId: string;
  readonly groupName: string;
  readonly failedEvents: FailedEvents;
}

/**
 * The function that gives the warm pool the size that is planned for the time, and the schedule that calls it every minute. One
 * schedule without windows of its own: what it missed, or a refresh refused, the next minute does.
 */
export class PoolClock extends Construct {
  readonly function: NodeFunction<WarmPoolFunctionSettings>;
  readonly alarm: CloudwatchMetricAlarm;

  constructor(scope: Construct, id: string, props: PoolClockProps) {
    super(scope, id);
    const { accountId, failedEvents, groupName, names, settings, warmPool } = props;
    this.function = new NodeFunction<WarmPoolFunctionSettings>(this, 'function', {
      functionName: names.warmPoolFunction,
      description: 'Time of the week, and launches of the past -> size of the warm pool',
      bundle: 'warm-pool',
      environment: poolEnvironment(groupName, warmPool),
      statements: [
        // Describing groups and pools takes no resource.
        { sid: 'SeePool', actions: ['autoscaling:DescribeWarmPool'], resources: ['*'] },
        { sid: 'SizePool', actions: ['autoscaling:PutWarmPool'], resources: [groupArn(props)] },
        ...demandStatements(warmPool),
        failedEvents.statement,
      ],
      onFailureArn: failedEvents.queue.arn,
      // The next minute is sooner than a retry.
      asyncRetries: 0,
      timeoutSeconds: 30,
      logRetentionDays: settings.logRetentionDays,
      nodeVersion: settings.nodeVersion,
    });
    const role = new IamRole(this, 'schedule-role', {
      name: `${names.warmPoolFunction}-schedule`,
      assumeRolePolicy: trustService('scheduler.amazonaws.com', {
        StringEquals: { 'aws:SourceAccount': accountId },
      }),
    });
    const policy = new IamRolePolicy(this, 'schedule-policy', {
      name: 'size-pool',
      role: role.name,
      policy: policyDocument(
        { sid: 'SizePool', actions: ['lambda:InvokeFunction'], resources: [this.function.arn] },
        failedEvents.statement,
      ),
    });
    new SchedulerSchedule(this, 'schedule', {
      name: `${settings.name}-warm-pool`,
      description: `Size of the warm pool of ${settings.name}`,
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.arn,
        roleArn: role.arn,
        deadLetterConfig: { arn: failedEvents.queue.arn },
        // What is late is of no use: the next one is there.
        retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
      },
      dependsOn: [policy],
    });
    this.alarm = poolOffSizeAlarm(this, {
      settings,
      groupName,
      logGroupName: this.function.logGroup.name,
    });
  }
}

/** The part of its environment by which a function sizes a pool, or knows that there is none. */
export function poolEnvironment(
  groupName: string,
  warmPool: WarmPoolSettings | undefined,
): WarmPoolFunctionSettings {
  const common = { GROUP: groupName, METRICS_NAMESPACE };
  if (warmPool === undefined)
    return { ...common, POOL_MIN_SIZE: '', POOL_MAX_PREPARED: '', POOL_STATE: '', POOL_PLAN: '' };
  return {
    ...common,
    POOL_MIN_SIZE: Tokenization.stringifyNumber(warmPool.minSize),
    POOL_MAX_PREPARED: Tokenization.stringifyNumber(warmPool.maxPreparedCapacity),
    POOL_STATE: warmPool.state,
    POOL_PLAN: poolPlanJson(warmPool),
  };
}

/** What a function needs to follow demand. */
export function demandStatements({ followDemand }: WarmPoolSettings): readonly PolicyStatement[] {
  return followDemand === undefined
    ? []
    : // CloudWatch knows no resources for metrics.
      [{ sid: 'CountLaunches', actions: ['cloudwatch:GetMetricData'], resources: ['*'] }];
}

/** ARN of the group, whose id nobody knows beforehand. */
export function groupArn({
  accountId,
  location,
  names,
}: Pick<PoolClockProps, 'accountId' | 'location' | 'names'>): string {
  return `arn:${location.partition}:autoscaling:${location.region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/${names.autoScalingGroup}`;
}
