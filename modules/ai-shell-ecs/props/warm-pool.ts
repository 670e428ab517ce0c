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
   * the pool holds whatever the group may still grow by. Refused beside `schedule` and `followDemand`, which say all of the size.
   * @default - `instances.minSize` plus `minSize`: the pool holds `minSize`
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
   */
  readonly maxPreparedCapacity?: number;
  /** Refused: ECS does not support instances that go back into the pool. @default false */
  readonly reuseOnScaleIn?: boolean;
  /** Windows of the week in which the pool has another size; no two of them overlap. @default - the same size at all times */
  readonly schedule?: readonly PoolWindowProps[];
  /** Sizes the pool by the launches of the past, outside of the windows of `schedule`. @default - it does not */
  readonly followDemand?: FollowDemandProps;
  /** IANA time zone of `schedule` and `followDemand`, such as `Europe/Berlin`. @default 'UTC' */
  readonly timeZone?: string;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A window of the week by the local clock. The pool begins to fill, or to shrink, when it opens: a pool that is to be full at 8 opens earlier. */
export interface PoolWindowProps {
  /** Days on which it opens. @default - every day */
  readonly days?: readonly Weekday[];
  /** `HH:MM`, 00:00 to 23:59. */
  readonly from: string;
  /** `HH:MM`, up to 24:00; not later than `from`, it closes on the next day. */
  readonly to: string;
  /** Instances in the pool meanwhile; 0 for none. */
  readonly minSize: number;
}

/** By hour of the week: the smallest pool that was drawn empty during few enough of the refills of the last eight weeks. */
export interface FollowDemandProps {
  /** Most instances in the pool. */
  readonly maxSize: number;
  /** Fewest instances in the pool; 0 lets hours without launches have none. @default 1 */
  readonly minSize?: number;
  /** Share of refills during which the pool must have been enough, 50 to 100. @default 99 */
  readonly coveredPercent?: number;
  /** From a draw until its successor waits in the pool: boot, pull and stop; 60 to 7200. @default 600 */
  readonly refillSeconds?: number;
}
