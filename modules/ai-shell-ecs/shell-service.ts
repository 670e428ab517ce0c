import { AppautoscalingPolicy } from '@cdktf/provider-aws/lib/appautoscaling-policy';
import { AppautoscalingTarget } from '@cdktf/provider-aws/lib/appautoscaling-target';
import { EcsService, type EcsServiceConfig } from '@cdktf/provider-aws/lib/ecs-service';
import type { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition';
import type { Construct } from 'constructs';
import type { ServiceProps, ServiceScalingProps } from './props';
import type { AiShellEcsSettings, TaskSettings } from './settings';
import type { ShellCapacity } from './shell-capacity';
import type { ShellCluster } from './shell-cluster';
import { SHELL_CONTAINER } from './task-containers';

export interface ShellServiceProps {
  readonly settings: AiShellEcsSettings;
  readonly service: ServiceProps;
  readonly task: TaskSettings;
  readonly taskDefinition: EcsTaskDefinition;
  readonly cluster: ShellCluster;
  readonly capacity: ShellCapacity;
  readonly securityGroupIds: readonly string[];
}

/** Keeps shells running on the capacity provider, behind a load balancer and by their load where it is told so. */
export function shellService(scope: Construct, props: ShellServiceProps): EcsService {
  const { settings, service: given, cluster, capacity, taskDefinition } = props;
  const service = new EcsService(scope, 'service', {
    name: settings.name,
    cluster: cluster.arn,
    taskDefinition: taskDefinition.arn,
    desiredCount: given.desiredCount,
    deploymentMinimumHealthyPercent: given.minimumHealthyPercent ?? 100,
    deploymentMaximumPercent: given.maximumPercent ?? 200,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    enableExecuteCommand: settings.given.exec !== false,
    enableEcsManagedTags: true,
    propagateTags: 'SERVICE',
    capacityProviderStrategy: [{ capacityProvider: capacity.provider.name, weight: 1, base: 0 }],
    ...placement(given),
    ...balanced(given),
    ...networked(props),
    tags: settings.tags,
    // Its scaling owns the count from then on.
    ...(given.scaling === undefined ? {} : { lifecycle: { ignoreChanges: ['desired_count'] } }),
    dependsOn: capacity.association === undefined ? [] : [capacity.association],
  });
  if (given.scaling !== undefined) scaleByLoad(scope, { service, cluster, scaling: given.scaling });
  return service;
}

type Part<Keys extends keyof EcsServiceConfig> = Pick<EcsServiceConfig, Keys>;

/**
 * Few hosts, well filled. Rebalancing wants zones first.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
function placement({
  availabilityZoneRebalancing = false,
}: ServiceProps): Part<'orderedPlacementStrategy' | 'availabilityZoneRebalancing'> {
  const filled = { type: 'binpack', field: 'memory' };
  if (!availabilityZoneRebalancing) return { orderedPlacementStrategy: [filled] };
  return {
    availabilityZoneRebalancing: 'ENABLED',
    orderedPlacementStrategy: [{ type: 'spread', field: 'attribute:ecs.availability-zone' }, filled],
  };
}

function balanced({ loadBalancer }: ServiceProps): Part<'loadBalancer' | 'healthCheckGracePeriodSeconds'> {
  if (loadBalancer === undefined) return {};
  const { containerPort, healthCheckGraceSeconds = 0, targetGroupArn } = loadBalancer;
  return {
    loadBalancer: [{ targetGroupArn, containerName: SHELL_CONTAINER, containerPort }],
    healthCheckGracePeriodSeconds: healthCheckGraceSeconds,
  };
}

function networked({ settings, task, securityGroupIds }: ShellServiceProps): Part<'networkConfiguration'> {
  if (task.networkMode !== 'awsvpc') return {};
  return {
    networkConfiguration: {
      subnets: [...settings.network.subnetIds],
      securityGroups: [...securityGroupIds],
    },
  };
}

function scaleByLoad(
  scope: Construct,
  props: {
    readonly service: EcsService;
    readonly cluster: ShellCluster;
    readonly scaling: ServiceScalingProps;
  },
): void {
  const { service, cluster, scaling } = props;
  const target = new AppautoscalingTarget(scope, 'scaling', {
    serviceNamespace: 'ecs',
    resourceId: `service/${cluster.name}/${service.name}`,
    scalableDimension: 'ecs:service:DesiredCount',
    minCapacity: scaling.minCount,
    maxCapacity: scaling.maxCount,
  });
  for (const [id, percent, predefinedMetricType] of [
    ['scaling-cpu', scaling.targetCpuPercent, 'ECSServiceAverageCPUUtilization'],
    ['scaling-memory', scaling.targetMemoryPercent, 'ECSServiceAverageMemoryUtilization'],
  ] as const) {
    if (percent === undefined) continue;
    new AppautoscalingPolicy(scope, id, {
      name: `${id.replace('scaling-', '')}-target`,
      policyType: 'TargetTrackingScaling',
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: percent,
        predefinedMetricSpecification: { predefinedMetricType },
      },
    });
  }
}
