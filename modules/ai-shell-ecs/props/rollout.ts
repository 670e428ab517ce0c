/** How a new image gets onto hosts that run: see `AiShellEcsProps.rollout`. */
export interface InPlaceRolloutProps {
  /**
   * What says which images are wanted. `apply`: Terraform, from `image` and the others, so that an apply starts a rollout. `command`:
   * `warmpath coldstart rollout`; Terraform leaves what is wanted alone after the creation. @default 'apply'
   */
  readonly startedBy?: 'apply' | 'command';
  /**
   * Hosts that sleep in the pool cannot pull. `renew` has them replaced before the switch, in turns, the pool never below its size;
   * `lazy` leaves them to scale-out, where a task may then wait for a pull. @default 'renew'
   */
  readonly poolRenewal?: 'renew' | 'lazy';
  /** Share of the hosts in service that must hold the new images before tasks of them start, 1-100 percent. @default 100 */
  readonly readyPercent?: number;
}
