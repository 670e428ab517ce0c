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
