/** What a group launches: one type by its launch template, or several types and Spot by a mixed instances policy. */
import type { AutoscalingGroup, AutoscalingGroupConfig } from '@cdktf/provider-aws/lib/autoscaling-group';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Fn, Op, ref, TerraformStack, Token } from 'cdktf';
import type { InstancesSettings } from './settings';

type CapacitySource = Pick<AutoscalingGroupConfig, 'launchTemplate' | 'mixedInstancesPolicy'>;

/** The blocks of the group; none where `addTypesOfPlan` adds them. */
export function capacitySource(instances: InstancesSettings, template: LaunchTemplate): CapacitySource {
  const { capacityType, instanceTypes } = instances;
  const version = versionOf(instances, template);
  if (Token.isUnresolved(instanceTypes)) return {};
  if (instanceTypes.length === 1 && capacityType === 'on-demand')
    return { launchTemplate: { id: template.id, version } };
  return {
    mixedInstancesPolicy: {
      instancesDistribution: distribution(instances),
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        override: instanceTypes.map((instanceType) => ({ instanceType })),
      },
    },
  };
}

/** Adds the blocks of the group where Terraform alone knows how many types there are. */
export function addTypesOfPlan(
  group: AutoscalingGroup,
  instances: InstancesSettings,
  template: LaunchTemplate,
): void {
  const { capacityType, instanceTypes } = instances;
  if (!Token.isUnresolved(instanceTypes)) return;
  const version = versionOf(instances, template);
  const isOne = Op.eq(Fn.lengthOf(instanceTypes), 1);
  const given = distribution(instances);
  const policy = {
    instances_distribution: {
      on_demand_allocation_strategy: given.onDemandAllocationStrategy,
      on_demand_base_capacity: given.onDemandBaseCapacity,
      on_demand_percentage_above_base_capacity: given.onDemandPercentageAboveBaseCapacity,
      spot_allocation_strategy: given.spotAllocationStrategy,
    },
    launch_template: {
      launch_template_specification: { launch_template_id: template.id, version },
      dynamic: {
        override: {
          for_each: instanceTypes,
          // An iterator of the library would make a set of the types, and lose their order.
          content: { instance_type: ref('override.value', TerraformStack.of(group)) },
        },
      },
    },
  };
  if (capacityType === 'spot') {
    group.addOverride('mixed_instances_policy', policy);
    return;
  }
  group.addOverride('dynamic.launch_template', {
    for_each: Fn.conditional(isOne, [1], []),
    content: { id: template.id, version },
  });
  group.addOverride('dynamic.mixed_instances_policy', {
    for_each: Fn.conditional(isOne, [], [1]),
    content: policy,
  });
}

/** Where the group's attributes say which version of the launch template it uses. */
export function pathOfVersion({ launchTemplate }: CapacitySource): string {
  return launchTemplate === undefined
    ? 'mixed_instances_policy[0].launch_template[0].launch_template_specification[0].version'
    : 'launch_template[0].version';
}

/** The number, not an alias: only a changed number starts a refresh, and only to a number can one roll back. */
function versionOf({ launchTemplateVersion }: InstancesSettings, template: LaunchTemplate): string {
  return launchTemplateVersion ?? `\${${template.fqn}.latest_version}`;
}

function distribution({ capacityType, spot }: InstancesSettings) {
  const isSpot = capacityType === 'spot';
  return {
    onDemandAllocationStrategy: 'prioritized',
    onDemandBaseCapacity: spot.onDemandBase,
    onDemandPercentageAboveBaseCapacity: isSpot ? spot.onDemandPercentAboveBase : 100,
    ...(isSpot ? { spotAllocationStrategy: spot.allocationStrategy } : {}),
  };
}
