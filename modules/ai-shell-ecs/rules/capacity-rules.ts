import { isUnknown, type Rule, rangeRule } from './rule';

export const capacityRules: readonly Rule[] = [
  {
    id: 'termination-protection-without-scaling',
    problem: ({ capacityProvider: { managedTerminationProtection, managedScaling } }) =>
      managedTerminationProtection && !managedScaling
        ? 'capacityProvider.managedTerminationProtection: got true with managedScaling false; ECS protects instances only while it ' +
          'scales the group; set managedScaling to true, or both to false'
        : undefined,
  },
  {
    id: 'termination-protection-without-scale-in-protection',
    problem: ({ capacityProvider: { managedTerminationProtection }, instances: { protectFromScaleIn } }) =>
      managedTerminationProtection && !protectFromScaleIn
        ? 'capacityProvider.managedTerminationProtection: got true with instances.protectFromScaleIn false; ECS refuses a group whose ' +
          'new instances are unprotected; leave protectFromScaleIn out, or turn both off'
        : undefined,
  },
  {
    id: 'termination-protection-blocks-refresh',
    problem: ({ capacityProvider: { managedTerminationProtection }, refresh }) =>
      managedTerminationProtection && refresh !== undefined && refresh.scaleInProtectedInstances !== 'Refresh'
        ? `refresh.scaleInProtectedInstances: got ${refresh.scaleInProtectedInstances} with termination protection; 'Ignore' reports success ` +
          "without replacing an instance that runs tasks, 'Wait' fails after an hour; write 'Refresh': ECS drains what it replaces"
        : undefined,
  },
  rangeRule(
    'target-capacity-range',
    'capacityProvider.targetCapacityPercent',
    { min: 1, max: 100, unit: 'percent' },
    ({ capacityProvider }) => capacityProvider.targetCapacityPercent,
  ),
  rangeRule(
    'scaling-step-minimum-range',
    'capacityProvider.minimumScalingStepSize',
    { min: 1, max: 10_000, unit: 'instances' },
    ({ capacityProvider }) => capacityProvider.minimumScalingStepSize,
  ),
  rangeRule(
    'scaling-step-maximum-range',
    'capacityProvider.maximumScalingStepSize',
    { min: 1, max: 10_000, unit: 'instances' },
    ({ capacityProvider }) => capacityProvider.maximumScalingStepSize,
  ),
  {
    id: 'scaling-steps-crossed',
    problem: ({ capacityProvider: { minimumScalingStepSize: least, maximumScalingStepSize: most } }) =>
      isUnknown(least) || isUnknown(most) || least <= most
        ? undefined
        : `capacityProvider.minimumScalingStepSize: got ${least} above maximumScalingStepSize ${most}; the least step cannot exceed the ` +
          'greatest; swap them',
  },
  rangeRule(
    'instance-warmup-range',
    'capacityProvider.instanceWarmupSeconds',
    { min: 0, max: 10_000, unit: 'seconds' },
    ({ capacityProvider }) => capacityProvider.instanceWarmupSeconds,
  ),
  {
    id: 'capacity-provider-name',
    problem: ({ capacityProvider: { name } }) => {
      if (isUnknown(name) || (/^[A-Za-z0-9_-]{1,255}$/.test(name) && !/^(aws|ecs|fargate)/i.test(name)))
        return undefined;
      return (
        `capacityProvider.name: got ${name}; ECS wants 1 to 255 letters, digits, hyphens and underscores, and keeps names that start ` +
        "with aws, ecs or fargate for itself; write another, e.g. 'shell-capacity'"
      );
    },
  },
];
