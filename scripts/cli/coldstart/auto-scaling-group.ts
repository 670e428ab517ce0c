import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { regionOf } from '../aws';
import { BadInput } from '../bad-input';

/** @throws when there is no such group in the region */
export async function findGroup(client: AutoScalingClient, name: string): Promise<AutoScalingGroup> {
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const [group] = AutoScalingGroups;
  if (!group)
    throw new BadInput(
      `--group: got ${name}; allowed: the name of an Auto Scaling group in ${await regionOf(client)}; --region and --profile name another place`,
    );
  return group;
}

export interface UsedTemplate {
  readonly id: string;
  /** A number, or an alias such as `$Default`. */
  readonly version: string;
}

/** Returns the launch template of a group, whether it is plain or of several instance types. @throws when it has none */
export function templateOf(group: AutoScalingGroup): UsedTemplate {
  const used =
    group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (!used?.LaunchTemplateId) throw new Error(`${group.AutoScalingGroupName} has no launch template`);
  return { id: used.LaunchTemplateId, version: used.Version ?? '$Default' };
}
