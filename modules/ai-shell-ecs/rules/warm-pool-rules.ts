import { goDurationSeconds, isInRange, isUnknown, type Rule, rangeRule } from './rule';

export const warmPoolRules: readonly Rule[] = [
  {
    id: 'warm-pool-with-spot',
    problem: ({ warmPool, instances }) =>
      warmPool !== undefined && instances.capacityType === 'spot'
        ? "warmPool: got a pool with instances.capacityType 'spot'; EC2 Auto Scaling has no warm pools of Spot Instances; " +
          "write warmPool: false, or capacityType: 'on-demand'"
        : undefined,
  },
  {
    id: 'warm-pool-reuse',
    problem: ({ warmPool }) =>
      warmPool?.reuseOnScaleIn
        ? 'warmPool.reuseOnScaleIn: got true; ECS does not support instances that return to the pool, they stay registered ' +
          'and block scale-in; leave it out'
        : undefined,
  },
  {
    id: 'warm-pool-sizes',
    problem: ({ warmPool }) => {
      if (warmPool === undefined) return undefined;
      const { minSize, maxPreparedCapacity } = warmPool;
      if (!isInRange(minSize, 1, 10_000))
        return (
          `warmPool.minSize: got ${minSize}; a pool holds a whole number of instances, at least 1, and the provider does not send 0 ` +
          '(hashicorp/terraform-provider-aws#44732); write 1 or more, or warmPool: false'
        );
      if (!isInRange(maxPreparedCapacity, -1, 10_000))
        return `warmPool.maxPreparedCapacity: got ${maxPreparedCapacity}; allowed -1 (the group's maximum) or a count; choose one`;
      return undefined;
    },
  },
  {
    id: 'warm-pool-never-filled',
    problem: ({ warmPool, instances }) => {
      if (warmPool === undefined || warmPool.maxPreparedCapacity === -1) return undefined;
      if ([warmPool.maxPreparedCapacity, warmPool.minSize, instances.minSize].some(isUnknown))
        return undefined;
      const needed = warmPool.minSize + instances.minSize;
      return warmPool.maxPreparedCapacity >= needed
        ? undefined
        : `warmPool.maxPreparedCapacity: got ${warmPool.maxPreparedCapacity}; it counts group and pool together, and ` +
            `instances.minSize ${instances.minSize} plus warmPool.minSize ${warmPool.minSize} is more; write at least ${needed}, or -1`;
    },
  },
  {
    id: 'hibernation-unencrypted',
    problem: ({ warmPool, instances }) =>
      warmPool?.state === 'Hibernated' && !instances.rootVolume.encrypted
        ? 'instances.rootVolume.encrypted: got false with a Hibernated pool; EC2 writes memory to the root volume and refuses ' +
          "an unencrypted one; leave it out, or use state 'Stopped'"
        : undefined,
  },
  {
    id: 'hibernation-of-instance-type',
    problem: ({ warmPool, instances: { instanceTypes, rootVolume } }) => {
      if (warmPool?.state !== 'Hibernated') return undefined;
      for (const type of instanceTypes.filter((known) => !isUnknown(known))) {
        const memoryGib = memoryGibOf(type);
        if (type.includes('.metal'))
          return `instances.instanceTypes: got ${type} with a Hibernated pool; EC2 does not hibernate bare metal; choose another type, or state 'Stopped'`;
        if (memoryGib !== undefined && memoryGib >= HIBERNATION_LIMIT_GIB)
          return `instances.instanceTypes: got ${type} of ${memoryGib} GiB with a Hibernated pool; EC2 hibernates less than ${HIBERNATION_LIMIT_GIB} GiB; choose a smaller type, or state 'Stopped'`;
        if (
          memoryGib !== undefined &&
          !isUnknown(rootVolume.sizeGib) &&
          rootVolume.sizeGib < memoryGib + LEAST_ROOT_GIB
        )
          return (
            `instances.rootVolume.sizeGib: got ${rootVolume.sizeGib} with a Hibernated pool of ${type}; the volume holds the ${memoryGib} GiB ` +
            `of memory beside system and images; write at least ${memoryGib + LEAST_ROOT_GIB}`
          );
      }
      return undefined;
    },
  },
  rangeRule(
    'hook-timeout-range',
    'prepull.hookTimeoutSeconds',
    { min: 30, max: 7200, unit: 'seconds (heartbeat of a lifecycle hook)' },
    ({ prepull }) => prepull.hookTimeoutSeconds,
  ),
  {
    id: 'hook-ends-before-pull',
    problem: ({ prepull: { hookTimeoutSeconds, timeoutSeconds } }) =>
      isUnknown(hookTimeoutSeconds) || isUnknown(timeoutSeconds) || hookTimeoutSeconds > timeoutSeconds
        ? undefined
        : `prepull.hookTimeoutSeconds: got ${hookTimeoutSeconds} with timeoutSeconds ${timeoutSeconds}; the hook would end, and an ` +
          `instance be replaced, in the middle of a pull; write more than ${timeoutSeconds}`,
  },
  {
    id: 'capacity-wait-shorter-than-hook',
    problem: ({ instances: { waitForCapacityTimeout }, prepull: { hookTimeoutSeconds } }) => {
      if (isUnknown(waitForCapacityTimeout)) return undefined;
      const seconds = goDurationSeconds(waitForCapacityTimeout);
      if (seconds === undefined)
        return `instances.waitForCapacityTimeout: got ${waitForCapacityTimeout}; Terraform reads a Go duration; write '0' or e.g. '30m'`;
      if (seconds === 0 || seconds >= hookTimeoutSeconds) return undefined;
      return (
        `instances.waitForCapacityTimeout: got ${waitForCapacityTimeout}, below the hook's ${hookTimeoutSeconds} s; an apply would fail ` +
        `while instances are still pulling as they should; write '0' or at least '${hookTimeoutSeconds}s'`
      );
    },
  },
  rangeRule(
    'prepull-timeout-range',
    'prepull.timeoutSeconds',
    { min: 10, max: 7170, unit: 'seconds, so that a hook can outlast it' },
    ({ prepull }) => prepull.timeoutSeconds,
  ),
  rangeRule(
    'unused-image-hours-range',
    'prepull.unusedImageHours',
    { min: 1, max: 8760, unit: 'hours' },
    ({ prepull }) => prepull.unusedImageHours,
  ),
];

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html */
const HIBERNATION_LIMIT_GIB = 150;
/** Of the ECS-optimized AMI. */
const LEAST_ROOT_GIB = 30;
const GIB_PER_VCPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** Memory of a type of the families c, m and r, which follows from its name; `undefined` for others. */
function memoryGibOf(type: string): number | undefined {
  const [, family = '', size = '', times = '1'] =
    /^([cmr])\d[a-z-]*\.(medium|large|(\d*)xlarge)$/.exec(type) ?? [];
  const perVcpu = GIB_PER_VCPU[family];
  if (perVcpu === undefined) return undefined;
  const vcpus = size === 'medium' ? 1 : size === 'large' ? 2 : 4 * Number(times || '1');
  return perVcpu * vcpus;
}
