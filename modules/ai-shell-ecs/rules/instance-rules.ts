import { nodeVersionFault } from '../../parts/node-version';
import { AmiLockError, readLockedAmi } from '../ami-lock';
import type { InstancesSettings } from '../settings';
import { isUnknown, type Rule, rangeRule } from './rule';

const DAY_SECONDS = 86_400;
const LONGEST_NAME = 32;

/** What users of ECS may name that cannot run the pre-pull before the agent, with the reason. */
const SYSTEMS_WITHOUT_GATE: readonly (readonly [parameter: RegExp, system: string, reason: string])[] = [
  [
    /bottlerocket/i,
    'Bottlerocket',
    'has no shell, no systemd units of yours and no user data program on its host',
  ],
  [/windows/i, 'Windows', 'runs neither bash nor systemd'],
  [
    /amazon-linux-2\//,
    'Amazon Linux 2',
    'is out of support since June 2026 and its bash is older than the pre-pull needs',
  ],
];

export const instanceRules: readonly Rule[] = [
  { id: 'node-version', problem: ({ nodeVersion }) => nodeVersionFault(nodeVersion) },
  {
    id: 'name-malformed',
    problem: ({ name }) =>
      isUnknown(name) || (/^[a-z][a-z0-9-]*$/.test(name) && name.length <= LONGEST_NAME)
        ? undefined
        : `name: got "${name}"; it becomes part of role, group and log names, which allow 1 to ${LONGEST_NAME} of a-z, 0-9 and -, ` +
          'starting with a letter; shorten or correct it',
  },
  {
    id: 'ami-lock-unusable',
    problem: ({ ami, instances: { architecture } }) => {
      if (ami.from !== 'lock') return undefined;
      try {
        readLockedAmi(ami.lockFile, ami.region, architecture);
        return undefined;
      } catch (error) {
        if (!(error instanceof AmiLockError)) throw error;
        return `ami.lockFile: got an entry that cannot be used; ${error.message}`;
      }
    },
  },
  {
    id: 'no-subnets',
    problem: ({ network: { subnetIds } }) =>
      subnetIds.length > 0
        ? undefined
        : 'network.subnetIds: got none; the group needs at least one subnet, better one in each of two Availability Zones; add them',
  },
  {
    id: 'no-instance-types',
    problem: ({ instances: { instanceTypes } }) =>
      instanceTypes.length > 0 && new Set(instanceTypes).size === instanceTypes.length
        ? undefined
        : `instances.instanceTypes: got [${instanceTypes.join(', ')}]; allowed one or more, each once; correct the list`,
  },
  {
    id: 'instance-type-of-other-architecture',
    problem: ({ instances: { instanceTypes, architecture } }) => {
      const odd = instanceTypes.find((type) => !isUnknown(type) && architectureOf(type) !== architecture);
      if (odd === undefined) return undefined;
      return (
        `instances.instanceTypes: got ${odd} with architecture ${architecture}; AMI, image and type must have the same processor; ` +
        `write architecture: '${architectureOf(odd)}', or another type`
      );
    },
  },
  { id: 'group-sizes', problem: ({ instances }) => sizesProblem(instances) },
  {
    id: 'instance-lifetime',
    problem: ({ instances: { maxInstanceLifetimeSeconds: age } }) =>
      isUnknown(age) || age === 0 || (age >= DAY_SECONDS && age <= 365 * DAY_SECONDS)
        ? undefined
        : `instances.maxInstanceLifetimeSeconds: got ${age}; Auto Scaling accepts 0 (never) or one day to one year; write at least ${DAY_SECONDS}`,
  },
  {
    id: 'ami-id',
    problem: ({ ami }) =>
      ami.from !== 'id' || isUnknown(ami.id) || /^ami-[0-9a-f]+$/.test(ami.id)
        ? undefined
        : `ami.id: got ${ami.id}; it is an id such as ami-0a1b2c3d4e5f60718, and whether a parameter may be rolled back is judged by ` +
          "the other forms; write { from: 'ssm', parameter: '…', resolve: 'plan' } for a parameter",
  },
  {
    id: 'ami-without-gate',
    problem: ({ ami }) => {
      if (ami.from !== 'ssm' || isUnknown(ami.parameter)) return undefined;
      const [, system, reason] =
        SYSTEMS_WITHOUT_GATE.find(([parameter]) => parameter.test(ami.parameter)) ?? [];
      return system === undefined
        ? undefined
        : `ami.parameter: got ${ami.parameter}; ${system} ${reason}, so nothing would pull before the agent takes tasks; write an AMI of the ` +
            'ECS-optimized Amazon Linux 2023';
    },
  },
  {
    id: 'spot-options-on-demand',
    problem: ({ given: { instances } }) =>
      instances?.spot === undefined || instances.capacityType === 'spot'
        ? undefined
        : "instances.spot: got options without capacityType 'spot'; nothing would come of them; write capacityType: 'spot', or leave them out",
  },
  rangeRule(
    'spot-on-demand-base',
    'instances.spot.onDemandBase',
    { min: 0, max: 10_000, unit: 'instances' },
    ({ instances }) => instances.spot.onDemandBase,
  ),
  rangeRule(
    'spot-on-demand-share',
    'instances.spot.onDemandPercentAboveBase',
    { min: 0, max: 100, unit: 'percent' },
    ({ instances }) => instances.spot.onDemandPercentAboveBase,
  ),
  {
    id: 'reservation-of-spot',
    problem: ({ instances: { capacityReservation, capacityType } }) =>
      capacityReservation === undefined || capacityType === 'on-demand'
        ? undefined
        : "instances.capacityReservation: got one with capacityType 'spot'; reservations are of on-demand capacity, and Auto Scaling refuses both; leave " +
          'one out',
  },
  {
    id: 'reservation-named-but-unused',
    problem: ({ instances: { capacityReservation: given } }) =>
      given?.use === 'none' && (given.reservationIds ?? given.resourceGroupArns) !== undefined
        ? "instances.capacityReservation: got reservations with use 'none'; Auto Scaling refuses both; write use: 'first', or leave them out"
        : undefined,
  },
  rangeRule(
    'root-volume-size',
    'instances.rootVolume.sizeGib',
    { min: 30, max: 65_536, unit: 'GiB; the ECS-optimized AMI has 30' },
    ({ instances }) => instances.rootVolume.sizeGib,
  ),
  rangeRule(
    'root-volume-iops',
    'instances.rootVolume.iops',
    { min: 3000, max: 80_000, unit: 'IOPS for gp3' },
    ({ instances }) => instances.rootVolume.iops,
  ),
  rangeRule(
    'root-volume-throughput',
    'instances.rootVolume.throughputMibps',
    { min: 125, max: 2000, unit: 'MiB/s for gp3' },
    ({ instances }) => instances.rootVolume.throughputMibps,
  ),
  {
    id: 'root-volume-iops-for-size',
    problem: ({
      instances: {
        rootVolume: { iops, sizeGib },
      },
    }) =>
      isUnknown(iops) || isUnknown(sizeGib) || iops <= 500 * sizeGib
        ? undefined
        : `instances.rootVolume.iops: got ${iops} with ${sizeGib} GiB; gp3 gives at most 500 IOPS a GiB; write at most ${500 * sizeGib}, or a larger volume`,
  },
  {
    id: 'root-volume-throughput-for-iops',
    problem: ({
      instances: {
        rootVolume: { iops, throughputMibps },
      },
    }) =>
      isUnknown(iops) || isUnknown(throughputMibps) || 4 * throughputMibps <= iops
        ? undefined
        : `instances.rootVolume.throughputMibps: got ${throughputMibps} with ${iops} IOPS; gp3 gives at most a quarter of a MiB/s an IOPS; ` +
          `write at most ${Math.floor(iops / 4)}, or at least ${4 * throughputMibps} IOPS`,
  },
  rangeRule(
    'volume-initialization-rate',
    'instances.rootVolume.initializationRateMibps',
    { min: 100, max: 300, unit: 'MiB/s' },
    ({ instances }) => instances.rootVolume.initializationRateMibps,
  ),
];

/** Graviton families have a g right after the generation: m7g, c7gn, g5g; a1 was the first. */
function architectureOf(instanceType: string): 'arm64' | 'x86_64' {
  return /^([a-z]+\d+g|a1\b)/.test(instanceType) ? 'arm64' : 'x86_64';
}

function sizesProblem({ minSize, maxSize, desiredCapacity }: InstancesSettings): string | undefined {
  if ([minSize, maxSize, desiredCapacity].some(isUnknown)) return undefined;
  const desired = desiredCapacity ?? minSize;
  const areCounts = [minSize, maxSize, desired].every((size) => Number.isInteger(size) && size >= 0);
  if (areCounts && minSize <= desired && desired <= maxSize && maxSize > 0) return undefined;
  return (
    `instances: got minSize ${minSize}, desiredCapacity ${desired}, maxSize ${maxSize}; they are counts in this order, and the ` +
    'maximum is at least 1; correct them'
  );
}
