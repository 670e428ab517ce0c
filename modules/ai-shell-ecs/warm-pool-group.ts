import { AutoscalingGroup, type AutoscalingGroupConfig } from '@cdktf/provider-aws/lib/autoscaling-group';
import { AutoscalingLifecycleHook } from '@cdktf/provider-aws/lib/autoscaling-lifecycle-hook';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { type ITerraformDependable, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { OfferedTypes } from '../parts/offered-types';
import { groupTags, withTags } from '../parts/tags';
import { addTypesOfPlan, capacitySource, pathOfVersion } from './capacity-source';
import { type Names, namesOf } from './names';
import { isPlanned } from './pool-plan';
import type { CapacityReservationProps } from './props';
import type { AiShellEcsSettings, RefreshSettings, WarmPoolSettings } from './settings';

export interface WarmPoolGroupProps {
  readonly names: Names;
  readonly settings: AiShellEcsSettings;
  readonly template: LaunchTemplate;
  /** Permissions that instances need from their first second. */
  readonly dependsOn: ITerraformDependable[];
}

const METRICS = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
  'WarmPoolMinSize',
  'WarmPoolDesiredCapacity',
  'WarmPoolPendingCapacity',
  'WarmPoolTerminatingCapacity',
  'WarmPoolWarmedCapacity',
  'WarmPoolTotalCapacity',
  'GroupAndWarmPoolDesiredCapacity',
  'GroupAndWarmPoolTotalCapacity',
];

/** The Auto Scaling group, its warm pool, and the hook that keeps an instance out of both until its images are there. */
export class WarmPoolGroup extends Construct {
  readonly group: AutoscalingGroup;
  /** Keeps an instance out of service until its images are there. */
  readonly hook: AutoscalingLifecycleHook;

  /** Name of the group as it is synthesized, after every override: instances and policies refer to it without a cycle. */
  get name(): string {
    const { resource } = this.group.toTerraform();
    return resource[this.group.terraformResourceType][this.group.friendlyUniqueId].name;
  }

  constructor(scope: Construct, id: string, { names, settings, template, dependsOn }: WarmPoolGroupProps) {
    super(scope, id);
    const { instances, prepull, refresh, warmPool, network } = settings;
    const hook = {
      name: names.lifecycleHook,
      lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      heartbeatTimeout: prepull.hookTimeoutSeconds,
      defaultResult: prepull.onFailure,
    };
    const capacity = capacitySource(instances, template);
    const { checkTypes: check, instanceTypes } = instances;
    const conditions =
      check === false
        ? {}
        : new OfferedTypes(this, 'offered-types', { prop: 'instance types', instanceTypes, check })
            .conditions;
    this.group = new AutoscalingGroup(this, 'Default', {
      name: namesOf(settings.name).autoScalingGroup,
      minSize: instances.minSize,
      maxSize: instances.maxSize,
      ...(instances.desiredCapacity === undefined ? {} : { desiredCapacity: instances.desiredCapacity }),
      vpcZoneIdentifier: [...network.subnetIds],
      protectFromScaleIn: instances.protectFromScaleIn,
      healthCheckType: 'EC2',
      maxInstanceLifetime: instances.maxInstanceLifetimeSeconds,
      waitForCapacityTimeout: instances.waitForCapacityTimeout,
      forceDelete: instances.forceDelete,
      forceDeleteWarmPool: true,
      enabledMetrics: METRICS,
      ...capacity,
      ...(instances.capacityType === 'spot' ? { capacityRebalance: instances.spot.rebalance } : {}),
      ...(instances.availabilityZoneDistribution === undefined
        ? {}
        : {
            availabilityZoneDistribution: {
              capacityDistributionStrategy: instances.availabilityZoneDistribution,
            },
          }),
      ...(instances.capacityReservation === undefined
        ? {}
        : { capacityReservationSpecification: reservationBlock(instances.capacityReservation) }),
      // A hook of its own would come after the first instances.
      initialLifecycleHook: [hook],
      instanceMaintenancePolicy: {
        minHealthyPercentage: instances.maintenance.minHealthyPercent,
        maxHealthyPercentage: instances.maintenance.maxHealthyPercent,
      },
      ...(warmPool === undefined ? {} : { warmPool: warmPoolBlock(warmPool) }),
      ...(refresh?.startedBy === 'apply' ? { instanceRefresh: refreshBlock(refresh) } : {}),
      // ECS sets the last tag; undeclared, each apply would remove it.
      tag: groupTags(withTags(settings.tags, { AmazonECSManaged: 'true' })),
      // After the first apply ECS managed scaling owns the count, and a refresh by command the version.
      lifecycle: {
        ...conditions,
        ignoreChanges: [
          'desired_capacity',
          // The provider replaces the whole group when this differs; the hook of its own below takes every later change.
          'initial_lifecycle_hook',
          ...(refresh?.startedBy === 'command' ? [pathOfVersion(capacity)] : []),
          // One function sizes the pool: it takes these from its environment.
          ...(isSizedByFunction(settings)
            ? ['warm_pool[0].min_size', 'warm_pool[0].max_group_prepared_capacity']
            : []),
        ],
      },
      dependsOn,
    });
    addTypesOfPlan(this.group, instances, template);
    // The initial hook counts at creation only; this is the same hook, and later changes of it.
    this.hook = new AutoscalingLifecycleHook(this, 'hook', {
      ...hook,
      autoscalingGroupName: this.group.name,
    });
  }
}

function isSizedByFunction({ inPlaceRollout, warmPool }: AiShellEcsSettings): boolean {
  return warmPool !== undefined && (inPlaceRollout !== undefined || isPlanned(warmPool));
}

function reservationBlock({
  use,
  reservationIds,
  resourceGroupArns,
}: CapacityReservationProps): NonNullable<AutoscalingGroupConfig['capacityReservationSpecification']> {
  const target = {
    ...(reservationIds === undefined ? {} : { capacityReservationIds: [...reservationIds] }),
    ...(resourceGroupArns === undefined
      ? {}
      : { capacityReservationResourceGroupArns: [...resourceGroupArns] }),
  };
  return {
    capacityReservationPreference: use === 'none' ? 'none' : `capacity-reservations-${use}`,
    ...(Object.keys(target).length === 0 ? {} : { capacityReservationTarget: target }),
  };
}

function warmPoolBlock(pool: WarmPoolSettings): NonNullable<AutoscalingGroupConfig['warmPool']> {
  return {
    poolState: pool.state,
    minSize: pool.minSize,
    maxGroupPreparedCapacity: pool.maxPreparedCapacity,
    instanceReusePolicy: { reuseOnScaleIn: pool.reuseOnScaleIn },
  };
}

function refreshBlock(refresh: RefreshSettings): NonNullable<AutoscalingGroupConfig['instanceRefresh']> {
  const { checkpointPercentages, checkpointDelaySeconds, instanceWarmupSeconds, alarmNames } = refresh;
  return {
    strategy: 'Rolling',
    preferences: {
      minHealthyPercentage: refresh.minHealthyPercent,
      maxHealthyPercentage: refresh.maxHealthyPercent,
      skipMatching: refresh.skipMatching,
      scaleInProtectedInstances: refresh.scaleInProtectedInstances,
      standbyInstances: refresh.standbyInstances,
      ...(instanceWarmupSeconds === undefined
        ? {}
        : { instanceWarmup: Tokenization.stringifyNumber(instanceWarmupSeconds) }),
      ...(checkpointPercentages === undefined ? {} : { checkpointPercentages: [...checkpointPercentages] }),
      ...(checkpointDelaySeconds === undefined ? {} : { checkpointDelay: String(checkpointDelaySeconds) }),
      ...(alarmNames.length === 0 ? {} : { alarmSpecification: { alarms: [...alarmNames] } }),
    },
  };
}
