/** Names that parts refer to before, or without, the resource that bears them. */
export interface Names {
  /** `<name>-ecs-asg`, as in the Terraform module that this construct replaces, unless the group was given another by an override. */
  readonly autoScalingGroup: string;
  readonly launchTemplate: string;
  readonly lifecycleHook: string;
  readonly instanceRole: string;
  readonly taskFamily: string;
  readonly shellLogGroup: string;
  readonly execLogGroup: string;
  readonly prepullLogGroup: string;
  readonly failedEvents: string;
  /** SSM parameters of a rollout in place, and the function that drives it. */
  readonly wantedParameter: string;
  readonly imagesParameter: string;
  readonly rolloutFunction: string;
  /** Sizes the pool where no rollout in place does. */
  readonly warmPoolFunction: string;
}

export function namesOf(name: string): Names {
  return {
    autoScalingGroup: `${name}-ecs-asg`,
    launchTemplate: `${name}-ecs`,
    lifecycleHook: `${name}-image-ready`,
    instanceRole: `${name}-ecs-instance`,
    taskFamily: `${name}-shell`,
    shellLogGroup: `/warmpath/${name}/shell`,
    execLogGroup: `/warmpath/${name}/exec`,
    prepullLogGroup: `/warmpath/${name}/prepull`,
    failedEvents: `${name}-ecs-failed-events`,
    wantedParameter: `/warmpath/${name}/wanted`,
    imagesParameter: `/warmpath/${name}/images`,
    rolloutFunction: `${name}-image-rollout`,
    warmPoolFunction: `${name}-warm-pool`,
  };
}
