import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  type ECSClient,
  paginateListContainerInstances,
  paginateListTasks,
} from '@aws-sdk/client-ecs';

/** Shells that end with their instance: tasks of no service, on instances that are being drained. */
export interface DrainingShells {
  readonly shells: number;
  /** Since the first of their instances was seen draining; 0 without shells. */
  readonly longestHours: number;
}

export interface DrainingShellsProps {
  readonly ecs: ECSClient;
  readonly cluster: string;
  readonly capacityProvider: string;
  /** Returns when a key was first seen, in milliseconds since 1970: now, where this is the first time. */
  readonly firstSeen: (key: string) => Promise<number>;
  readonly nowMillis: number;
}

/** What DescribeContainerInstances and DescribeTasks take in one call. */
const PER_CALL = 100;
const HOUR_MS = 3_600_000;

/**
 * Looks at the instances of a capacity provider that are DRAINING. ECS does not say since when, so the moment when this
 * function first saw it counts: late by its own schedule at most.
 */
export async function findDrainingShells(props: DrainingShellsProps): Promise<DrainingShells> {
  let shells = 0;
  let longestMillis = 0;
  for (const instance of await drainingInstances(props)) {
    const left = await shellsOn(props, instance);
    if (left === 0) continue;
    shells += left;
    const since = await props.firstSeen(`draining ${instance}`);
    longestMillis = Math.max(longestMillis, props.nowMillis - since);
  }
  return { shells, longestHours: longestMillis / HOUR_MS };
}

/** ARNs of those of the capacity provider that run anything. */
async function drainingInstances({ ecs, cluster, capacityProvider }: DrainingShellsProps): Promise<string[]> {
  const found: string[] = [];
  const query = { cluster, status: 'DRAINING' } as const;
  const pages = paginateListContainerInstances({ client: ecs, pageSize: PER_CALL }, query);
  for await (const { containerInstanceArns = [] } of pages) {
    if (containerInstanceArns.length === 0) continue;
    const { containerInstances = [] } = await ecs.send(
      new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstanceArns }),
    );
    for (const { containerInstanceArn, capacityProviderName, runningTasksCount = 0 } of containerInstances)
      if (capacityProviderName === capacityProvider && containerInstanceArn && runningTasksCount > 0)
        found.push(containerInstanceArn);
  }
  return found;
}

/** Tasks that RunTask started: those of a service are moved by ECS. */
async function shellsOn({ ecs, cluster }: DrainingShellsProps, containerInstance: string): Promise<number> {
  let shells = 0;
  const query = { cluster, containerInstance };
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs, pageSize: PER_CALL }, query)) {
    if (taskArns.length === 0) continue;
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
    shells += tasks.filter(({ group }) => !group?.startsWith('service:')).length;
  }
  return shells;
}
