import type { IResolvable } from 'cdktf';
import type { GivenOrFound } from '../given-or-found';

/**
 * Where the AMI comes from. `recommended` is looked up at each plan: a newer one is rolled out by the next apply, of whatever;
 * `lock` is the one that `warmpath coldstart ami --update` wrote down. `resolve: 'launch'` lets EC2 read the parameter, which
 * rules out automatic rollback.
 */
export type AmiSource =
  | {
      readonly from: 'lock';
      /** Absolute path of `ami.lock.json`. */
      readonly lockFile: string;
      /** Region of the deployment, which the file has an entry for. */
      readonly region: string;
    }
  | {
      readonly from: 'recommended';
      /** An id from a variable, which wins where it is not empty, and whether the recommended one is looked up. */
      readonly given?: GivenOrFound;
    }
  | { readonly from: 'id'; readonly id: string }
  | { readonly from: 'ssm'; readonly parameter: string; readonly resolve: 'plan' | 'launch' };

export type Architecture = 'arm64' | 'x86_64';

export interface InstancesProps {
  /** On-demand types in order of preference; several make a mixed instances policy. @default - m7g.large, or m7i.large for x86_64 */
  readonly instanceTypes?: readonly string[];
  /**
   * Refuse types of which EC2 offers none where the group is; a plan asks EC2 then (`ec2:DescribeInstanceTypeOfferings`).
   * @default true
   */
  readonly checkTypes?: boolean | IResolvable;
  /** @default 'arm64' */
  readonly architecture?: Architecture;
  /** @default 'on-demand' */
  readonly capacityType?: 'on-demand' | 'spot';
  /** How a Spot group is made up. @default - of Spot Instances alone */
  readonly spot?: SpotProps;
  /** Whether instances use On-Demand Capacity Reservations, and which. @default - open reservations that match, as EC2 does */
  readonly capacityReservation?: CapacityReservationProps;
  /** What becomes of launches in a zone that has no capacity: elsewhere, or not at all. @default 'balanced-best-effort' */
  readonly availabilityZoneDistribution?: 'balanced-best-effort' | 'balanced-only';
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
  readonly forceDelete?: boolean | IResolvable;
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

export interface SpotProps {
  /** On-demand instances that come first. @default 0 */
  readonly onDemandBase?: number;
  /** Share of on-demand instances above the base. @default 0 */
  readonly onDemandPercentAboveBase?: number;
  /** @default 'price-capacity-optimized' */
  readonly allocationStrategy?:
    | 'price-capacity-optimized'
    | 'capacity-optimized'
    | 'capacity-optimized-prioritized'
    | 'lowest-price';
  /** Replaces an instance that is at risk before its notice; the new one has its images first. @default false */
  readonly rebalance?: boolean | IResolvable;
}

/** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/use-ec2-capacity-reservations.html */
export interface CapacityReservationProps {
  /** `first` falls back to other capacity, `only` does not launch without, `none` uses no reservation. */
  readonly use: 'first' | 'only' | 'none';
  /** @default - every open reservation that matches */
  readonly reservationIds?: readonly string[];
  /** Resource groups of reservations. @default - every open reservation that matches */
  readonly resourceGroupArns?: readonly string[];
}
