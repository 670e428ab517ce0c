import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { EcsCapacityProvider } from '@cdktf/provider-aws/lib/ecs-capacity-provider';
import { EcsClusterCapacityProviders } from '@cdktf/provider-aws/lib/ecs-cluster-capacity-providers';
import { Construct } from 'constructs';
import type { AiShellEcsSettings } from './settings';
import type { ShellCluster } from './shell-cluster';

export interface ShellCapacityProps {
  readonly settings: AiShellEcsSettings;
  readonly cluster: ShellCluster;
  readonly group: AutoscalingGroup;
}

/** Lets ECS size the group by the tasks that wait, and drain an instance before it goes. */
export class ShellCapacity extends Construct {
  readonly provider: EcsCapacityProvider;
  /** `undefined` for a joined cluster whose list of providers is left alone. */
  readonly association: EcsClusterCapacityProviders | undefined;

  constructor(scope: Construct, id: string, { settings, cluster, group }: ShellCapacityProps) {
    super(scope, id);
    const { capacityProvider, cluster: clusterSettings, tags } = settings;
    this.provider = new EcsCapacityProvider(this, 'Default', {
      name: capacityProvider.name,
      tags,
      // Out of the cluster's list before it goes: ECS refuses to delete one in a list, and Terraform would wait 20 minutes for it.
      lifecycle: { createBeforeDestroy: true },
      autoScalingGroupProvider: {
        autoScalingGroupArn: group.arn,
        managedDraining: onOff(capacityProvider.managedDraining),
        managedTerminationProtection: onOff(capacityProvider.managedTerminationProtection),
        managedScaling: {
          status: onOff(capacityProvider.managedScaling),
          targetCapacity: capacityProvider.targetCapacityPercent,
          minimumScalingStepSize: capacityProvider.minimumScalingStepSize,
          maximumScalingStepSize: capacityProvider.maximumScalingStepSize,
          instanceWarmupPeriod: capacityProvider.instanceWarmupSeconds,
        },
      },
    });
    const others = clusterSettings.otherCapacityProviders;
    if (others === undefined) return;
    this.association = new EcsClusterCapacityProviders(this, 'providers', {
      clusterName: cluster.name,
      capacityProviders: [...others, this.provider.name],
      defaultCapacityProviderStrategy: [{ capacityProvider: this.provider.name, weight: 1, base: 0 }],
    });
  }
}

function onOff(enabled: boolean): 'ENABLED' | 'DISABLED' {
  return enabled ? 'ENABLED' : 'DISABLED';
}
