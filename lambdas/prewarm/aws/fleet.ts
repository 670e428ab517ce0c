import {
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Fleet } from '../ports';

/** The Auto Scaling group is not there. The text is the one clients of the API know. */
export class GroupNotFound extends Error {
  override readonly name = 'GroupNotFound';
  constructor() {
    super('AutoScalingGroups Not exits');
  }
}

export interface GroupOptions {
  readonly name: string;
  /** Most instances that the group may have. */
  readonly maxInstances: number;
}

/** The agents' Auto Scaling group. */
export class GroupFleet implements Fleet {
  readonly name: string;

  constructor(
    private readonly client: AutoScalingClient,
    private readonly options: GroupOptions,
  ) {
    this.name = options.name;
  }

  async capacity(): Promise<number> {
    const { AutoScalingGroups = [] } = await this.client.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [this.name] }),
    );
    const [group] = AutoScalingGroups;
    if (group === undefined) throw new GroupNotFound();
    return group.DesiredCapacity ?? 0;
  }

  async setCapacity(instances: number): Promise<void> {
    await this.client.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: this.name,
        DesiredCapacity: Math.min(instances, this.options.maxInstances),
      }),
    );
  }
}
