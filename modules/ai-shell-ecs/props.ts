import type { IResolvable } from 'cdktf';
import type { ImageSource } from './image-source';

/** Everything a user can say about the construct. Only `name`, `image` and `network` are required. */
export interface AiShellEcsProps {
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
  readonly agent?: AgentProps;
  /** Rolling replacement when the launch template changes; `false` for none. @default - see {@link InstanceRefreshProps} */
  readonly refresh?: InstanceRefreshProps | false;
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
  /** Tags of every resource and, through the group, of every instance. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface NetworkProps {
  readonly vpcId: string;
  /** Subnets of the instances, of at least one Availability Zone; private ones need a NAT gateway or `endpoints`. */
  readonly subnetIds: readonly string[];
  /** @default - one new group: no ingress, egress by HTTPS and DNS only */
  readonly securityGroupIds?: readonly string[];
  /** VPC endpoints to create, so that the subnets need no way to the internet. @default none */
  readonly endpoints?: VpcEndpointsProps;
}

export interface VpcEndpointsProps {
  /** Route tables that get the S3 gateway endpoint: ECR serves image layers from S3. */
  readonly routeTableIds: readonly string[];
  /** The addresses that may reach the endpoints. */
  readonly vpcCidr: string;
}

/** Where the AMI comes from; `resolve: 'launch'` lets EC2 read the parameter, which rules out automatic rollback. */
export type AmiSource =
  | {
      readonly from: 'recommended';
      /** An id known only at plan, from a variable; when not empty it wins and nothing is looked up. */
      readonly idVariable?: string;
    }
  | { readonly from: 'id'; readonly id: string }
  | { readonly from: 'ssm'; readonly parameter: string; readonly resolve: 'plan' | 'launch' };

export type Architecture = 'arm64' | 'x86_64';

export interface InstancesProps {
  /** On-demand types in order of preference; several make a mixed instances policy. @default - m7g.large, or m7i.large for x86_64 */
  readonly instanceTypes?: readonly string[];
  /** @default 'arm64' */
  readonly architecture?: Architecture;
  /** @default 'on-demand' */
  readonly capacityType?: 'on-demand' | 'spot';
  /** @default 0 */
  readonly minSize?: number;
  /** @default 4 */
  readonly maxSize?: number;
  /** Initial count; ECS managed scaling changes it afterwards. @default - minSize */
  readonly desiredCapacity?: number;
  readonly rootVolume?: RootVolumeProps;
  /** Launch template version of the group: the number that Terraform knows, or an alias. @default - the latest, by number */
  readonly launchTemplateVersion?: '$Latest' | '$Default';
  /** Instances are replaced at this age; 0 for never. @default 0 */
  readonly maxInstanceLifetimeSeconds?: number;
  /** Bounds of healthy instances in percent during any replacement. @default { minHealthyPercent: 100, maxHealthyPercent: 110 } */
  readonly maintenance?: HealthyBounds;
  /** How long an apply waits for the group's capacity, as a Go duration; '0' does not wait. @default '0' */
  readonly waitForCapacityTimeout?: string;
  /** @default true */
  readonly protectFromScaleIn?: boolean;
  /** Deletes the group without waiting for its instances; for tests. @default false */
  readonly forceDelete?: boolean;
}

export interface HealthyBounds {
  readonly minHealthyPercent: number;
  readonly maxHealthyPercent: number;
}

export interface RootVolumeProps {
  /** @default 50 */
  readonly sizeGib?: number;
  /** gp3: 3,000-80,000. @default 3000 */
  readonly iops?: number;
  /** gp3: 125-2,000 MiB/s. @default 250 */
  readonly throughputMibps?: number;
  /** Reads the volume from its snapshot at 100-300 MiB/s right after launch, at a price per GiB. @default - lazily */
  readonly initializationRateMibps?: number;
  /** Encryption cannot be turned off silently: `false` is refused with hibernation. @default true */
  readonly encrypted?: boolean;
  /** The Auto Scaling service-linked role needs a grant on it. @default - the account's EBS default key */
  readonly kmsKeyArn?: string;
}

export interface WarmPoolProps {
  /** `Running` is billed in full. @default 'Stopped' */
  readonly state?: 'Stopped' | 'Running' | 'Hibernated';
  /**
   * Instances that are always in the pool, at least 1. @default 2, as ECS launches two instances at once from zero
   * @see https://github.com/aws/containers-roadmap/issues/1716
   */
  readonly minSize?: number;
  /**
   * Instances in pool and group together up to which the pool is filled beyond `minSize`; -1 is the group's maximum, so that
   * the pool holds whatever the group may still grow by.
   * @default - `instances.minSize` plus `minSize`: the pool holds `minSize`
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
   */
  readonly maxPreparedCapacity?: number;
  /** Refused: ECS does not support instances that go back into the pool. @default false */
  readonly reuseOnScaleIn?: boolean;
}

export interface PrepullProps {
  /**
   * All images together. Pulls are tried again until it is over, whatever they fail of, so that an outage of the registry
   * does not make the group launch and abandon in a circle; the lifecycle hook waits a little longer. @default 900
   */
  readonly timeoutSeconds?: number;
  /** Free disk below which superseded images are removed first. @default 4096 */
  readonly minFreeMib?: number;
  /** Superseded digests kept per repository, for a quick rollback. @default 1 */
  readonly keepSuperseded?: number;
  /** Images that no container used for so long, and nobody wants, are removed; the agent itself removes none. @default 168 */
  readonly unusedImageHours?: number;
  /** What becomes of an instance that could not pull: replaced, or used cold. @default 'ABANDON' */
  readonly onFailure?: 'ABANDON' | 'CONTINUE';
  /** Heartbeat of the launch lifecycle hook, 30-7,200 s. @default - timeoutSeconds + 300 */
  readonly hookTimeoutSeconds?: number;
}

/** ECS agent settings; what follows from other props (cluster, warm pool, Spot) is not here. */
export interface AgentProps {
  /** @default 'prefer-cached' */
  readonly imagePullBehavior?: 'default' | 'always' | 'once' | 'prefer-cached';
  /** SIGTERM to SIGKILL for containers without their own, as a Go duration with unit. @default '30s' */
  readonly containerStopTimeout?: string;
  /** @default 256 */
  readonly reservedMemoryMib?: number;
  /** Stopped containers are removed after this Go duration. @default '10m' */
  readonly taskCleanupWait?: string;
  /** Refused: it deletes pre-pulled images that no task has used yet. @default false */
  readonly untrackedImageCleanup?: boolean;
  /** Keeps awsvpc tasks away from the instance's credentials. @default true */
  readonly blockImdsForAwsvpc?: boolean;
  /** Attributes for placement constraints, read at first registration. @default none */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Further variables of the agent, verbatim. @default none */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface InstanceRefreshProps extends Partial<HealthyBounds> {
  /**
   * What starts a refresh after the launch template changed. `apply`: Terraform gives the group the new version and starts
   * one; when it fails it stops, and the earlier template has to be applied again. `command`: Terraform leaves the group's
   * version alone after its creation, and the command of the output `instance_refresh_command` brings the new one, with
   * rollback. @default 'apply'
   */
  readonly startedBy?: 'apply' | 'command';
  /** @default - the provider uses the group's health check grace period */
  readonly instanceWarmupSeconds?: number;
  /** Ascending percentages at which the refresh pauses, the last being 100. @default none */
  readonly checkpointPercentages?: readonly number[];
  /** 0-172,800 s. @default 3600 */
  readonly checkpointDelaySeconds?: number;
  /** Back to the version before when the refresh fails; refused with `apply`. @default - whether a command starts it */
  readonly autoRollback?: boolean;
  /** Leaves instances alone that have the version already. @default true */
  readonly skipMatching?: boolean;
  /** Terraform's own default, `Ignore`, would skip every instance that ECS protects. @default 'Refresh' */
  readonly scaleInProtectedInstances?: 'Refresh' | 'Ignore' | 'Wait';
  /** @default 'Terminate' */
  readonly standbyInstances?: 'Terminate' | 'Ignore' | 'Wait';
  /** Up to 10 alarms that fail the refresh. @default - the alarms of the cold-start metrics stay out */
  readonly alarmNames?: readonly string[];
}

export type ClusterProps =
  | {
      readonly create?: true;
      /** @default - `<name>-ecs` */
      readonly name?: string;
      /** @default 'enhanced' */
      readonly containerInsights?: 'enhanced' | 'enabled' | 'disabled';
      /** Capacity providers of the cluster besides this one. @default none */
      readonly otherCapacityProviders?: readonly string[];
    }
  | {
      readonly create: false;
      readonly name: string;
      /**
       * Every other provider of the existing cluster: Terraform writes the whole list.
       * @default - the list is left alone, and whoever owns the cluster adds the provider
       */
      readonly otherCapacityProviders?: readonly string[];
    };

export interface CapacityProviderProps {
  /** @default - `<name>-capacity` */
  readonly name?: string;
  /** @default true */
  readonly managedScaling?: boolean;
  /** 1-100; below 100 keeps idle instances, the strongest lever besides the pool. @default 100 */
  readonly targetCapacityPercent?: number;
  /** 1-10,000. @default 1 */
  readonly minimumScalingStepSize?: number;
  /** 1-10,000. @default 100 */
  readonly maximumScalingStepSize?: number;
  /** 0-10,000 s from launch to registration; blocks the next scale-out. @default 60 with a warm pool, else 300 */
  readonly instanceWarmupSeconds?: number;
  /** @default true */
  readonly managedDraining?: boolean;
  /** @default true */
  readonly managedTerminationProtection?: boolean;
}

export interface TaskProps {
  /** CPU units, 1,024 to a vCPU. @default 512 */
  readonly cpuUnits?: number;
  /** @default 1024 */
  readonly memoryMib?: number;
  /** @default - the image's own */
  readonly command?: readonly string[];
  /** Plain environment variables; secrets belong in `secrets`. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variable name to the ARN of an SSM parameter or Secrets Manager secret. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** 'bridge' or 'awsvpc'. @default 'bridge' */
  readonly networkMode?: 'bridge' | 'awsvpc';
  /** @default - the agent's containerStopTimeout */
  readonly stopTimeoutSeconds?: number;
  /** ECS Exec needs a writable root. @default false */
  readonly readonlyRootFilesystem?: boolean;
  /** User of the container, as `name`, `uid` or `uid:gid`. @default - the image's own */
  readonly user?: string;
  /** Programs such as sudo gain nothing by their owner's rights. @default false */
  readonly noNewPrivileges?: boolean | IResolvable;
  /** @default - a role that may open Exec sessions and nothing else */
  readonly taskRoleArn?: string;
}

export interface ServiceProps {
  readonly desiredCount: number;
  /** @default 100 */
  readonly minimumHealthyPercent?: number;
  /** @default 200 */
  readonly maximumPercent?: number;
}

export interface ExecProps {
  /** Encrypts sessions and their record; its policy must let CloudWatch Logs use it. @default - a new key */
  readonly kmsKeyArn?: string;
  /** How long the record of sessions is kept, in days. @default 365 */
  readonly recordRetentionDays?: number;
  /** The record outlives the deployment, and sessions that are switched off; needs a `kmsKeyArn` that does too. @default false */
  readonly retainRecord?: boolean;
}

export interface LogsProps {
  /** A retention that CloudWatch Logs knows. @default 30 */
  readonly retentionDays?: number;
}

export interface GoldenAmiProps {
  /** Tags whose push starts a build, as EventBridge prefixes. @default - every tag */
  readonly tagPrefixes?: readonly string[];
  /** Rebuilds for security fixes. @default 'cron(0 3 ? * sun *)' */
  readonly schedule?: string;
  /** @default - the types of the instances */
  readonly buildInstanceTypes?: readonly string[];
  /** AMIs kept by the lifecycle policy, 1-10. @default 3 */
  readonly keepImages?: number;
  /** The AMI's name; must contain `{{ imagebuilder:buildDate }}`. @default - `<name>-golden-{{ imagebuilder:buildDate }}` */
  readonly amiName?: string;
  /**
   * Availability Zones whose volumes come from the snapshot at full speed, at a price per zone and hour. Only after the
   * first build, because the snapshot must be the account's own. @default none
   */
  readonly fastSnapshotRestoreZones?: readonly string[];
}

export interface ColdStartMetricsProps {
  /** p95 from created to running that raises the alarm. @default 10 */
  readonly slowStartSeconds?: number;
  /** SNS topics of the alarms. @default none */
  readonly alarmTopicArns?: readonly string[];
}
