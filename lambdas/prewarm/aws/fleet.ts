import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import { type Fleet, FleetNotFound } from '../engine/ports/fleet';

export interface GroupOptions {
  readonly name: string;
  /** Most instances that the group may have; larger capacities are capped to it. */
  readonly maxInstances: number;
}

/** The agents' Auto Scaling group. */
export class GroupFleet implements Fleet {
  readonly name: string;
  readonly maxInstances: number;

  constructor(
    private readonly client: AutoScalingClient,
    options: GroupOptions,
  ) {
    this.name = options.name;
    this.maxInstances = options.maxInstances;
  }

  async capacity(): Promise<number> {
    const { AutoScalingGroups = [] } = await this.client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.name] }),
    );
    const [group] = AutoScalingGroups;
    if (group === undefined) throw new FleetNotFound(this.name);
    return group.DesiredCapacity ?? 0;
  }

  async setCapacity(instances: number): Promise<void> {
    // An update of the group would make AWS ask whether the caller may launch what the launch template describes.
    await this.client.send(
      new SetDesiredCapacityCommand({
        AutoScalingGroupName: this.name,
        DesiredCapacity: Math.min(instances, this.maxInstances),
        HonorCooldown: false,
      }),
    );
  }
}
