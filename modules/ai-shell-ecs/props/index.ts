import type { RoleProps } from '../../parts/iam-roles';
import type { NodeVersion } from '../../parts/node-version';
import type { LocationProps } from '../aws-location';
import type { ImageSource } from '../image-source';
import type { AgentProps, PrepullProps, UserDataProps } from './boot';
import type { CapacityProviderProps, ClusterProps } from './cluster';
import type { GoldenAmiProps } from './golden-ami';
import type { AmiSource, InstancesProps } from './instances';
import type { NetworkProps } from './network';
import type { ColdStartMetricsProps, LogsProps } from './observability';
import type { InstanceRefreshProps } from './refresh';
import type { InPlaceRolloutProps } from './rollout';
import type { ServiceProps } from './service';
import type { ExecProps, TaskProps } from './task';
import type { WarmPoolProps } from './warm-pool';

export type * from './boot';
export type * from './cluster';
export type * from './golden-ami';
export type * from './instances';
export type * from './network';
export type * from './observability';
export type * from './refresh';
export type * from './rollout';
export type * from './service';
export type * from './task';
export type * from './warm-pool';

/** Everything a user can say about the construct. Only `name`, `image` and `network` are required. */
export interface AiShellEcsProps extends LocationProps {
  /** Base name of what the construct creates: `shell` gives `shell-ecs-asg`. 1-32 characters of `a-z0-9-`. */
  readonly name: string;
  /** The image of the shell container; its digest feeds the task definition, the pre-pull and the golden AMI. */
  readonly image: ImageSource;
  readonly network: NetworkProps;
  /** Images of further containers that the instances keep on disk, by a name of your choice. @default none */
  readonly additionalImages?: Readonly<Record<string, ImageSource>>;
  /** The parent of the instances. @default - the recommended ECS-optimized Amazon Linux 2023 AMI, or the golden AMI */
  readonly ami?: AmiSource;
  readonly instances?: InstancesProps;
  /** Pre-initialized instances beside the group; `false` for none. @default - Stopped, two instances */
  readonly warmPool?: WarmPoolProps | false;
  readonly prepull?: PrepullProps;
  /** What else an instance runs at its first boot. @default none */
  readonly userData?: UserDataProps;
  readonly agent?: AgentProps;
  /** Rolling replacement when the launch template changes; `false` for none. @default - see {@link InstanceRefreshProps} */
  readonly refresh?: InstanceRefreshProps | false;
  /**
   * What a new image does. `replace`: a new launch template, and a refresh that replaces every host. `in-place`: hosts pull it beside
   * their tasks, and tasks of it start only when all hold it; neither launch template nor hosts change. @default 'replace'
   */
  readonly rollout?: 'replace' | 'in-place';
  /** Only with `rollout: 'in-place'`. @default - see {@link InPlaceRolloutProps} */
  readonly inPlaceRollout?: InPlaceRolloutProps;
  /** @default - a new cluster named after the construct */
  readonly cluster?: ClusterProps;
  readonly capacityProvider?: CapacityProviderProps;
  /** The task definition of a shell; `false` when tasks are defined elsewhere. @default - see {@link TaskProps} */
  readonly task?: TaskProps | false;
  /** Keeps a number of shells running. @default - none: shells are started with RunTask */
  readonly service?: ServiceProps;
  /** ECS Exec sessions into shells; `false` for none. @default - allowed, logged and encrypted */
  readonly exec?: ExecProps | false;
  readonly logs?: LogsProps;
  /** Bakes the image into an AMI whenever one is pushed. @default - off: instances pull at their first boot */
  readonly goldenAmi?: GoldenAmiProps;
  /** Metrics, alarms and a dashboard of task starts; `false` for none. @default - on */
  readonly coldStartMetrics?: ColdStartMetricsProps | false;
  /** Major version of Node.js of the functions; 24 needs the AWS provider 6.19 or later. @default - the newest that the locked provider knows */
  readonly nodeVersion?: NodeVersion;
  /** What an organization says of every role: names, path, boundary. @default - named after `name`, on the path `/`, without a boundary */
  readonly roles?: RoleProps;
  /** Tags of every resource and, through the group, of every instance. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}
