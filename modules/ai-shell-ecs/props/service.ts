/** A number of shells that ECS keeps running. */
export interface ServiceProps {
  /** With `scaling` only the initial one. */
  readonly desiredCount: number;
  /** @default 100 */
  readonly minimumHealthyPercent?: number;
  /** @default 200 */
  readonly maximumPercent?: number;
  /** Registers shells with a target group. @default none */
  readonly loadBalancer?: LoadBalancerProps;
  /** Follows the load between two bounds. @default - none: the count stays */
  readonly scaling?: ServiceScalingProps;
  /** Spreads shells over zones first, and moves them when a zone has more than its share. @default false */
  readonly availabilityZoneRebalancing?: boolean;
}

export interface LoadBalancerProps {
  /** Of target type `instance` with networkMode 'bridge', `ip` with 'awsvpc'. */
  readonly targetGroupArn: string;
  /** Port of the shell's container. */
  readonly containerPort: number;
  /** Group of the load balancer, which may then reach the instances' own group. @default - none, with given groups */
  readonly securityGroupId?: string;
  /** Failing health checks do not count for so long after a start. @default 0 */
  readonly healthCheckGraceSeconds?: number;
}

export interface ServiceScalingProps {
  readonly minCount: number;
  readonly maxCount: number;
  /** Average CPU to hold, in percent. @default - CPU does not count */
  readonly targetCpuPercent?: number;
  /** Average memory to hold, in percent. @default - memory does not count */
  readonly targetMemoryPercent?: number;
}
